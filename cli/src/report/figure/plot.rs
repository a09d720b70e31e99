//! What a figure shows, without how it is drawn.

use super::axis::Axis;
use crate::drawing::Look;
use mst::measure::Interval;
use std::ops::RangeInclusive;

/// A figure: its panels, side by side.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) panels: Vec<Panel>,
}

/// A pair of axes with what is drawn between them, the first layer at the bottom.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) layers: Vec<Layer>,
}

/// Values of one series, all drawn in one way.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// Its name in the legend and in the data.
    pub(crate) series: String,
    pub(crate) look: Look,
    pub(crate) shape: SeriesShape,
}

/// How values are drawn.
#[derive(Clone, Debug)]
pub(crate) enum SeriesShape {
    /// A line through points.
    Line(Vec<(f64, f64)>),
    /// A dot for each single repetition.
    Repetitions(Vec<(f64, f64)>),
    /// A mark for each median, with whiskers to where it may be.
    Medians(Vec<(f64, f64, Option<Interval>)>),
    /// A mark for each value.
    Marks(Vec<(f64, f64)>),
    /// Parts of bars, each between two values of x and two of y.
    Bars(Vec<(RangeInclusive<f64>, RangeInclusive<f64>)>),
    /// A line from the bottom to the top, at a value of x.
    Vertical(f64),
}

impl Layer {
    /// The values of both axes that it must have space for.
    pub(super) fn extent(&self) -> Vec<(Option<f64>, Option<f64>)> {
        let both = |(x, y): &(f64, f64)| (Some(*x), Some(*y));
        match &self.shape {
            SeriesShape::Line(points)
            | SeriesShape::Repetitions(points)
            | SeriesShape::Marks(points) => points.iter().map(both).collect(),
            SeriesShape::Medians(points) => {
                let ends = |range: &Option<Interval>| {
                    range.map_or(Vec::new(), |range| vec![range.low, range.high])
                };
                let of = |(x, y, range): &(f64, f64, Option<Interval>)| {
                    let values = [*y].into_iter().chain(ends(range));
                    values.map(|y| (Some(*x), Some(y))).collect::<Vec<_>>()
                };
                points.iter().flat_map(of).collect()
            }
            SeriesShape::Bars(bars) => bars
                .iter()
                .flat_map(|(x, y)| [(*x.start(), *y.start()), (*x.end(), *y.end())])
                .map(|corner| both(&corner))
                .collect(),
            SeriesShape::Vertical(x) => vec![(Some(*x), None)],
        }
    }

    /// Its values as records of the data: kind, x, y, low and high.
    fn records(&self) -> Vec<(&'static str, [Option<f64>; 4])> {
        let points = |kind, points: &[(f64, f64)]| {
            points.iter().map(|(x, y)| (kind, [Some(*x), Some(*y), None, None])).collect()
        };
        match &self.shape {
            SeriesShape::Line(line) => points("line", line),
            SeriesShape::Repetitions(dots) => points("repetition", dots),
            SeriesShape::Marks(marks) => points("value", marks),
            SeriesShape::Medians(medians) => medians
                .iter()
                .map(|(x, y, range)| {
                    let (low, high) = (range.map(|range| range.low), range.map(|range| range.high));
                    ("median", [Some(*x), Some(*y), low, high])
                })
                .collect(),
            // The middle of the bar, and how high this part of it is.
            SeriesShape::Bars(bars) => bars
                .iter()
                .map(|(x, y)| {
                    let middle = (x.start() + x.end()) / 2.0;
                    let (low, high) = (Some(*y.start()), Some(*y.end()));
                    ("part", [Some(middle), Some(y.end() - y.start()), low, high])
                })
                .collect(),
            SeriesShape::Vertical(x) => vec![("vertical", [Some(*x), None, None, None])],
        }
    }
}

impl Plot {
    /// A figure with one panel.
    pub(super) fn single(x: Axis, y: Axis, layers: Vec<Layer>) -> Self {
        Self { panels: vec![Panel { x, y, layers }] }
    }

    /// All that is drawn, as CSV: a record for each value.
    pub(crate) fn data(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut write = |fields: &[&str]| writer.write_record(fields).expect("memory");
        write(&["x_axis", "y_axis", "series", "kind", "x", "y", "low", "high"]);
        for panel in &self.panels {
            for layer in &panel.layers {
                for (kind, numbers) in layer.records() {
                    let numbers = numbers
                        .map(|number| number.map_or(String::new(), |number| number.to_string()));
                    let [x, y, low, high] = numbers.each_ref().map(String::as_str);
                    write(&[&panel.x.title, &panel.y.title, &layer.series, kind, x, y, low, high]);
                }
            }
        }
        String::from_utf8(writer.into_inner().expect("memory")).expect("text")
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Scale, Unit};
    use super::*;

    #[test]
    fn the_data_is_what_is_drawn() {
        let axis = |title: &str| Axis::new(title, Scale::Linear, Unit::Number);
        let layer =
            |series: &str, shape| Layer { series: series.to_owned(), look: Look::new(0), shape };
        let range = Some(Interval { low: 0.5, high: 2.5 });
        let plot = Plot::single(
            axis("ranks"),
            axis("time"),
            vec![
                layer("a, b", SeriesShape::Line(vec![(1.0, 2.0)])),
                layer("a", SeriesShape::Repetitions(vec![(1.0, 1e-9)])),
                layer("a", SeriesShape::Medians(vec![(1.0, 2.0, range), (2.0, 1.0, None)])),
                layer("c", SeriesShape::Bars(vec![(0.5..=1.5, 1.0..=4.0)])),
                layer("d", SeriesShape::Vertical(1.5)),
                layer("e", SeriesShape::Marks(vec![(3.0, 4.0)])),
            ],
        );
        let expected = "\
x_axis,y_axis,series,kind,x,y,low,high
ranks,time,\"a, b\",line,1,2,,
ranks,time,a,repetition,1,0.000000001,,
ranks,time,a,median,1,2,0.5,2.5
ranks,time,a,median,2,1,,
ranks,time,c,part,1,3,1,4
ranks,time,d,vertical,1.5,,,
ranks,time,e,value,3,4,,
";
        assert_eq!(plot.data(), expected);
    }
}
