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
mod compression;
mod dialect;
mod dimacs;
mod errors;
mod fields;
mod foreign;
mod head;
mod layout;
mod lines;
mod matrix_market;
mod metis;
mod parse;
mod preamble;
mod preface;
mod stream;
mod text;
mod write;

pub use census::Census;
pub use columns::{Columns, Selection};
pub use compression::{Compressed, Compression, compressed};
pub use dialect::{Decimal, Separator};
pub use errors::too_long;
pub use parse::{LineCount, Parsed};
pub use preamble::Preamble;
pub use preface::Preface;
pub use stream::Stream;
pub use text::TextOptions;
pub use write::{edges_written, holds, lost_vertices, pieces, write, write_head};

use crate::error::{Error, Result, printable, shown};
use crate::graph::Slice;
use head::{Head, Top};
use layout::Layout;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Write};
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

/// All that the program knows of a format, besides how it reads lines ([`Layout`]).
struct FormatRow {
    format: Format,
    /// Its name on the command line.
    name: &'static str,
    /// Its name in messages.
    title: &'static str,
    /// The endings of its files' names, without the dot.
    endings: &'static [&'static str],
    /// Whether a file that begins with these bytes is certainly of this format.
    begins: fn(&[u8]) -> bool,
    /// Reads the top of a file; `None` if the format is not text.
    top: Option<TopReader>,
    writer: FormatWriter,
    holds_floats: bool,
}

/// How a graph is written. The text is the ending of the file's name.
enum FormatWriter {
    /// First the head, then edge after edge.
    ByEdge {
        head: fn(&str, &Preface, &mut dyn Write) -> io::Result<()>,
        edges: fn(&str, &Preface, &Slice, &mut dyn Write) -> io::Result<()>,
    },
    /// The edges of each vertex in turn.
    ByVertex {
        write: fn(&Slice, &mut dyn Write) -> io::Result<()>,
        /// Memory that this needs per vertex and per edge, bytes.
        memory: (u64, u64),
    },
}

type TopReader = fn(&mut Head<'_>, &TextOptions) -> Result<(Top, Layout)>;

/// All formats, in the order of [`Format`].
#[rustfmt::skip]
const FORMATS: [FormatRow; 5] = [
    FormatRow {
        format: Format::Text, name: "text", title: "text",
        endings: &["txt", "csv", "tsv", "edges", "edgelist", "el", "wel", "dat", ""],
        begins: |_| false,
        top: Some(|head, options| text::top(head, options).map(|(top, rows)| (top, Layout::Text(rows)))),
        writer: FormatWriter::ByEdge {
            head: text::write_head,
            edges: |ending, _, block, out| text::write_edges(ending, block, out),
        },
        holds_floats: true,
    },
    FormatRow {
        format: Format::Dimacs, name: "gr", title: "DIMACS", endings: &["gr"],
        begins: dimacs::begins,
        top: Some(|head, _| dimacs::top(head).map(|top| (top, Layout::Dimacs))),
        writer: FormatWriter::ByEdge {
            head: |_, preface, out| dimacs::write_head(preface, out),
            edges: |_, _, block, out| dimacs::write_edges(block, out),
        },
        holds_floats: true,
    },
    FormatRow {
        format: Format::MatrixMarket, name: "mtx", title: "Matrix Market", endings: &["mtx"],
        begins: matrix_market::begins,
        top: Some(|head, _| matrix_market::top(head).map(|(top, values)| (top, Layout::MatrixMarket(values)))),
        writer: FormatWriter::ByEdge {
            head: |_, preface, out| matrix_market::write_head(preface, out),
            edges: |_, _, block, out| matrix_market::write_edges(block, out),
        },
        holds_floats: true,
    },
    FormatRow {
        format: Format::Metis, name: "metis", title: "METIS", endings: &["graph", "metis"],
        begins: |_| false,
        top: Some(|head, _| metis::top(head).map(|(top, shape)| (top, Layout::Metis(shape)))),
        writer: FormatWriter::ByVertex { write: metis::write, memory: metis::WRITING }, holds_floats: false,
    },
    FormatRow {
        format: Format::Binary, name: "binary", title: "binary", endings: &["mst", "bin"],
        begins: |head| head.starts_with(binary::MAGIC),
        top: None,
        writer: FormatWriter::ByEdge {
            head: |_, preface, out| binary::write_head(preface, out),
            edges: |_, preface, block, out| binary::write_edges(preface, block, out),
        },
        holds_floats: true,
    },
];

impl Format {
    /// All of them.
    pub const ALL: [Self; FORMATS.len()] =
        [Self::Text, Self::Dimacs, Self::MatrixMarket, Self::Metis, Self::Binary];

    fn row(self) -> &'static FormatRow {
        &FORMATS[self as usize]
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name in messages.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// Memory that writing a graph needs per vertex and per edge, bytes. Zero unless the format
    /// lists edges by vertex.
    pub fn writing_bytes(self) -> (u64, u64) {
        match self.row().writer {
            FormatWriter::ByEdge { .. } => (0, 0),
            FormatWriter::ByVertex { memory, .. } => memory,
        }
    }

    /// Whether a graph can be written in blocks of edges, see [`edges_written`].
    pub fn is_by_edge(self) -> bool {
        matches!(self.row().writer, FormatWriter::ByEdge { .. })
    }

    /// The format of a file whose decompressed content begins with `head`: by the content if that
    /// is unmistakable, else by the name.
    ///
    /// # Errors
    /// [`Error::Content`] for a format that is not read, with how to convert it.
    pub fn detect(path: &Path, head: &[u8]) -> Result<Self> {
        let head = head.strip_prefix(head::BYTE_ORDER_MARK).unwrap_or(head);
        if let Some(row) = FORMATS.iter().find(|row| (row.begins)(head)) {
            return Ok(row.format);
        }
        foreign::refuse(path, head)?;
        Ok(Self::by_name(path).unwrap_or(Self::Text))
    }

    /// The format that a file's name asks for, that of a compressed file aside; `None` if its ending is not known.
    pub fn by_name(path: &Path) -> Option<Self> {
        let ending = extension(path);
        FORMATS.iter().find(|row| row.endings.contains(&&*ending)).map(|row| row.format)
    }

    /// The format in which to write a file, by its name.
    ///
    /// # Errors
    /// [`Error::Usage`] if no format has this ending, for example `.png`.
    pub fn of_output(path: &Path) -> Result<Self> {
        Self::by_name(path).ok_or_else(|| {
            let known = FORMATS.iter().flat_map(|row| row.endings);
            let known =
                known.filter(|ending| !ending.is_empty()).map(|ending| format!(".{ending}"));
            Error::usage(
                "--output",
                format!(
                    "cannot write {}: unknown ending {}; known are {}, all but .mst and .bin also \
                 with .gz or .zst; no ending means text",
                    shown(path),
                    printable(&extension(path)),
                    known.collect::<Vec<_>>().join(", ")
                ),
            )
        })
    }
}

/// The ending of a file's name in lower case, that of a compressed file aside.
pub fn extension(path: &Path) -> String {
    let plain = if Compression::named(path).is_some() { &path.with_extension("") } else { path };
    let name = plain.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
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
            Error::usage("--format", format!("unknown format {name}; known are {names}"))
        })
    }
}

#[cfg(test)]
mod tests;
