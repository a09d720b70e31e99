//! The plot of traffic: how much the busiest rank receives in each way of combining, by number of
//! ranks.

use super::Results;
use super::by_ranks::{self, Chart, family};
use super::table::names;
use crate::drawing::Done;
use mst_cli::text::bytes;
use std::path::Path;

/// The label of a tick.
pub(crate) fn tick(received: f64) -> String {
    bytes(received as u64).replace(".00 ", " ")
}

/// The title of a graph's chart.
fn title(graph: &str) -> String {
    let name = family(graph.split(':').next().unwrap_or(graph));
    format!("{name}: {}", graph.split(",a=").next().unwrap_or(graph))
}

/// Draws what the busiest rank receives, a chart for each graph.
pub(crate) fn draw(Results { traffic, .. }: &Results, path: &Path) -> Done {
    let graphs = names(traffic.iter().map(|run| run.graph.as_str()));
    let ways = names(traffic.iter().map(|run| run.combine.as_str()));
    let footer = "Counted on ranks within one process: bytes are the same in every run, on every machine, so there are no \
                  whiskers. Both axes are logarithmic.";
    let chart = |graph: &&str| {
        Chart::of(title(graph), &ways, |way| {
            let runs = traffic.iter().filter(|run| run.graph == *graph && run.combine == way);
            runs.map(|run| (run.ranks as f64, run.received.max(1) as f64)).collect()
        })
    };
    let charts: Vec<Chart> = graphs.iter().map(chart).collect();
    by_ranks::draw(path, ["Received by the busiest rank", footer], &ways, &charts, tick)
}
