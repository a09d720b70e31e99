//! A rank's own file: saved now and then, read back where a job goes on.

use super::file::{Body, Head, Saved};
use crate::error::{Error, Result};
use crate::partition::piece::Piece;
use crate::partition::segment::{Held, Segment};
use std::collections::VecDeque;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// Edges that are read back at once.
const BLOCK: u64 = if cfg!(test) { 5 } else { 1 << 16 };

/// Saves what a rank has taken in.
pub(in crate::partition) struct Keeper {
    saved: Saved,
    file: File,
    /// Where the next edges are that were not read back.
    at: u64,
    every: Duration,
    /// When the last save ended.
    last: Instant,
    /// Vertices are below this.
    n: u64,
}

impl Keeper {
    /// Goes on from a file that was checked, of a graph with vertices below `n`.
    ///
    /// # Errors
    /// [`Error::File`] if it is gone.
    pub(super) fn new(saved: Saved, every: Duration, n: u64) -> Result<Self> {
        let file = File::open(&saved.path).map_err(Error::file("open", &saved.path))?;
        let at = saved.edges.start;
        Ok(Self { saved, file, at, every, last: Instant::now(), n })
    }

    /// Whether it is time to save.
    pub(in crate::partition) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// The next of the `left` edges of a segment that were `held` so; `None` if none is left.
    ///
    /// # Errors
    /// [`Error::File`] if they cannot be read, [`Error::Content`] if an edge cannot be of the graph.
    pub(in crate::partition) fn next_block<P: Piece>(
        &mut self,
        held: Held,
        left: &mut u64,
    ) -> Result<Option<Vec<P>>> {
        let edges = BLOCK.min(*left);
        if edges == 0 {
            return Ok(None);
        }
        let mut bytes = vec![0; edges as usize * held.edge_bytes()];
        let read = self.file.read_exact_at(&mut bytes, self.at);
        read.map_err(Error::file("read", &self.saved.path))?;
        let vertex = |bytes: &[u8]| u32::from_ne_bytes(bytes.try_into().expect("four bytes"));
        let right = |edge: &[u8]| {
            let (u, v) = (vertex(&edge[..4]), vertex(&edge[4..8]));
            u != v && u64::from(u.max(v)) < self.n
        };
        if !bytes.chunks_exact(held.edge_bytes()).all(right) {
            return Err(Error::content(
                &self.saved.path,
                "it has edges that are not of this graph",
            ));
        }
        *left -= edges;
        self.at += bytes.len() as u64;
        Ok(Some(vec![P::restore(held, &bytes)]))
    }

    /// Saves that `now` was taken in up to its rest, `forest` being the bytes of its edges, and that the
    /// segments that wait are as they were.
    ///
    /// # Errors
    /// [`Error::File`] if the disk is full; the file is then as it was.
    pub(in crate::partition) fn save(
        &mut self,
        now: &Segment,
        forest: &[u8],
        waiting: &VecDeque<Segment>,
    ) -> Result<()> {
        let Saved { path, head, edges, .. } = &self.saved;
        let segments = [now].into_iter().chain(waiting).cloned().collect();
        let head = Head { segments, ..head.clone() };
        let bodies = [Body::Held(forest), Body::Of(path, self.at..edges.end)];
        let saved = Saved::write(path.clone(), head, &bodies)?;
        let at = saved.edges.start + forest.len() as u64;
        *self = Self { at, ..Self::new(saved, self.every, self.n)? };
        Ok(())
    }
}
