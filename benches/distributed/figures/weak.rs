//! Weak scaling: what the busiest rank moves when graphs grow with the number of ranks.

use super::Results;
use super::by_ranks::{self, Chart, family};
use super::runs::WeakRun;
use super::table::{names, write_by_ranks};
use crate::drawing::Done;
use mst_cli::text::grouped;
use std::fmt::Write;
use std::path::Path;

/// The table: for each family, ways and ranks.
pub(crate) fn write(text: &mut String, weak: &[WeakRun]) -> std::fmt::Result {
    let Some(first) = weak.first() else { return Ok(()) };
    write!(
        text,
        "\nWeak scaling: {} vertices a rank. Bytes that the busiest rank sends or receives, whichever is more, for each of \
         these, and how many messages a rank sends on average. Counted, not timed: the same on every machine. \
         An empty place: it takes more memory than that of the host.\n",
        grouped(&(first.n / first.ranks as u64).to_string()),
    )?;
    for graph in names(weak.iter().map(|run| run.family.as_str())) {
        let of_graph = || weak.iter().filter(|run| run.family == graph);
        let edges = of_graph().next().map_or(0.0, |run| run.m as f64 / run.n as f64);
        let cell = |run: &WeakRun| {
            let bytes = grouped(&format!("{:.1}", run.bytes_per_vertex()));
            format!("{bytes} B, {}", grouped(&run.messages_per_rank().to_string()))
        };
        let cells: Vec<_> =
            of_graph().map(|run| (run.combine.as_str(), run.ranks, cell(run))).collect();
        let head = format!("{}, m = {edges:.0} n: way", family(graph));
        write_by_ranks(text, &head, &cells)?;
    }
    Ok(())
}

/// The label of a tick.
pub(crate) fn tick(bytes: f64) -> String {
    if bytes < 1e3 { format!("{bytes} B") } else { format!("{} kB", bytes / 1e3) }
}

/// Draws the bytes, a chart for each family.
pub(crate) fn draw(Results { weak, .. }: &Results, path: &Path) -> Done {
    let graphs = names(weak.iter().map(|run| run.family.as_str()));
    let ways = names(weak.iter().map(|run| run.combine.as_str()));
    let vertices = weak.first().map_or(0, |run| run.n / run.ranks as u64);
    let footer = format!(
        "Graphs grow with the ranks: {} vertices a rank. Bytes that the busiest rank sends or receives, for each of \
         them, counted on ranks within one process: the same in every run, on every machine. Both axes are logarithmic.",
        grouped(&vertices.to_string())
    );
    let chart = |graph: &&str| {
        Chart::of(family(graph).to_owned(), &ways, |way| {
            let runs = weak.iter().filter(|run| run.family == *graph && run.combine == way);
            runs.map(|run| (run.ranks as f64, run.bytes_per_vertex())).collect()
        })
    };
    let charts: Vec<Chart> = graphs.iter().map(chart).collect();
    let title = "Bytes of the busiest rank for each of its vertices";
    by_ranks::draw(path, [title, &footer], &ways, &charts, tick)
}
