//! Blocks of whole lines, parsed in parallel.

use super::census::Census;
use super::lines::{Chunk, chunks};
use super::preamble::Preamble;
use crate::error::Result;
use crate::graph::{Batch, BatchBuilder};
use memchr::{memchr, memchr_iter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The longest line allowed, bytes, except where a line holds all neighbours of a vertex.
const LONGEST: u64 = 1 << 20;

/// Counts of some whole lines, from which the lines after them know where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCount {
    /// Lines.
    pub lines: u64,
    /// METIS: lines that stand for a vertex, that is, all but comments.
    pub vertices: u64,
}

impl Sum for LineCount {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |a, b| Self {
            lines: a.lines + b.lines,
            vertices: a.vertices + b.vertices,
        })
    }
}

/// The result of parsing a block.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The edges, in order.
    pub batches: Vec<Batch>,
    /// The counts of the block.
    pub census: Census,
    /// The counts of the lines before the next block.
    pub after: LineCount,
}

impl Preamble {
    /// Whether each line stands for a vertex, so that its meaning depends on how many lines come
    /// before it.
    pub fn counts_vertices(&self) -> bool {
        self.layout.counts_vertices()
    }

    /// The most bytes that a line may have, if `memory` bytes may be taken for a line.
    pub fn longest_line(&self, memory: u64) -> u64 {
        if self.counts_vertices() { memory } else { memory.min(LONGEST) }
    }

    /// Counts the lines of a block of whole lines, in parallel.
    pub fn count_lines(&self, block: &[u8]) -> LineCount {
        chunks(block).into_par_iter().map(|chunk| self.count_chunk(chunk)).sum()
    }

    /// Parses a block of whole lines in parallel, where `before` counts the lines before it. Adds
    /// the number of bytes parsed to `done`.
    ///
    /// # Errors
    /// [`crate::Error::Line`] for the first bad line.
    ///
    /// # Complexity
    /// O(bytes); memory 12 bytes an edge where the weights of a chunk fit, else 16.
    pub fn parse(
        &self,
        path: &Path,
        block: &[u8],
        before: LineCount,
        done: &AtomicU64,
    ) -> Result<Parsed> {
        let chunks = chunks(block);
        let counts: Vec<LineCount> =
            chunks.par_iter().map(|chunk| self.count_chunk(chunk)).collect();
        let mut after = before;
        let starts = counts.iter().map(|count| {
            let start = after;
            after = [after, *count].into_iter().sum();
            start
        });
        let work: Vec<_> = chunks.into_iter().zip(starts).collect();
        let parsed: Vec<Result<(Batch, Census)>> = work
            .into_par_iter()
            .map(|(chunk, start)| {
                let parsed = self.parse_chunk(path, chunk, start);
                done.fetch_add(chunk.len() as u64, Relaxed);
                parsed
            })
            .collect();
        let mut all = Parsed { after, ..Parsed::default() };
        for chunk in parsed {
            let (batch, census) = chunk?; // in order, so this is the first error of the block
            all.batches.push(batch);
            all.census.merge(&census);
        }
        Ok(all)
    }

    fn count_chunk(&self, chunk: &[u8]) -> LineCount {
        let unfinished = u64::from(chunk.last().is_some_and(|&byte| byte != b'\n'));
        let lines = memchr_iter(b'\n', chunk).count() as u64 + unfinished;
        LineCount { lines, vertices: self.layout.vertex_lines(chunk) as u64 }
    }

    fn parse_chunk(&self, path: &Path, text: &[u8], start: LineCount) -> Result<(Batch, Census)> {
        let first = memchr(b'\n', text).unwrap_or(text.len());
        // The first line, counted as 6 bytes at least, gives an estimate of the number of edges.
        let mut batch = BatchBuilder::new(text.len() / (first + 1).max(6));
        let mut census = Census::default();
        let chunk = Chunk {
            path,
            text,
            before: self.line + start.lines,
            longest: self.longest_line(u64::MAX),
        };
        self.layout.parse(&chunk, start.vertices, self.ids(), &mut batch, &mut census)?;
        census.records = batch.records();
        census.loops = batch.loops;
        census.bound = batch.bound;
        census.lowest = batch.lowest;
        Ok((batch.finish(), census))
    }
}
