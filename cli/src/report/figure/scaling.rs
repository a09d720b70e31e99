//! Figures with ranks on their horizontal axis.

use super::axis::{Axis, Scale, Unit};
use super::looks;
use super::plot::{Layer, Panel, Plot, SeriesShape};
use crate::drawing::Look;
use crate::report::language::{Messages, Noun, Quantity};
use crate::report::points::{Point, Ratio};
use crate::report::prediction::Prediction;
use crate::report::scaling::{Scaled, Scaling, Series};

/// The name of a series, by what distinguishes it from the others.
fn series_name(say: &dyn Messages, all: &[Series<'_>], series: &Series<'_>) -> String {
    let row = series.widest().row();
    let differ = |of: fn(&Point) -> String| {
        all.iter().any(|other| of(other.widest()) != of(series.widest()))
    };
    let mut parts = vec![say.name(Quantity::Distributed).to_owned()];
    if differ(|point| point.row().threads.to_string()) {
        parts.push(say.count(row.threads as u64, Noun::Thread));
    }
    let others: [fn(&Point) -> String; 3] = [
        |point| point.row().algorithm.clone(),
        |point| point.row().combine_asked.clone(),
        |point| point.origin.clone(),
    ];
    parts.extend(others.into_iter().filter(|of| differ(*of)).map(|of| of(series.widest())));
    parts.join(", ")
}

/// The series of a scaling with their names and numbers; the main one has number 0, and is drawn
/// last, above the others.
fn numbered<'s, 'a>(
    say: &dyn Messages,
    scaling: &'s Scaling<'a>,
) -> Vec<(usize, String, &'s Series<'a>)> {
    let main = scaling.main();
    let is_main = |series: &Series<'_>| std::ptr::eq(series.widest(), main.widest());
    let mut others = 0;
    let number = |series: &'s Series<'a>| {
        let number = if is_main(series) { 0 } else { others + 1 };
        others += usize::from(number > 0);
        (number, series_name(say, &scaling.series, series), series)
    };
    let mut found: Vec<_> = scaling.series.iter().map(number).collect();
    found.sort_by_key(|(number, ..)| std::cmp::Reverse(*number));
    found
}

fn ranks_axis<'p>(say: &dyn Messages, points: impl IntoIterator<Item = &'p &'p Point>) -> Axis {
    Axis::counts(say.name(Quantity::Ranks), points.into_iter().map(|point| point.row().ranks))
}

fn at_ranks(point: &Point) -> f64 {
    point.row().ranks as f64
}

/// Line, repetitions and medians of some points.
pub(super) fn measured(
    name: &str,
    look: Look,
    points: &[&Point],
    x: impl Fn(&Point) -> f64,
) -> [Layer; 3] {
    let layer = |shape| Layer { series: name.to_owned(), look, shape };
    let medians = |point: &&Point| (x(point), point.time.median, point.time.range());
    let repetitions = |point: &&Point| {
        let x = x(point);
        point.time.values.iter().map(move |seconds| (x, *seconds)).collect::<Vec<_>>()
    };
    [
        layer(SeriesShape::Line(
            points.iter().map(|point| (x(point), point.time.median)).collect(),
        )),
        layer(SeriesShape::Repetitions(points.iter().flat_map(repetitions).collect())),
        layer(SeriesShape::Medians(points.iter().map(medians).collect())),
    ]
}

fn reference(name: &str, points: Vec<(f64, f64)>) -> Layer {
    Layer { series: name.to_owned(), look: looks::reference(), shape: SeriesShape::Line(points) }
}

/// Time against ranks, with the ideal: the time of one rank, divided.
pub(crate) fn time(scaling: &Scaling<'_>, say: &dyn Messages) -> Plot {
    let all = scaling.series.iter().flat_map(|series| &series.points).chain([&scaling.best_local]);
    let x = ranks_axis(say, all);
    let y = Axis::new(say.name(Quantity::Time), Scale::Log, Unit::Seconds);
    let main = scaling.main();
    let ideal = main.points.first().filter(|point| point.is_local()).map(|one| {
        let share = |point: &&Point| (at_ranks(point), one.time.median / at_ranks(point));
        reference(say.name(Quantity::Ideal), main.points.iter().map(share).collect())
    });
    let of_series = numbered(say, scaling).into_iter().flat_map(|(number, name, series)| {
        measured(&name, looks::distributed(number), &series.points, at_ranks)
    });
    let best = measured(say.name(Quantity::Local), looks::local(), &[scaling.best_local], at_ranks);
    Plot::single(x, y, ideal.into_iter().chain(of_series).chain(best).collect())
}

