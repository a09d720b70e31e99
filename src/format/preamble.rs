//! What the top of a text file says, and whether the rest agrees.

use super::Format;
use super::census::Census;
use super::fields::Ids;
use super::head::{Head, Top};
use super::layout::Layout;
use super::text::{Rows, TextOptions};
use crate::error::{ContentFault, Error, Result, shown};
use crate::graph::MOST_IDS;
use serde::{Deserialize, Serialize};
use std::io::BufRead;
use std::path::Path;

/// What the top of a text file says. The same on every rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preamble {
    /// The number of vertices, if a header gives it.
    pub n: Option<u64>,
    /// The number of edges, if a header gives it.
    pub m: Option<u64>,
    /// Bytes before the first record.
    pub body: u64,
    /// Lines before the first record.
    pub line: u64,
    pub(super) layout: Layout,
    /// Notes for the user on how the file is written, where that is not obvious, one line each.
    pub notes: Vec<String>,
    /// n and m, if the first edge could be a header instead.
    doubt: Option<(u64, u64)>,
}

impl Preamble {
    /// Reads the top of a text file from its (decompressed) start. `options` are for edge lists.
    ///
    /// # Errors
    /// [`Error::Line`] for a header that cannot be read, [`Error::Content`] for a file without any
    /// data, [`Error::Usage`] for options of text with another format.
    ///
    /// # Panics
    /// For [`Format::Binary`], which has a header of its own.
    pub fn read(
        path: &Path,
        format: Format,
        options: &TextOptions,
        reader: &mut dyn BufRead,
    ) -> Result<Self> {
        if let Some(option) = options.first_given().filter(|_| format != Format::Text) {
            let what = format!("{option} is only for text files; {} is {format}", shown(path));
            return Err(Error::usage("the options of text", what));
        }
        let mut head = Head::of(path, reader)?;
        let top = format.row().top.expect("binary files have a header of their own");
        let (top, layout) = top(&mut head, options)?;
        let Top { n, m, body, line, notes, doubt } = top;
        if let Some(n) = n.filter(|&n| n > MOST_IDS) {
            let what = format!("{n} vertices are too many: there can be at most {MOST_IDS}");
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        Ok(Self { n, m, body, line, layout, notes, doubt })
    }

    /// Compares the counts of all blocks with the header. Returns the number of vertices: the
    /// header's, else the largest id + 1.
    ///
    /// # Errors
    /// [`Error::Content`] if they differ, or if the first line may be a header.
    pub fn check(&self, path: &Path, census: &Census) -> Result<u64> {
        let n = self.n.unwrap_or(census.bound);
        self.layout.check(path, n, census)?;
        if let Some((n, m)) = self.doubt
            && census.records == m.saturating_add(1)
            && census.bound == n.saturating_add(1)
        {
            let what = format!(
                "its first line may be a header ({n} vertices, {m} edges) or an edge. If it is a \
                 header, write it as `# vertices {n}, edges {m}, ids from 0` (with --first-id 1, \
                 remove it); otherwise put another line first"
            );
            return Err(Error::content(path, ContentFault::Ambiguous, what));
        }
        match self.m {
            Some(m) if m != census.records => Err(Error::content(
                path,
                ContentFault::Contradictory,
                format!("the header says {m} edges, but there are {}", census.records),
            )),
            _ => Ok(n),
        }
    }

    /// A description of how lines are read, if the format alone does not determine that. Different
    /// ways have different descriptions.
    pub fn layout(&self) -> Option<String> {
        let Layout::Text(rows) = self.layout else { return None };
        let Rows { dialect, columns, width, first_id, .. } = rows;
        Some(format!(
            "columns {columns} of {width}, separated by {}, decimal {}s, ids from {first_id}",
            dialect.separator.plural(),
            dialect.decimal.name()
        ))
    }

    /// How many edges the file would have if its first line were a header, in which case
    /// [`Preamble::check`] refuses it.
    pub fn doubted_edges(&self) -> Option<u64> {
        self.doubt.map(|(_, m)| m.saturating_add(1))
    }

    /// Becomes that of a part of a graph on `n` vertices, whose number of edges is checked elsewhere.
    pub fn adopt(&mut self, n: Option<u64>) {
        (self.n, self.m, self.doubt) = (n, None, None);
    }

    /// A warning if the `census` of all lines suggests that the ids of a text count from 1.
    pub fn doubt(&self, census: &Census) -> Option<String> {
        let Layout::Text(rows) = self.layout else { return None };
        let doubtful = rows.first_id == 0 && self.n.is_none() && census.lowest == 1;
        doubtful.then(|| {
            "warning: ids seem to count from 1: no edge has vertex 0, which becomes a component \
             of its own; if so, use --first-id 1"
                .to_owned()
        })
    }

    /// How this file writes vertices.
    pub(super) fn ids(&self) -> Ids {
        Ids { first: self.layout.first_id(), n: self.n }
    }
}
