//! How to read the lines of a text file, as its top determined.

use super::census::Census;
use super::fields::Ids;
use super::lines::{Chunk, Lines};
use super::matrix_market::Values;
use super::text::Rows;
use super::{dimacs, matrix_market, metis, text};
use crate::error::Result;
use crate::graph::BatchBuilder;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How a line is read, by format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Layout {
    Text(Rows),
    Dimacs,
    MatrixMarket(Values),
    Metis(metis::VertexLine),
}

impl Layout {
    /// The id of the first vertex.
    pub(super) fn first_id(&self) -> u64 {
        match self {
            Self::Text(rows) => rows.first_id,
            Self::Dimacs | Self::MatrixMarket(_) | Self::Metis(_) => 1,
        }
    }

    /// Whether each line stands for a vertex, so that its meaning depends on how many lines come
    /// before it.
    pub(super) fn counts_vertices(&self) -> bool {
        matches!(self, Self::Metis(_))
    }

    /// The number of lines in `text` that stand for a vertex.
    pub(super) fn vertex_lines(&self, text: &[u8]) -> usize {
        match self {
            Self::Metis(_) => Lines::of(text).filter(|line| !metis::is_comment(line)).count(),
            Self::Text(_) | Self::Dimacs | Self::MatrixMarket(_) => 0,
        }
    }

    /// Parses `chunk`; `vertices` is the number of vertex lines before it.
    ///
    /// # Errors
    /// [`crate::Error::Line`] for the first bad line.
    pub(super) fn parse(
        &self,
        chunk: &Chunk<'_>,
        vertices: u64,
        ids: Ids,
        batch: &mut BatchBuilder,
        census: &mut Census,
    ) -> Result<()> {
        match *self {
            Self::Text(rows) => chunk.each_line(|line| text::edge(line, &rows, ids, batch)),
            Self::Dimacs => chunk.each_line(|line| dimacs::arc(line, ids, batch)),
            Self::MatrixMarket(values) => {
                chunk.each_line(|line| matrix_market::entry(line, values, ids, batch))
            }
            Self::Metis(shape) => {
                let mut vertex = vertices;
                chunk.each_line(|line| {
                    metis::vertex(line, &mut vertex, shape, ids, batch, census)
                })?;
                census.vertices = vertex - vertices;
                Ok(())
            }
        }
    }

    /// Checks the counts of a file with `n` vertices against the format's own rules.
    ///
    /// # Errors
    /// [`crate::Error::Content`].
    pub(super) fn check(&self, path: &Path, n: u64, census: &Census) -> Result<()> {
        match self {
            Self::Metis(_) => metis::check(path, n, census),
            Self::Text(_) | Self::Dimacs | Self::MatrixMarket(_) => Ok(()),
        }
    }
}
