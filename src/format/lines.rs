//! Blocks of whole lines, parsed in parallel.

use super::census::Census;
use super::errors::{located, too_long};
use super::fields::Checked;
use super::preamble::{Layout, Preamble};
use super::{dimacs, matrix_market, metis, text};
use crate::error::Result;
use crate::graph::{Batch, BatchBuilder};
use memchr::{memchr, memchr_iter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes that one task parses: few enough to share the work out, enough to be worth a task.
const CHUNK: usize = 1 << 20;

/// The longest line allowed, bytes, except in METIS, where a line holds all neighbours of a vertex.
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
    /// Whether the meaning of a line depends on how many lines come before it: in METIS it stands
    /// for a vertex.
    pub fn counts_vertices(&self) -> bool {
        matches!(self.layout, Layout::Metis { .. })
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
        let vertices = match self.counts_vertices() {
            true => Lines::of(chunk).filter(|line| !metis::is_comment(line)).count(),
            false => 0,
        };
        LineCount { lines, vertices: vertices as u64 }
    }

    fn parse_chunk(&self, path: &Path, chunk: &[u8], start: LineCount) -> Result<(Batch, Census)> {
        let first = memchr(b'\n', chunk).unwrap_or(chunk.len());
        // The first line, counted as 6 bytes at least, gives an estimate of the number of edges.
        let mut batch = BatchBuilder::new(chunk.len() / (first + 1).max(6));
        let mut census = Census::default();
        let at = self.line + start.lines;
        let longest = self.longest_line(u64::MAX);
        let ids = self.ids();
        match self.layout {
            Layout::Text(rows) => each_line(path, chunk, at, longest, |line| {
                text::edge(line, &rows, ids, &mut batch)
            })?,
            Layout::Dimacs => {
                each_line(path, chunk, at, longest, |line| dimacs::arc(line, ids, &mut batch))?
            }
            Layout::MatrixMarket(values) => each_line(path, chunk, at, longest, |line| {
                matrix_market::entry(line, values, ids, &mut batch)
            })?,
            Layout::Metis(shape) => {
                let mut vertex = start.vertices;
                each_line(path, chunk, at, longest, |line| {
                    metis::vertex(line, &mut vertex, shape, ids, &mut batch, &mut census)
                })?;
                census.vertices = vertex - start.vertices;
            }
        }
        census.records = batch.records();
        census.loops = batch.loops;
        census.bound = batch.bound;
        census.lowest = batch.lowest;
        Ok((batch.finish(), census))
    }
}

/// Parses each line of `chunk`; `before` is the number of lines before it.
fn each_line(
    path: &Path,
    chunk: &[u8],
    before: u64,
    longest: u64,
    mut parse: impl FnMut(&[u8]) -> Checked<()>,
) -> Result<()> {
    for (number, line) in (before + 1..).zip(Lines::of(chunk)) {
        if line.len() as u64 > longest {
            return Err(too_long(path, number, longest));
        }
        parse(line).map_err(|fault| located(path, number, *fault))?;
    }
    Ok(())
}

/// The lines of some text, without their line feeds.
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line)
    }
}

/// Cuts text at line ends into pieces of about [`CHUNK`] bytes.
fn chunks(text: &[u8]) -> Vec<&[u8]> {
    let mut chunks = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = match rest.get(CHUNK..).and_then(|after| memchr(b'\n', after)) {
            Some(end) => CHUNK + end + 1,
            None => rest.len(),
        };
        let (chunk, after) = rest.split_at(end);
        chunks.push(chunk);
        rest = after;
    }
    chunks
}
