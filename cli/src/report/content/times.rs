//! Where is the time?

use super::{Results, figure, numbered, paragraph, setting};
use crate::report::document::Element;
use crate::report::figure;
use crate::report::language::Messages;
use crate::report::points::Point;
use crate::report::scaling::Scaling;
use mst::experiment::Row;
use mst::measure::Phase;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let scalings = results.scalings.iter().enumerate();
    scalings.flat_map(|(place, scaling)| of_scaling(scaling, place, say)).collect()
}

fn of_scaling(scaling: &Scaling<'_>, place: usize, say: &dyn Messages) -> Vec<Element> {
    let (main, widest) = (scaling.main(), scaling.widest());
    let graph = &widest.row().graph;
    let (phase, share) = largest(widest);
    let mut sentences =
        vec![say.phases_text(setting(widest), say.phase(phase), &say.percent(share))];
    sentences.push(say.communication(
        &say.percent(communication(widest)),
        &say.percent(widest.median(|row| row.waited_mean_s / row.total_s)),
    ));
    let mut blocks = vec![
        paragraph(sentences),
        figure(&numbered("phases", place), say.phases_caption(graph), figure::phases(main, say)),
    ];
    if let Some(plot) = figure::imbalance(widest, say) {
        blocks.extend(imbalance(widest, say));
        let caption = say.imbalance_caption(setting(widest));
        blocks.push(figure(&numbered("imbalance", place), caption, plot));
    }
    if let Some(plot) = figure::traffic(main, say) {
        blocks.extend(traffic(widest, say));
        blocks.push(figure(&numbered("traffic", place), say.traffic_caption(graph), plot));
    }
    blocks
}

/// The phase that takes the slowest rank longest, and its share of all phases.
fn largest(point: &Point) -> (Phase, f64) {
    let seconds = |phase| point.median(|row| figure::of_phase(row, phase)[0]);
    let all: f64 = Phase::TIMED.into_iter().map(seconds).sum();
    let largest = Phase::TIMED.into_iter().max_by(|a, b| seconds(*a).total_cmp(&seconds(*b)));
    let largest = largest.expect("there are phases");
    (largest, if all > 0.0 { seconds(largest) / all } else { 0.0 })
}

/// The share of exchange and merge in all phases, on the slowest rank.
fn communication(point: &Point) -> f64 {
    point.median(|row: &Row| {
        let travel = row.exchange_s + row.merge_s;
        travel / (row.local_s + row.contract_s + travel).max(f64::MIN_POSITIVE)
    })
}

fn imbalance(point: &Point, say: &dyn Messages) -> Option<Element> {
    let row = point.middle();
    let seconds = row.local_rank_s.0.iter().map(|seconds| seconds.0).enumerate();
    let (slowest, most) = seconds.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let ratio = say.decimal(most / row.local_mean_s);
    (row.local_mean_s > 0.0)
        .then(|| Element::Paragraph(say.imbalance_text(&slowest.to_string(), &ratio)))
}

fn traffic(point: &Point, say: &dyn Messages) -> Option<Element> {
    let row = point.middle();
    let bound = figure::bound(row)?;
    let share = say.percent(row.bytes_received_max as f64 / bound as f64);
    let bytes = say.bytes(row.bytes_received_max);
    Some(Element::Paragraph(say.traffic_text(row.ranks as u64, &bytes, &share)))
}
