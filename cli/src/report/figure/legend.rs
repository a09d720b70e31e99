//! The legend of a figure: each series once, in as many lines as it needs.

use super::plot::{Plot, SeriesShape};
use crate::drawing::Look;

/// A series in the legend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LegendEntry {
    pub(super) name: String,
    pub(super) look: Look,
    pub(super) is_bar: bool,
    /// Whether it has more than lines.
    pub(super) has_marks: bool,
}

/// The width of a letter of the legend, as a share of its height, in the widest of the usual fonts.
const LETTER: f64 = 0.62;
/// The width of a mark with its line, and the space between two entries, pixels.
pub(super) const MARK: i32 = 40;
const SPACE: i32 = 18;

/// The entries of the series of a plot, in their order.
fn entries(plot: &Plot) -> Vec<LegendEntry> {
    let mut found: Vec<LegendEntry> = Vec::new();
    for layer in plot.panels.iter().flat_map(|panel| &panel.layers) {
        let is_bar = matches!(layer.shape, SeriesShape::Bars(_));
        let has_marks = matches!(layer.shape, SeriesShape::Medians(_) | SeriesShape::Marks(_));
        match found.iter_mut().find(|entry| entry.name == layer.series) {
            Some(entry) => entry.has_marks |= has_marks,
            None => {
                let name = layer.series.clone();
                found.push(LegendEntry { name, look: layer.look, is_bar, has_marks });
            }
        }
    }
    found
}

/// The lines of the legend in letters `pixels` high, none wider than `width`: each entry with its
/// distance from the margin.
pub(super) fn lines(plot: &Plot, pixels: i32, width: i32) -> Vec<Vec<(i32, LegendEntry)>> {
    let mut lines: Vec<Vec<(i32, LegendEntry)>> = Vec::new();
    let mut right = width;
    for entry in entries(plot) {
        let letters = entry.name.chars().count() as f64;
        let wide = MARK + (letters * LETTER * f64::from(pixels)) as i32;
        if right + wide > width {
            lines.push(Vec::new());
            right = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push((right, entry));
        }
        right += wide + SPACE;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, Scale, Unit};
    use super::super::plot::Layer;
    use super::*;

    #[test]
    fn each_series_is_named_once_and_lines_break() {
        let axis = || Axis::new("", Scale::Linear, Unit::Number);
        let layer =
            |series: &str, shape| Layer { series: series.to_owned(), look: Look::new(0), shape };
        let layers = vec![
            layer("one", SeriesShape::Repetitions(Vec::new())),
            layer("one", SeriesShape::Medians(Vec::new())),
            layer("two", SeriesShape::Line(Vec::new())),
            layer("three", SeriesShape::Bars(Vec::new())),
            layer("one", SeriesShape::Line(Vec::new())),
        ];
        let plot = Plot::single(axis(), axis(), layers);
        let names = |width| -> Vec<Vec<String>> {
            let lines = lines(&plot, 14, width);
            lines
                .iter()
                .map(|line| line.iter().map(|(_, entry)| entry.name.clone()).collect())
                .collect()
        };
        assert_eq!(names(1000), [["one", "two", "three"]]);
        assert_eq!(names(150), [vec!["one", "two"], vec!["three"]], "2 entries of 66, 18 between");
        assert_eq!(names(149), [["one"], ["two"], ["three"]]);
        assert_eq!(names(10), [["one"], ["two"], ["three"]], "no line is empty");
        let wide = lines(&plot, 14, 1000);
        assert!(wide[0][1].0 > MARK && wide[0][2].1.is_bar);
        let marks: Vec<bool> = wide[0].iter().map(|(_, entry)| entry.has_marks).collect();
        assert_eq!(marks, [true, false, false]);
    }
}
