//! What the algorithms need of an edge, and how they select some of many edges.

use super::memory::prefetch;
use crate::graph::{Edge, Key, Vertex};
use bytemuck::Zeroable;

/// An edge as the algorithms see it: an edge of the graph, or one of a contracted graph. Among
/// edges of equal weight, its position decides.
///
/// Only two types of this crate implement it, so the algorithms can rely on its methods to return
/// what is stored.
pub trait EdgeLike: sealed::Sealed + Zeroable + Copy + Send + Sync {
    /// The type of the weight's key.
    type Key: Key;

    /// The endpoints.
    fn ends(&self) -> (Vertex, Vertex);

    /// The weight's key.
    fn key(&self) -> Self::Key;

    /// The same edge between other vertices.
    #[must_use]
    fn between(self, u: Vertex, v: Vertex) -> Self;
}

pub(super) mod sealed {
    /// A trait that other crates cannot implement.
    pub trait Sealed {}
}

impl<K: Key> sealed::Sealed for Edge<K> {}

impl<K: Key> EdgeLike for Edge<K> {
    type Key = K;

    fn ends(&self) -> (Vertex, Vertex) {
        (self.u, self.v)
    }

    fn key(&self) -> K {
        self.key
    }

    fn between(self, u: Vertex, v: Vertex) -> Self {
        Self { u, v, ..self }
    }
}

/// Records in a block, after which those kept are copied out.
pub(super) const BLOCK: usize = 512;

/// Records in a group, which is skipped as a whole if none is kept.
const GROUP: usize = 8;

/// Room for the records of a block that are kept. Whether a record is kept takes no branch: it is
/// close to random, and a branch would be mispredicted too often.
pub(super) struct Block<R> {
    records: [R; BLOCK],
    len: usize,
}

impl<R: EdgeLike> Block<R> {
    /// A block without records.
    pub(super) fn new() -> Self {
        Self { records: [R::zeroed(); BLOCK], len: 0 }
    }

    /// Adds `record` if `kept`; there is room for [`BLOCK`] of them.
    #[inline]
    pub(super) fn push(&mut self, record: R, kept: bool) {
        self.records[self.len % BLOCK] = record;
        self.len += usize::from(kept);
    }

    /// Returns the records kept and empties the block.
    pub(super) fn take(&mut self) -> &[R] {
        &self.records[..std::mem::take(&mut self.len)]
    }
}

/// The records that are kept by `keep` and then by `refine`, in order.
///
/// `refine` is asked only about what `keep` kept, a block at a time, so that its slow reads overlap.
/// Only what is kept is written.
pub(crate) fn select<R: EdgeLike>(
    records: &[R],
    keep: impl Fn(&R) -> bool,
    refine: impl Fn(&R) -> bool,
) -> Vec<R> {
    let mut selected = Vec::new();
    let (mut kept, mut refined) = (Block::new(), Block::new());
    for (index, block) in records.chunks(BLOCK).enumerate() {
        let ahead = records.get((index + 1) * BLOCK..).unwrap_or_default();
        judge(block, ahead, &keep, |_, record, keep| kept.push(*record, keep));
        kept.take().iter().for_each(|record| refined.push(*record, refine(record)));
        selected.extend_from_slice(refined.take());
    }
    selected
}

/// What `make` returns for the records that are kept by `keep`, given with their positions, in
/// order.
///
/// As in [`select`], `make` is asked only about what `keep` kept.
pub(crate) fn sift<R: EdgeLike, T>(
    records: &[R],
    keep: impl Fn(&R) -> bool,
    make: impl Fn(usize, &R) -> Option<T>,
) -> Vec<T> {
    let mut made = Vec::new();
    let mut kept = [0; BLOCK];
    for (index, block) in records.chunks(BLOCK).enumerate() {
        let ahead = records.get((index + 1) * BLOCK..).unwrap_or_default();
        let mut len = 0;
        judge(block, ahead, &keep, |place, _, keep| {
            kept[len % BLOCK] = place;
            len += usize::from(keep);
        });
        let make = |&place: &usize| make(index * BLOCK + place, &block[place]);
        made.extend(kept[..len].iter().filter_map(make));
    }
    made
}

/// Calls `push` for each of `records` with its place and whether it is kept, except in groups of
/// which none is: if few are kept, most are skipped with one branch.
///
/// Prefetches as many of the records `ahead`, which come next: code that reads a stream and looks
/// elsewhere for each item keeps the processor from running ahead by itself. If a whole block were
/// prefetched at once, it would have to wait for its own requests.
#[inline]
fn judge<R: EdgeLike>(
    records: &[R],
    ahead: &[R],
    keep: &impl Fn(&R) -> bool,
    mut push: impl FnMut(usize, &R, bool),
) {
    let (groups, rest) = records.as_chunks::<GROUP>();
    for (index, group) in groups.iter().enumerate() {
        prefetch(ahead, index * GROUP);
        prefetch(ahead, index * GROUP + GROUP / 2);
        let (mut kept, mut any) = ([false; GROUP], false);
        for (kept, record) in kept.iter_mut().zip(group) {
            *kept = keep(record);
            any |= *kept;
        }
        if any {
            let judged = group.iter().zip(kept).enumerate();
            judged.for_each(|(place, (record, kept))| push(index * GROUP + place, record, kept));
        }
    }
    let start = groups.len() * GROUP;
    rest.iter().enumerate().for_each(|(place, record)| push(start + place, record, keep(record)));
}
