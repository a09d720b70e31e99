//! Writes a text edge list: with blanks and a comment that gives n and m, or as a table for
//! spreadsheets.

use crate::format::Preface;
use crate::graph::Slice;
use std::io::{self, Write};

/// The words before n, and between n and m, in the comment at the top of a text that this program
/// writes.
pub(super) const HEADER: [&str; 2] = ["# vertices ", ", edges "];

/// The endings of file names that ask for a table, and the separator of its columns.
const TABLES: [(&str, char); 2] = [("csv", ','), ("tsv", '\t')];

/// The separator of a table, if the name of a file ends in `ending`.
fn separator(ending: &str) -> Option<char> {
    TABLES.iter().find(|(name, _)| *name == ending).map(|(_, separator)| *separator)
}

/// Whether a file whose name ends in `ending` is a table, which has no place for n.
pub(in crate::format) fn is_table(ending: &str) -> bool {
    separator(ending).is_some()
}

/// Writes what comes before the edges: a comment with n and m or, if the name ends in `csv` or `tsv`,
/// the names of the columns; a table has no place for n.
pub(in crate::format) fn write_head(
    ending: &str,
    preface: &Preface,
    out: &mut dyn Write,
) -> io::Result<()> {
    let [vertices, edges] = HEADER;
    match separator(ending) {
        Some(between) => writeln!(out, "u{between}v{between}weight"),
        None => writeln!(out, "{vertices}{}{edges}{}, ids from 0", preface.n, preface.m),
    }
}

/// Writes one line per edge, ids from 0: `u v w`, with the separator of a table.
pub(in crate::format) fn write_edges(
    ending: &str,
    block: &Slice,
    out: &mut dyn Write,
) -> io::Result<()> {
    let between = separator(ending).unwrap_or(' ');
    block
        .weighted()
        .try_for_each(|(u, v, weight)| writeln!(out, "{u}{between}{v}{between}{weight}"))
}
