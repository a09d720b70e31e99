//! What the top of a text file says, and whether the rest agrees.

use super::Format;
use super::census::Census;
use super::fields::Ids;
use super::head::{Head, Top};
use super::layout::Layout;
use super::text::{Rows, TextOptions};
use crate::error::{ContentFault, Error, Result, shown};
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
    /// What was found out of how the file is written and is not plain, a line each.
    pub notes: Vec<String>,
    /// n and m, if the first edge could tell them instead.
    doubt: Option<(u64, u64)>,
}

impl Preamble {
    /// Reads the top of a text file from its (decompressed) start. `options` are for edge lists.
    ///
    /// # Errors
    /// [`Error::Line`] for a header that cannot be read, [`Error::Content`] for a file without any
    /// data, [`Error::Usage`] for options of a format that has none.
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
            let what = format!("{option} is for text; {} is {format}", shown(path));
            return Err(Error::usage("the options of text", what));
        }
        let mut head = Head::of(path, reader)?;
        let top = format.row().top.expect("binary files have a header of their own");
        let (top, layout) = top(&mut head, options)?;
        let Top { n, m, body, line, notes, doubt } = top;
        if let Some(n) = n.filter(|&n| n > MOST_VERTICES) {
            let what =
                format!("{n} vertices are too many: ids are 32 bits, so at most {MOST_VERTICES}");
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        Ok(Self { n, m, body, line, layout, notes, doubt })
    }

    /// Holds the counts of all blocks against the header, and returns the number of vertices: the
    /// header's, else the largest id + 1.
    ///
    /// # Errors
    /// [`Error::Content`] for a header that lies.
    pub fn check(&self, path: &Path, census: &Census) -> Result<u64> {
        let n = self.n.unwrap_or(census.bound);
        self.layout.check(path, n, census)?;
        if let Some((n, m)) = self.doubt
            && census.records == m.saturating_add(1)
            && census.bound == n.saturating_add(1)
        {
            let what = format!(
                "its first line may say that there are {n} vertices and {m} edges, as there are after it, or be an edge: write \
                 it as `# vertices {n}, edges {m}, ids from 0` if it says so (with --first-id 1 leave it out), or put \
                 another line first"
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

    /// How lines are read where that is not a matter of the format alone, in words that differ where that does.
    pub fn layout(&self) -> Option<String> {
        let Layout::Text(rows) = self.layout else { return None };
        let Rows { dialect, columns, width, first_id, .. } = rows;
        Some(format!(
            "columns {columns} of {width}, separated by {}, decimal {}s, ids from {first_id}",
            dialect.separator.plural(),
            dialect.decimal.name()
        ))
    }

    /// What `census` of all lines makes doubtful, in words: the ids of a text seem to count from 1.
    pub fn doubt(&self, census: &Census) -> Option<String> {
        let Layout::Text(rows) = self.layout else { return None };
        let doubtful = rows.first_id == 0 && self.n.is_none() && census.lowest == 1;
        doubtful.then(|| {
            "warning: ids seem to count from 1, since no edge has vertex 0, which is then a component of its own; \
             say --first-id 1 if so"
                .to_owned()
        })
    }

    /// How this file writes vertices.
    pub(super) fn ids(&self) -> Ids {
        Ids { first: self.layout.first_id(), n: self.n }
    }
}
