//! A rank's own file: saved now and then, read back where a job goes on.

use super::file::{Body, FileHead, Saved, damaged};
use super::folder::Folder;
use crate::error::Result;
use crate::graph::{Numbers, Weight, Weights};
use crate::partition::batch::Batch;
use crate::partition::segment::{Held, Segment};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Edges that are read back at once.
const BLOCK: u64 = if cfg!(test) { 5 } else { 1 << 16 };

/// Saves what a rank has taken in.
pub(in crate::partition) struct Writer {
    folder: Arc<Folder>,
    /// The very file that was checked or written: what has its name by now may be another.
    saved: Saved,
    /// The first of its segments that was not read back.
    next: usize,
    graph: Graph,
    every: Duration,
    /// When the last save ended.
    last: Instant,
}

/// What is known of all edges of the graph before they are read.
#[derive(Clone, Copy, Debug)]
pub(in crate::partition) struct Graph {
    /// The number of vertices, where a header tells.
    pub(in crate::partition) n: Option<u64>,
    /// How keys are held, where that is known; of text they are canonical.
    pub(in crate::partition) weights: Option<Weights>,
}

impl Graph {
    /// What the vertices of a segment's edges are below.
    pub(super) fn bound(self, segment: &Segment) -> u64 {
        self.n.unwrap_or(segment.census.bound)
    }

    /// Whether the bytes of an edge can be of this graph.
    fn has(self, edge: &[u8], bound: u64, held: Held) -> bool {
        let word = |at: usize| u32::from_ne_bytes(edge[at..at + 4].try_into().expect("four bytes"));
        let key = match held.narrow {
            true => u64::from(word(8)),
            false => u64::from_ne_bytes(edge[8..].try_into().expect("eight bytes")),
        };
        let (u, v) = (word(0), word(4));
        let weights = self.weights.unwrap_or(Weights::wide(held.numbers));
        let is_number = match weights.weight(key) {
            Weight::Integer(_) => true,
            Weight::Float(weight) => weight.is_finite(),
        };
        u != v && u64::from(u.max(v)) < bound && is_number
    }
}

impl Writer {
    /// Goes on from a file that was checked.
    pub(super) fn new(folder: Arc<Folder>, saved: Saved, every: Duration, graph: Graph) -> Self {
        Self { folder, saved, next: 0, graph, every, last: Instant::now() }
    }

    /// Whether it is time to save.
    pub(in crate::partition) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// The edges of the next segment, to be read back.
    pub(in crate::partition) fn read_back(&mut self) -> ReadBack<'_> {
        let segment = &self.saved.known.head.segments[self.next];
        let body = self.saved.body(self.next);
        self.next += 1;
        let held = segment.held;
        // Where floats were dropped as loops, all other weights are floats nevertheless.
        let begins = segment.edges == 0 && held.numbers == Numbers::Floats;
        ReadBack { body, held, bound: self.graph.bound(segment), graph: self.graph, begins }
    }

    /// Saves that `now` was taken in up to its rest, `forest` being the bytes of its edges, and that the
    /// segments that wait are as they were.
    ///
    /// # Errors
    /// [`crate::Error::File`] if the disk is full, [`crate::Error::Content`] if what waits is not what was
    /// checked; the file is then as it was.
    pub(in crate::partition) fn save(
        &mut self,
        now: &Segment,
        forest: &[u8],
        waiting: &VecDeque<Segment>,
    ) -> Result<()> {
        let old = &self.saved;
        let segments = [now].into_iter().chain(waiting).cloned().collect();
        let head = FileHead { segments, ..old.known.head.clone() };
        let saved = Saved::write(&self.folder, head, |out| {
            out.put(forest)?;
            let waiting = self.next..old.known.head.segments.len();
            waiting.into_iter().try_for_each(|segment| out.copy(old.body(segment)))
        })?;
        (self.saved, self.next, self.last) = (saved, 1, Instant::now());
        Ok(())
    }
}

/// The forest of a segment, as it is read back.
pub(in crate::partition) struct ReadBack<'a> {
    body: Body<'a>,
    held: Held,
    bound: u64,
    graph: Graph,
    /// Whether a piece without edges comes first.
    begins: bool,
}

impl ReadBack<'_> {
    /// The next edges; `None` if none is left.
    ///
    /// # Errors
    /// [`crate::Error::File`] if they cannot be read, [`crate::Error::Content`] if an edge cannot be of the
    /// graph or they are not those that were saved.
    pub(in crate::partition) fn next_block<P: Batch>(&mut self) -> Result<Option<Vec<P>>> {
        let edge_bytes = self.held.edge_bytes();
        let bytes = self.body.next(BLOCK * edge_bytes as u64)?;
        if bytes.is_empty() && !std::mem::take(&mut self.begins) {
            return Ok(None);
        }
        let (bound, held) = (self.bound, self.held);
        if !bytes.chunks_exact(edge_bytes).all(|edge| self.graph.has(edge, bound, held)) {
            return Err(damaged(self.body.path(), "it has edges that are not of this graph"));
        }
        Ok(Some(vec![P::restore(held, &bytes)]))
    }
}
