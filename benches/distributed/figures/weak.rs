//! Weak scaling: what the busiest rank moves when graphs grow with the number of ranks.

use super::Results;
use super::by_ranks::{RankCurve, by_ranks, family, legend, look};
use super::runs::WeakRun;
use super::table::names;
use crate::drawing::{Done, Figure};
use mst_cli::text::grouped;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// A chart's height, pixels.
const HEIGHT: u32 = 372;

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
        let ranks: BTreeSet<usize> = of_graph().map(|run| run.ranks).collect();
        let edges = of_graph().next().map_or(0.0, |run| run.m as f64 / run.n as f64);
        write!(text, "\n| {}, m = {edges:.0} n: way |", family(graph))?;
        ranks.iter().try_for_each(|p| write!(text, " {p} |"))?;
        write!(text, "\n|---|{}\n", "---|".repeat(ranks.len()))?;
        for way in names(of_graph().map(|run| run.combine.as_str())) {
            write!(text, "| {way} |")?;
            for p in &ranks {
                let run = of_graph().find(|run| run.combine == way && run.ranks == *p);
                let cell = run.map(|run| {
                    let bytes = grouped(&format!("{:.1}", run.bytes_per_vertex()));
                    format!("{bytes} B, {}", grouped(&run.messages_per_rank().to_string()))
                });
                write!(text, " {} |", cell.unwrap_or_default())?;
            }
            text.push('\n');
        }
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
    let legend = legend(&ways);
    let figure = Figure {
        title: "Bytes of the busiest rank for each of its vertices",
        legend: &legend,
        column: 320,
        footer: &footer,
    };
    let lines = graphs.len().div_ceil(2);
    figure.draw(path, HEIGHT * lines as u32, |area| {
        for (area, graph) in area.split_evenly((lines, 2)).iter().zip(graphs) {
            let of_way = |way: &str| {
                let runs = weak.iter().filter(|run| run.family == graph && run.combine == way);
                runs.map(|run| (run.ranks as f64, run.bytes_per_vertex())).collect()
            };
            let curves: Vec<RankCurve> = ways.iter().map(|way| (look(way), of_way(way))).collect();
            by_ranks(area, family(graph), &curves, tick)?;
        }
        Ok(())
    })
}