/// Speed-up and efficiency against ranks: against one rank and, for the main series, against the best
/// local run.
pub(crate) fn speedup(scaling: &Scaling<'_>, say: &dyn Messages) -> Plot {
    let points = || scaling.series.iter().flat_map(|series| &series.points);
    let most = points().map(|point| at_ranks(point)).fold(1.0, f64::max);
    let (mut speedups, mut efficiencies) = (Vec::new(), Vec::new());
    let ideal = |y: f64| vec![(1.0, 1.0), (most, y)];
    speedups.push(reference(say.name(Quantity::Ideal), ideal(most)));
    efficiencies.push(reference(say.name(Quantity::Ideal), ideal(1.0)));
    let best = scaling.best_local;
    for (number, name, series) in numbered(say, scaling) {
        let against = |base: Quantity| format!("{name}, {}", say.name(base));
        let one: Vec<(f64, Ratio, f64)> = series
            .scaled()
            .into_iter()
            .map(|scaled| (scaled.ranks as f64, scaled.speedup, scaled.efficiency()))
            .collect();
        let local: Vec<(f64, Ratio, f64)> = series
            .points
            .iter()
            .map(|point| {
                let ratio = point.time.ratio_to(&best.time);
                let threads = point.all_threads() as f64 / best.all_threads() as f64;
                (at_ranks(point), ratio, ratio.value / threads)
            })
            .collect();
        let mut bases = vec![(Quantity::AgainstOneRank, looks::distributed(number), one)];
        if number == 0 {
            bases.push((Quantity::AgainstBestLocal, looks::against_local(), local));
        }
        for (base, look, values) in bases {
            let series = against(base);
            let layer = |shape| Layer { series: series.clone(), look, shape };
            let ratios =
                values.iter().map(|(p, ratio, _)| (*p, ratio.value, ratio.range)).collect();
            speedups.push(layer(SeriesShape::Line(
                values.iter().map(|(p, ratio, _)| (*p, ratio.value)).collect(),
            )));
            speedups.push(layer(SeriesShape::Medians(ratios)));
            let shares: Vec<_> =
                values.iter().map(|(p, _, efficiency)| (*p, *efficiency)).collect();
            efficiencies.push(layer(SeriesShape::Line(shares.clone())));
            efficiencies.push(layer(SeriesShape::Marks(shares)));
        }
    }
    let panel = |name, unit, layers| Panel {
        x: ranks_axis(say, points()),
        y: Axis::new(say.name(name), Scale::Linear, unit),
        layers,
    };
    Plot {
        panels: vec![
            panel(Quantity::Speedup, Unit::Number, speedups),
            panel(Quantity::Efficiency, Unit::Share, efficiencies),
        ],
    }
}

/// The serial fraction by Karp and Flatt against ranks; `None` if there is only one number of them.
pub(crate) fn serial_fraction(scaling: &Scaling<'_>, say: &dyn Messages) -> Option<Plot> {
    let fractions = |series: &Series<'_>| -> Vec<(f64, f64)> {
        let of = |scaled: Scaled| Some((scaled.ranks as f64, scaled.serial_fraction()?));
        series.scaled().into_iter().filter_map(of).collect()
    };
    let mut layers = Vec::new();
    for (number, name, series) in numbered(say, scaling) {
        let values = fractions(series);
        if values.len() > 1 {
            let look = looks::distributed(number);
            let layer = |shape| Layer { series: name.clone(), look, shape };
            layers.push(layer(SeriesShape::Line(values.clone())));
            layers.push(layer(SeriesShape::Marks(values)));
        }
    }
    let ranks = scaling.series.iter().flat_map(|series| &series.points);
    let x = ranks_axis(say, ranks.filter(|point| !point.is_local()));
    let y = Axis::new(say.name(Quantity::SerialFraction), Scale::Linear, Unit::Number);
    (!layers.is_empty()).then(|| Plot::single(x, y, layers))
}

/// Time of a graph that grows with the ranks, with the ideal: the time of one rank.
pub(crate) fn weak(series: &Series<'_>, say: &dyn Messages) -> Plot {
    let x = ranks_axis(say, &series.points);
    let y = Axis::new(say.name(Quantity::Time), Scale::Linear, Unit::Seconds);
    let ideal = series.points.first().filter(|point| point.is_local()).map(|one| {
        let level = |point: &&Point| (at_ranks(point), one.time.median);
        reference(say.name(Quantity::Ideal), series.points.iter().map(level).collect())
    });
    let name = say.name(Quantity::Distributed);
    let measured = measured(name, looks::distributed(0), &series.points, at_ranks);
    Plot::single(x, y, ideal.into_iter().chain(measured).collect())
}

