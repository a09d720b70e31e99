//! Blocks of whole lines, parsed in parallel.

use super::census::Census;
use super::fields::{Checked, Fault};
use super::head::located;
use super::preamble::{Layout, Preamble};
use super::{dimacs, matrix_market, metis, text};
use crate::error::{Error, Result};
use crate::graph::Raw;
use memchr::{memchr, memchr_iter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What one task parses: small enough to share out, large enough to be worth a task.
const CHUNK: usize = 1 << 20;

/// The most bytes of a line, but for METIS, where it holds all neighbours of a vertex.
const LONGEST: u64 = 1 << 20;

/// The error of a line, counted from 1, that has more than `longest` bytes.
pub fn too_long(path: &Path, line: u64, longest: u64) -> Error {
    let expected = format!("a line of at most {longest} bytes");
    located(path, line, Fault { at: 0, expected, found: "a longer one".to_owned() })
}

/// What some whole lines hold, so that those after them know where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Lines.
    pub lines: u64,
    /// METIS: lines that stand for a vertex, that is, all but comments.
    pub vertices: u64,
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |a, b| Self {
            lines: a.lines + b.lines,
            vertices: a.vertices + b.vertices,
        })
    }
}

/// What was parsed of a block.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The edges, in order.
    pub pieces: Vec<Raw>,
    /// What was counted.
    pub census: Census,
    /// What lies before the next block.
    pub after: Tally,
}

impl Preamble {
    /// Whether what a line means depends on how many come before it: in METIS it stands for a vertex.
    pub fn counts_vertices(&self) -> bool {
        matches!(self.layout, Layout::Metis { .. })
    }

    /// The most bytes that a line may have, of which `memory` bytes may be taken for lines.
    pub fn longest_line(&self, memory: u64) -> u64 {
        if self.counts_vertices() { memory } else { memory.min(LONGEST) }
    }

    /// Counts the lines of a block of whole lines, in parallel.
    pub fn tally(&self, block: &[u8]) -> Tally {
        chunks(block).into_par_iter().map(|chunk| self.tally_chunk(chunk)).sum()
    }

    /// Parses a block of whole lines that comes after those of `before`, in parallel; adds the
    /// bytes that are done to `done`.
    ///
    /// # Errors
    /// [`crate::Error::Line`] for the first bad line.
    ///
    /// # Complexity
    /// O(bytes); memory 16 bytes an edge.
    pub fn parse(
        &self,
        path: &Path,
        block: &[u8],
        before: Tally,
        done: &AtomicU64,
    ) -> Result<Parsed> {
        let chunks = chunks(block);
        let tallies: Vec<Tally> = chunks.par_iter().map(|chunk| self.tally_chunk(chunk)).collect();
        let mut after = before;
        let starts = tallies.iter().map(|tally| {
            let start = after;
            after = [after, *tally].into_iter().sum();
            start
        });
        let work: Vec<_> = chunks.into_iter().zip(starts).collect();
        let parsed: Vec<Result<(Raw, Census)>> = work
            .into_par_iter()
            .map(|(chunk, start)| {
                let parsed = self.parse_chunk(path, chunk, start);
                done.fetch_add(chunk.len() as u64, Relaxed);
                parsed
            })
            .collect();
        let mut all = Parsed { after, ..Parsed::default() };
        for piece in parsed {
            let (raw, census) = piece?; // in order, so the first error of the block
            all.pieces.push(raw);
            all.census.merge(&census);
        }
        Ok(all)
    }

    fn tally_chunk(&self, chunk: &[u8]) -> Tally {
        let unfinished = u64::from(chunk.last().is_some_and(|&byte| byte != b'\n'));
        let lines = memchr_iter(b'\n', chunk).count() as u64 + unfinished;
        let vertices = match self.counts_vertices() {
            true => Lines::of(chunk).filter(|line| !metis::is_comment(line)).count(),
            false => 0,
        };
        Tally { lines, vertices: vertices as u64 }
    }

    fn parse_chunk(&self, path: &Path, chunk: &[u8], start: Tally) -> Result<(Raw, Census)> {
        let mut raw = Raw::default();
        let first = memchr(b'\n', chunk).unwrap_or(chunk.len());
        raw.edges.reserve(chunk.len() / (first + 1).max(6)); // an edge takes 4 bytes and more
        let mut census = Census::default();
        let at = self.line + start.lines;
        let longest = self.longest_line(u64::MAX);
        let ids = self.ids();
        match self.layout {
            Layout::Text(rows) => {
                each_line(path, chunk, at, longest, |line| text::edge(line, &rows, ids, &mut raw))?
            }
            Layout::Dimacs => {
                each_line(path, chunk, at, longest, |line| dimacs::arc(line, ids, &mut raw))?
            }
            Layout::MatrixMarket(values) => each_line(path, chunk, at, longest, |line| {
                matrix_market::entry(line, values, ids, &mut raw)
            })?,
            Layout::Metis { skipped, weighted } => {
                let mut vertex = start.vertices;
                each_line(path, chunk, at, longest, |line| {
                    metis::vertex(line, &mut vertex, skipped, weighted, ids, &mut raw, &mut census)
                })?;
                census.vertices = vertex - start.vertices;
            }
        }
        census.records = raw.records();
        census.loops = raw.loops;
        census.bound = raw.bound;
        census.lowest = raw.lowest;
        Ok((raw, census))
    }
}

/// Parses each line of `chunk`, which `before` lines precede.
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
