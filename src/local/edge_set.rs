//! Which edges of the input belong to the forest.

use super::PIECE;
use super::edge_like::EdgeLike;
use super::memory::{parts, zeroed};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A mark for each edge, which threads may set at the same time. It is a byte, since bits would
/// need a slower store.
pub(super) struct EdgeSet {
    marks: Box<[AtomicBool]>,
}

impl EdgeSet {
    /// A set without marks, for `m` edges.
    pub(super) fn none(m: usize) -> Self {
        Self { marks: zeroed(m) }
    }

    /// Marks the edge at `position`.
    pub(super) fn mark(&self, position: u32) {
        // Relaxed: the end of the pool's work orders it before later loads.
        self.marks[position as usize].store(true, Relaxed);
    }

    /// The marked edges among `edges`, in their order, on the current rayon pool.
    pub(super) fn select<R: EdgeLike>(&self, edges: &[R]) -> Vec<R> {
        let pieces = || self.marks.par_chunks(PIECE).zip(edges.par_chunks(PIECE));
        let marked = |mark: &&AtomicBool| mark.load(Relaxed);
        let counts: Vec<usize> =
            pieces().map(|(marks, _)| marks.iter().filter(marked).count()).collect();
        let mut selected: Box<[R]> = zeroed(counts.iter().sum());
        let places = parts(&mut selected, counts.into_iter());
        pieces().zip(places).for_each(|((marks, edges), place)| {
            let mut len = 0;
            for (mark, edge) in marks.iter().zip(edges) {
                let Some(next) = place.get_mut(len) else { break };
                *next = *edge;
                len += usize::from(mark.load(Relaxed));
            }
        });
        selected.into_vec()
    }
}
