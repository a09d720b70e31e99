//! What the top of a text file says, and whether the rest agrees.

use super::census::Census;
use super::columns::Columns;
use super::fields::Ids;
use super::head::Head;
use super::{Format, dimacs, extension, matrix_market, metis, text};
use crate::error::{Error, Result};
use crate::graph::MOST_VERTICES;
use serde::{Deserialize, Serialize};
use std::io::BufRead;
use std::path::Path;

/// What the top of a text file says. The same on every rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preamble {
    /// Vertices, where a header tells.
    pub n: Option<u64>,
    /// Edges, where a header tells.
    pub m: Option<u64>,
    /// Bytes before the first record.
    pub body: u64,
    /// Lines before the first record.
    pub line: u64,
    pub(super) layout: Layout,
}

/// How a line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Layout {
    Text {
        columns: Columns,
    },
    Dimacs,
    MatrixMarket {
        /// Entries have no value.
        pattern: bool,
    },
    Metis {
        /// Numbers before the neighbours on each line.
        skipped: u32,
        /// Each neighbour has a weight.
        weighted: bool,
    },
}

/// A preamble under way.
pub(super) struct Top {
    pub(super) n: Option<u64>,
    pub(super) m: Option<u64>,
    pub(super) layout: Layout,
    pub(super) body: u64,
    pub(super) before: u64,
}

impl Preamble {
    /// Reads the top of a text file from its (decompressed) start. `columns` are for edge lists.
    ///
    /// # Errors
    /// [`Error::Line`] for a header that cannot be read, [`Error::Content`] for a file without any
    /// data, [`Error::Usage`] for columns of a format that has none.
    ///
    /// # Panics
    /// For [`Format::Binary`], which has a header of its own.
    pub fn read(
        path: &Path,
        format: Format,
        columns: Option<Columns>,
        reader: &mut dyn BufRead,
    ) -> Result<Self> {
        if columns.is_some() && format != Format::Text {
            let what = format!("--columns are for text; {} is {format}", path.display());
            return Err(Error::Usage(what));
        }
        let mut head = Head::of(path, reader)?;
        let names = matches!(extension(path).as_str(), "csv" | "tsv");
        let Top { n, m, layout, body, before } = match format {
            Format::Text => text::top(&mut head, columns, names)?,
            Format::Dimacs => dimacs::top(&mut head)?,
            Format::MatrixMarket => matrix_market::top(&mut head)?,
            Format::Metis => metis::top(&mut head)?,
            Format::Binary => panic!("binary files have their own header"),
        };
        if let Some(n) = n.filter(|&n| n > MOST_VERTICES) {
            let what =
                format!("{n} vertices are too many: ids are 32 bits, so at most {MOST_VERTICES}");
            return Err(Error::content(path, what));
        }
        Ok(Self { n, m, body, line: before, layout })
    }

    /// Holds the counts of all blocks against the header, and returns the number of vertices: the
    /// header's, else the largest id + 1.
    ///
    /// # Errors
    /// [`Error::Content`] for a header that lies.
    pub fn check(&self, path: &Path, census: &Census) -> Result<u64> {
        let n = self.n.unwrap_or(census.bound);
        if let Layout::Metis { .. } = self.layout {
            metis::check(path, n, census)?;
        }
        match self.m {
            Some(m) if m != census.records => Err(Error::content(
                path,
                format!("the header says {m} edges, but there are {}", census.records),
            )),
            _ => Ok(n),
        }
    }

    /// How this file writes vertices.
    pub(super) fn ids(&self) -> Ids {
        let first = u64::from(!matches!(self.layout, Layout::Text { .. }));
        Ids { first, n: self.n }
    }
}