/// What the model expects on more ranks, with what was measured.
pub(crate) fn prediction(prediction: &Prediction, series: &Series<'_>, say: &dyn Messages) -> Plot {
    let x = Axis::counts(say.name(Quantity::Ranks), prediction.expected.iter().map(|(p, _)| *p));
    let y = Axis::new(say.name(Quantity::Time), Scale::Log, Unit::Seconds);
    let expected: Vec<_> = prediction.expected.iter().map(|(p, s)| (*p as f64, *s)).collect();
    let name = say.name(Quantity::Measured);
    let [_, _, medians] = measured(name, looks::distributed(0), &series.points, at_ranks);
    Plot::single(x, y, vec![reference(say.name(Quantity::Model), expected), medians])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::language::Language;
    use crate::report::study::Study;

    /// The values of the layers of a series in the data of a plot: kind, x and y.
    fn values(plot: &Plot, series: &str, kind: &str) -> Vec<(f64, f64)> {
        let data = plot.data();
        let mut reader = csv::Reader::from_reader(data.as_bytes());
        let records = reader.records().map(|record| record.expect("CSV"));
        let of = records.filter(|record| (&record[2], &record[3]) == (series, kind));
        of.map(|record| (record[4].parse().expect("x"), record[5].parse().expect("y"))).collect()
    }

    #[test]
    fn figures_show_what_was_measured() {
        let study = Study::of(fixture::strong(), false).expect("one origin");
        let scaling = Scaling::all(&study).remove(0);
        let say = Language::En.messages();
        let series = scaling.main();
        let medians: Vec<f64> = series.points.iter().map(|point| point.time.median).collect();
        let time = time(&scaling, say);
        let name = "distributed, 2 threads";
        let expected = [(1.0, medians[0]), (2.0, medians[1]), (3.0, medians[2])];
        assert_eq!(values(&time, name, "median"), expected);
        assert_eq!(values(&time, name, "repetition").len(), 24);
        assert_eq!(values(&time, "ideal", "line")[2], (3.0, medians[0] / 3.0));
        assert_eq!(values(&time, "local", "median"), [(1.0, medians[0])]);
        let speedup = speedup(&scaling, say);
        let name = "distributed, 2 threads, against one rank";
        assert_eq!(values(&speedup, name, "median")[2], (3.0, medians[0] / medians[2]));
        let efficiency = values(&speedup, name, "value")[2].1;
        assert!((efficiency - medians[0] / medians[2] / 3.0).abs() < 1e-12);
        let local = "distributed, 2 threads, against the best local run";
        assert_eq!(values(&speedup, local, "median")[2], (3.0, medians[0] / medians[2]));
        let efficiency = values(&speedup, local, "value")[2].1;
        assert!((efficiency - medians[0] / medians[2] / 3.0).abs() < 1e-12, "6 threads against 2");
        let serial = serial_fraction(&scaling, say).expect("two numbers of ranks");
        let fraction = series.scaled()[2].serial_fraction().expect("three ranks");
        assert_eq!(values(&serial, "distributed, 2 threads", "value")[1], (3.0, fraction));
    }

    #[test]
    fn each_series_has_a_number_and_the_main_one_is_the_last() {
        let mut rows = fixture::strong();
        let slower = rows.iter().filter(|row| row.threads == 1).cloned().map(|mut row| {
            row.algorithm = "kruskal".to_owned();
            row.total_s *= 2.0;
            row
        });
        let slower: Vec<_> = slower.collect();
        rows.extend(slower);
        let study = Study::of(rows, false).expect("one origin");
        let scaling = Scaling::all(&study).remove(0);
        let say = Language::En.messages();
        let named: Vec<_> =
            numbered(say, &scaling).into_iter().map(|(number, name, _)| (number, name)).collect();
        let expected = [
            (2, "distributed, 1 thread, kruskal"),
            (1, "distributed, 1 thread, auto"),
            (0, "distributed, 2 threads, auto"),
        ];
        assert_eq!(named, expected.map(|(number, name)| (number, name.to_owned())));
    }

    #[test]
    fn a_single_fraction_has_no_figure() {
        let mut rows = fixture::strong();
        rows.retain(|row| row.ranks != 2);
        let study = Study::of(rows, false).expect("one origin");
        let scaling = Scaling::all(&study).remove(0);
        assert!(serial_fraction(&scaling, Language::En.messages()).is_none());
    }

    #[test]
    fn a_single_series_needs_no_further_name() {
        let mut rows = fixture::strong();
        rows.retain(|row| row.threads == 2);
        let study = Study::of(rows, false).expect("one origin");
        let scaling = Scaling::all(&study).remove(0);
        let time = time(&scaling, Language::Es.messages());
        assert_eq!(values(&time, "distribuido", "median").len(), 3);
    }
}
