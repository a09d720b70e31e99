//! A rank's own file: saved from time to time, read back when a job resumes.

use super::file::{Body, FileHead, Saved, damaged};
use super::folder::Folder;
use crate::error::Result;
use crate::graph::{Batch, Edge, Edges, Numbers};
use crate::partition::outline::GraphFacts;
use crate::partition::segment::Segment;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Edges that are read back at once.
const BLOCK: u64 = if cfg!(test) { 5 } else { 1 << 16 };

/// Saves what a rank has read.
pub(in crate::partition) struct Writer {
    folder: Arc<Folder>,
    /// The file that was checked or written. By now its name may belong to another one.
    saved: Saved,
    /// The first of its segments that was not read back yet.
    next: usize,
    facts: GraphFacts,
    every: Duration,
    /// When the last save ended.
    last: Instant,
}

impl Writer {
    /// Resumes from a file that was checked.
    pub(super) fn new(
        folder: Arc<Folder>,
        saved: Saved,
        every: Duration,
        facts: GraphFacts,
    ) -> Self {
        Self { folder, saved, next: 0, facts, every, last: Instant::now() }
    }

    /// The segments to read, as the file says.
    pub(in crate::partition) fn segments(&self) -> &[Segment] {
        &self.saved.known.head.segments
    }

    /// Whether it is time to save.
    pub(in crate::partition) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// The edges of the next segment, to be read back.
    pub(in crate::partition) fn read_back(&mut self) -> ReadBack<'_> {
        let segment = self.saved.known.head.segments[self.next].clone();
        let body = self.saved.body(self.next);
        self.next += 1;
        // If all floats were on loops, which are dropped, the other weights are floats
        // nevertheless.
        let begins = segment.edges == 0 && segment.weights.numbers() == Numbers::Floats;
        ReadBack { body, segment, facts: self.facts, begins }
    }

    /// Saves that `now` was read up to its rest, with `forest` as the bytes of its edges, and that
    /// the `waiting` segments are as they were.
    ///
    /// # Errors
    /// [`crate::Error::File`] if the disk is full, [`crate::Error::Content`] if the edges of a
    /// waiting segment are not those that were checked. The old file then stays as it was.
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
    segment: Segment,
    facts: GraphFacts,
    /// Whether a batch without edges comes first.
    begins: bool,
}

impl ReadBack<'_> {
    /// The next edges; `None` if none is left.
    ///
    /// # Errors
    /// [`crate::Error::File`] if they cannot be read, [`crate::Error::Content`] if an edge cannot
    /// be of the graph or the edges are not those that were saved.
    pub(in crate::partition) fn next_block(&mut self) -> Result<Option<Batch>> {
        let Segment { weights, beyond_floats, ref census, .. } = self.segment;
        let bytes = self.body.next(BLOCK * weights.edge_bytes() as u64)?;
        if bytes.is_empty() && !std::mem::take(&mut self.begins) {
            return Ok(None);
        }
        let edges = Edges::of_bytes(&bytes, weights.is_narrow());
        let bound = self.facts.n.unwrap_or(census.bound);
        let is_right =
            |e: Edge<u64>| !e.is_loop() && u64::from(e.u.max(e.v)) < bound && weights.has(e.key);
        if !edges.iter().all(is_right) {
            return Err(damaged(self.body.path(), "it has edges that are not of this graph"));
        }
        let batch = match self.facts.weights {
            Some(_) => Batch::known(edges, weights),
            None => Batch::counted(edges, weights),
        };
        Ok(Some(batch.with(0, beyond_floats)))
    }
}
