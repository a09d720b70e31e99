//! Writes a text edge list: with blanks and a comment that gives n and m, or as a table for
//! spreadsheets.

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

/// Writes one line per edge, ids from 0: `u v w` after a comment with n and m or, if the name ends
/// in `csv` or `tsv`, a table with the names of its columns, which has no place for n.
pub(in crate::format) fn write(ending: &str, slice: &Slice, out: &mut dyn Write) -> io::Result<()> {
    let table = separator(ending);
    let [vertices, edges] = HEADER;
    match table {
        Some(between) => writeln!(out, "u{between}v{between}weight")?,
        None => writeln!(out, "{vertices}{}{edges}{}, ids from 0", slice.n, slice.edges.len())?,
    }
    let between = table.unwrap_or(' ');
    slice
        .weighted()
        .try_for_each(|(u, v, weight)| writeln!(out, "{u}{between}{v}{between}{weight}"))
}
