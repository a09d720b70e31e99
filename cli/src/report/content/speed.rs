//! How much faster is it, and why not more?

use super::{Results, figure, numbered, paragraph, setting};
use crate::report::document::{Element, Table};
use crate::report::figure;
use crate::report::language::{Heading, Messages, Noun, Quantity};
use crate::report::points::{Point, SpeedDifference};
use crate::report::scaling::{
    Scaled, Scaling, Series, amdahl_limit, gustafson_fraction, scaled_speedup,
};

/// A serial fraction that is larger by less is the same, as far as these measurements can tell.
const NOTABLE: f64 = 0.02;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    if results.compares_nothing() {
        return vec![Element::Paragraph(say.limit_no_local().to_owned())];
    }
    let mut blocks = Vec::new();
    for (place, scaling) in results.scalings.iter().enumerate() {
        blocks.extend(strong(scaling, place, say));
    }
    if !results.weak.is_empty() {
        blocks.push(Element::Subsection(say.question(Heading::Weak).to_owned()));
        for (place, series) in results.weak.iter().enumerate() {
            blocks.extend(weak(series, place, say));
        }
    }
    blocks
}

/// How the widest run compares with the best local one.
pub(super) fn verdict(scaling: &Scaling<'_>, say: &dyn Messages) -> String {
    let (local, widest) = (scaling.best_local, scaling.widest());
    let verdict = widest.time.ratio_to(&local.time).verdict();
    let factor = match verdict {
        SpeedDifference::Faster(factor) | SpeedDifference::Slower(factor) => say.decimal(factor),
        SpeedDifference::Unclear | SpeedDifference::Single => String::new(),
    };
    let [local_time, time] = match verdict {
        SpeedDifference::Unclear => [local, widest].map(|point| say.interval(point.time.range())),
        _ => [local, widest].map(|point| say.seconds(point.time.median)),
    };
    say.compared(verdict, &factor, &say.setting(setting(widest)), &local_time, &time)
}

fn strong(scaling: &Scaling<'_>, place: usize, say: &dyn Messages) -> Vec<Element> {
    let (main, best) = (scaling.main(), scaling.best_local);
    let graph = &best.row().graph;
    let time = say.seconds(best.time.median);
    let mut sentences = vec![
        verdict(scaling, say),
        say.best_local(best.row().threads as u64, &best.row().ran, &time),
    ];
    sentences.extend(laws(main, say));
    let mut blocks = vec![
        paragraph(sentences),
        figure(&numbered("time", place), say.time_caption(graph), figure::time(scaling, say)),
        figure(&numbered("speed-up", place), say.speedup_caption(), figure::speedup(scaling, say)),
    ];
    if let Some(plot) = figure::serial_fraction(scaling, say) {
        blocks.push(figure(&numbered("serial-fraction", place), say.serial_caption(), plot));
    }
    blocks.push(Element::Table(table(scaling, say)));
    blocks
}

/// What the laws say of the speed-up against one rank.
fn laws(series: &Series<'_>, say: &dyn Messages) -> Vec<String> {
    let scaled: Vec<Scaled> = series.scaled();
    let fractions: Vec<f64> = scaled.iter().filter_map(|scaled| scaled.serial_fraction()).collect();
    let (Some(last), Some(&fraction)) = (scaled.last(), fractions.last()) else {
        return Vec::new();
    };
    let ranks = last.ranks as u64;
    let efficiency = say.percent(last.efficiency());
    let speedup = say.decimal(last.speedup.value);
    let mut sentences =
        vec![say.one_rank_speedup(last.speedup.verdict(), ranks, &speedup, &efficiency)];
    if matches!(last.speedup.verdict(), SpeedDifference::Unclear | SpeedDifference::Single) {
        return sentences;
    }
    sentences.push(say.karp_flatt(ranks, &say.decimal(fraction)));
    match fraction {
        ..0.0 => sentences.push(say.karp_flatt_negative().to_owned()),
        1.0.. => sentences.push(say.karp_flatt_above_one().to_owned()),
        _ => {}
    }
    // Below 0, nothing is lost that could grow.
    if fraction > (fractions[0] + NOTABLE).max(0.0) {
        let [first, last] = [fractions[0], fraction].map(|fraction| say.decimal(fraction));
        sentences.push(say.karp_flatt_rises(&first, &last));
    }
    // A fraction above 1 means slower than one rank: a limit below 1 would say nothing.
    if let Some(limit) = amdahl_limit(fraction).filter(|limit| *limit > 1.0) {
        sentences.push(say.amdahl(&say.decimal(limit)));
    }
    sentences
}

fn table(scaling: &Scaling<'_>, say: &dyn Messages) -> Table {
    let mut rows = Vec::new();
    for series in &scaling.series {
        let scaled = series.scaled();
        for point in &series.points {
            let own = scaled.iter().find(|scaled| scaled.ranks == point.row().ranks);
            let of = |text: fn(&dyn Messages, Scaled) -> String| {
                own.map_or_else(|| "–".to_owned(), |scaled| text(say, *scaled))
            };
            rows.push(vec![
                point.row().ranks.to_string(),
                point.row().threads.to_string(),
                say.seconds(point.time.median),
                say.interval(point.time.interval),
                of(|say, scaled| say.decimal(scaled.speedup.value)),
                say.decimal(point.time.ratio_to(&scaling.best_local.time).value),
                of(|say, scaled| say.percent(scaled.efficiency())),
                of(|say, scaled| {
                    let fraction = scaled.serial_fraction();
                    fraction.map_or_else(|| "–".to_owned(), |fraction| say.decimal(fraction))
                }),
            ]);
        }
    }
    let header = [
        Quantity::Ranks,
        Quantity::Threads,
        Quantity::Median,
        Quantity::Interval,
        Quantity::AgainstOneRank,
        Quantity::AgainstBestLocal,
        Quantity::Efficiency,
        Quantity::SerialFraction,
    ];
    Table {
        caption: say.scaling_caption(&scaling.best_local.row().graph),
        header: header.map(|name| say.name(name).to_owned()).to_vec(),
        rows,
    }
}

fn weak(series: &Series<'_>, place: usize, say: &dyn Messages) -> Vec<Element> {
    let (first, last) = (series.points[0], series.widest());
    let mut blocks = Vec::new();
    if first.is_local() {
        blocks.push(paragraph(weak_sentences(first, last, say)));
    }
    let plot = figure::weak(series, say);
    blocks.push(figure(&numbered("weak-scaling", place), say.weak_caption(), plot));
    blocks
}

fn weak_sentences(one: &Point, all: &Point, say: &dyn Messages) -> Vec<String> {
    let p = all.row().ranks;
    let edges = say.count(one.row().m, Noun::Edge);
    let [time_on_one, time_on_all] = [one, all].map(|point| say.seconds(point.time.median));
    let scaled = scaled_speedup(p, one.time.median, all.time.median);
    let fraction = gustafson_fraction(p, scaled);
    vec![
        say.weak_text(&edges, p as u64, &time_on_one, &time_on_all),
        say.gustafson(p as u64, &say.decimal(scaled), &say.decimal(fraction)),
    ]
}
