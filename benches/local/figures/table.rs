//! The table, in Markdown.

use super::rows::ContestantRow;
use crate::drawing::{Machine, spread_in_words};
use mst_cli::text::bytes;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A table of all rows.
pub(crate) fn markdown(
    machine: &Machine,
    rows: &[ContestantRow],
) -> Result<String, std::fmt::Error> {
    let threads: BTreeSet<usize> = rows.iter().map(|row| row.threads).collect();
    let mut text = format!(
        "# A rank's own forest\n\n{}. Times are medians, {}.\n\n\
         | graph | n | m | algorithm | threads | time | edges a second | times as fast as textbook Kruskal on 1 thread \
         | plain sums | memory above the edges | of their bytes |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
        machine.shared_by(&threads.into_iter().collect::<Vec<_>>(), "threads"),
        spread_in_words(rows.iter().map(ContestantRow::time)),
    );
    let number = |value: Option<f64>, digits| {
        value.map_or(String::new(), |value| format!("{value:.digits$}"))
    };
    for row in rows {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {:.1} M | {} | {} | {} | {} |",
            row.graph,
            row.n,
            row.m,
            row.algorithm,
            row.threads,
            row.time(),
            row.edges_per_second / 1e6,
            number(row.times_textbook, 2),
            number(row.sums, 1),
            row.peak_bytes.map_or(String::new(), bytes),
            number(row.peak_of_edges, 2),
        )?;
    }
    Ok(text)
}
