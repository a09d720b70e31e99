//! Graphs in files: one source file per format, reader and writer together.
//!
//! Text is parsed in blocks of whole lines, in parallel and by any rank: a [`Preamble`] holds what
//! the top of the file says, a [`LineCount`] the counts of the lines before a block, a [`Census`]
//! what is checked of all blocks together. Input is untrusted: no size in a header decides how much
//! is allocated.

pub mod binary;
pub mod blocks;
mod census;
mod columns;
mod dialect;
mod dimacs;
mod errors;
mod fields;
mod foreign;
mod gzip;
mod head;
mod lines;
mod matrix_market;
mod metis;
mod preamble;
mod stream;
mod text;
mod write;

pub use census::Census;
pub use columns::{Columns, Selection};
pub use dialect::{Decimal, Separator};
pub use errors::too_long;
pub use gzip::is_gzip;
pub use lines::{LineCount, Parsed};
pub use preamble::Preamble;
pub use stream::Stream;
pub use text::TextOptions;
pub use write::{Compressed, compressed, holds, write};

use crate::error::{Error, Result, printable, shown};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// One edge per line, `u v [w]`.
    Text,
    /// DIMACS-9 shortest paths, `.gr`.
    Dimacs,
    /// Matrix Market, `.mtx`.
    MatrixMarket,
    /// METIS, `.graph`.
    Metis,
    /// Our own, `.mst`: see [`binary`].
    Binary,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Text, Self::Dimacs, Self::MatrixMarket, Self::Metis, Self::Binary];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dimacs => "gr",
            Self::MatrixMarket => "mtx",
            Self::Metis => "metis",
            Self::Binary => "binary",
        }
    }

    /// The format of a file whose decompressed content begins with `head`: by the content if that
    /// is unmistakable, else by the name.
    ///
    /// # Errors
    /// [`Error::Content`] for a format that is not read, with how to convert it.
    pub fn detect(path: &Path, head: &[u8]) -> Result<Self> {
        let head = head.strip_prefix(head::BYTE_ORDER_MARK).unwrap_or(head);
        if head.starts_with(binary::MAGIC) {
            Ok(Self::Binary)
        } else if matrix_market::begins(head) {
            Ok(Self::MatrixMarket)
        } else if dimacs::begins(head) {
            Ok(Self::Dimacs)
        } else {
            foreign::refuse(path, head)?;
            Ok(Self::by_name(path).unwrap_or(Self::Text))
        }
    }

    /// The format that a file's name asks for, `.gz` aside; `None` if its ending is not known.
    pub fn by_name(path: &Path) -> Option<Self> {
        let ending = extension(path);
        let known = ENDINGS.iter().find(|(_, endings)| endings.contains(&&*ending));
        known.map(|(format, _)| *format)
    }

    /// The format in which to write a file, by its name.
    ///
    /// # Errors
    /// [`Error::Usage`] if no format has this ending, for example `.png`.
    pub fn of_output(path: &Path) -> Result<Self> {
        Self::by_name(path).ok_or_else(|| {
            let known = ENDINGS.iter().flat_map(|(_, endings)| endings.iter());
            let known = known.filter(|ending| !ending.is_empty()).map(|ending| format!(".{ending}"));
            Error::usage("--output", format!(
                "cannot write {}: no format is known by the ending {}; there are {}, also with .gz, and no ending \
                 for text",
                shown(path),
                printable(&extension(path)),
                known.collect::<Vec<_>>().join(", ")
            ))
        })
    }
}

/// The endings of file names by which formats are known; for text, also no ending.
const ENDINGS: [(Format, &[&str]); 5] = [
    (Format::Text, &["txt", "csv", "tsv", "edges", "edgelist", "el", "wel", "dat", ""]),
    (Format::Dimacs, &["gr"]),
    (Format::MatrixMarket, &["mtx"]),
    (Format::Metis, &["graph", "metis"]),
    (Format::Binary, &["mst", "bin"]),
];

/// The ending of a file's name in lower case, `.gz` aside.
fn extension(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    ending.map_or_else(String::new, |(_, end)| end.to_owned())
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        let names = Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| {
            Error::usage("--format", format!("no format is called {name}; there are {names}"))
        })
    }
}

#[cfg(test)]
mod tests;
