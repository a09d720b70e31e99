//! Graphs in files: one file a format, reader and writer together.
//!
//! Text is parsed by blocks of whole lines, in parallel and by any rank: a [`Preamble`] holds what
//! the top of the file says, a [`Tally`] what lies before a block, a [`Census`] what is proved of
//! all blocks together. Input is untrusted: no size in a header drives an allocation.

pub mod binary;
pub mod blocks;
mod census;
mod columns;
mod dimacs;
mod fields;
mod head;
mod lines;
mod matrix_market;
mod metis;
mod preamble;
mod stream;
mod text;
mod write;

pub use census::Census;
pub use columns::Columns;
pub use lines::{Parsed, Tally};
pub use preamble::Preamble;
pub use stream::{Stream, is_gzip};
pub use write::{Compressed, compressed, holds, write};

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// An edge a line, `u v [w]`.
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

    /// The format of a file that begins with `head`: by content where it is unmistakable, else by
    /// the name.
    pub fn detect(path: &Path, head: &[u8]) -> Self {
        let head = head.strip_prefix(head::BYTE_ORDER_MARK).unwrap_or(head);
        if head.starts_with(binary::MAGIC) {
            Self::Binary
        } else if head.starts_with(b"%%MatrixMarket") {
            Self::MatrixMarket
        } else if dimacs::begins(head) {
            Self::Dimacs
        } else {
            Self::of_output(path)
        }
    }

    /// The format that a file's name asks for, `.gz` aside; text if it asks for none.
    pub fn of_output(path: &Path) -> Self {
        match extension(path).as_str() {
            "gr" => Self::Dimacs,
            "mtx" => Self::MatrixMarket,
            "graph" | "metis" => Self::Metis,
            "mst" | "bin" => Self::Binary,
            _ => Self::Text,
        }
    }
}

/// The end of a file's name in lower case, `.gz` aside.
fn extension(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map_or_else(String::new, |(_, end)| end.to_owned())
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
        found.ok_or_else(|| Error::Usage(format!("no format is called {name}; there are {names}")))
    }
}

#[cfg(test)]
mod tests;
