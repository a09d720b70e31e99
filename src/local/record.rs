//! What the algorithms need of an edge, and how they pick some of many.

use super::memory::prefetch;
use crate::graph::{Edge, Key, Vertex};
use bytemuck::Zeroable;

/// An edge as the algorithms see it: an edge of the graph, or one of a contracted graph. Its place among
/// its equals is its position.
pub trait Record: Zeroable + Copy + Send + Sync {
    /// The type of the weight's key.
    type Key: Key;

    /// The endpoints.
    fn ends(&self) -> (Vertex, Vertex);

    /// The weight's key.
    fn key(&self) -> Self::Key;
}

impl<K: Key> Record for Edge<K> {
    type Key = K;

    fn ends(&self) -> (Vertex, Vertex) {
        (self.u, self.v)
    }

    fn key(&self) -> K {
        self.key
    }
}

/// Records that are looked at before those kept are copied out.
pub(super) const BLOCK: usize = 512;

/// Room for a block's records, of which each is kept or not without a branch: which ones are is
/// close to random, and a branch would be guessed wrong too often.
pub(super) struct Block<R> {
    records: [R; BLOCK],
    len: usize,
}

impl<R: Record> Block<R> {
    /// Without records.
    pub(super) fn new() -> Self {
        Self { records: [R::zeroed(); BLOCK], len: 0 }
    }

    /// Adds `record` if `kept`, of at most [`BLOCK`].
    #[inline]
    pub(super) fn push(&mut self, record: R, kept: bool) {
        self.records[self.len % BLOCK] = record;
        self.len += usize::from(kept);
    }

    /// The records kept; the block is empty again.
    pub(super) fn take(&mut self) -> &[R] {
        &self.records[..std::mem::take(&mut self.len)]
    }
}

/// The records that are kept by `keep` and then by `refine`, in order.
///
/// `refine` is asked only about what `keep` kept, a block at a time, so that its slow reads overlap.
/// Only what is kept is written.
pub fn select<R: Record>(
    records: &[R],
    keep: impl Fn(&R) -> bool,
    refine: impl Fn(&R) -> bool,
) -> Vec<R> {
    let mut selected = Vec::new();
    let (mut kept, mut refined) = (Block::new(), Block::new());
    for (index, block) in records.chunks(BLOCK).enumerate() {
        prefetch_block(records, (index + 2) * BLOCK);
        block.iter().for_each(|record| kept.push(*record, keep(record)));
        kept.take().iter().for_each(|record| refined.push(*record, refine(record)));
        selected.extend_from_slice(refined.take());
    }
    selected
}

/// What `make` makes of the records that are kept by `keep`, with their positions, in order.
///
/// As [`select`], `make` is asked only about what `keep` kept.
pub fn sift<R: Record, T>(
    records: &[R],
    keep: impl Fn(&R) -> bool,
    make: impl Fn(usize, &R) -> Option<T>,
) -> Vec<T> {
    let mut made = Vec::new();
    let mut kept = [0; BLOCK];
    for (index, block) in records.chunks(BLOCK).enumerate() {
        prefetch_block(records, (index + 2) * BLOCK);
        let mut len = 0;
        for (place, record) in block.iter().enumerate() {
            kept[len % BLOCK] = place;
            len += usize::from(keep(record));
        }
        let make = |&place: &usize| make(index * BLOCK + place, &block[place]);
        made.extend(kept[..len].iter().filter_map(make));
    }
    made
}

/// Asks for the block of `records` from `first` on: what reads a stream and looks elsewhere for each
/// item keeps the processor from running ahead by itself.
fn prefetch_block<R>(records: &[R], first: usize) {
    let line = 64 / size_of::<R>();
    (first..first + BLOCK).step_by(line).for_each(|index| prefetch(records, index));
}
