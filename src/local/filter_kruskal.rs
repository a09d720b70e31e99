//! Filter-Kruskal: takes the light edges first, then those of the others that join two components.
//!
//! Osipov, Sanders, Singler, "The Filter-Kruskal Minimum Spanning Tree Algorithm", ALENEX 2009, with
//! one pivot at about 2n edges instead of quicksort's recursion: at that density most vertices of
//! most graphs lie in one component, so that a bitmap of it, which stays in cache, drops most of the
//! heavy edges.
//!
//! Time O(m + n log n) if the light edges connect most of what is connected, O(m log m) at worst.

use super::edge_like::{BLOCK, Block, EdgeLike, select};
use super::largest_component::LargestComponent;
use super::radix_sort::{Buckets, sort_bucket, sort_each};
use super::sample::sample;
use super::{Components, PIECE};
use crate::graph::{Edge, Key};
use rayon::prelude::*;

/// Lists up to this length are sorted as a whole, by one thread: anything else would cost more than
/// it saves.
const SORTED_AT_ONCE: usize = if cfg!(test) { 1 << 4 } else { 1 << 14 };
/// The number of groups of buckets: one is sorted while the one before it is joined.
const GROUPS: usize = 16;
/// How many records ahead the memory of a record is prefetched.
const AHEAD: usize = 24;
/// How many records before its join a record takes its first steps to the roots.
const CLIMBED: usize = 8;

/// Returns the forest that [`super::kruskal()`] returns, in the same order.
///
/// Partition, filter and sort run on the current rayon pool; the joins on one thread, while others
/// sort what it joins next.
///
/// # Complexity
/// Memory 4n bytes, a copy of the edges that survive a filter, and two of the light ones.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn filter_kruskal<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    fold(n, &[edges])
}

/// As [`filter_kruskal`], for consecutive lists: for example, a forest so far and the edges that
/// come next.
///
/// # Panics
/// If an endpoint is not below `n`.
pub(crate) fn fold<R: EdgeLike>(n: usize, lists: &[&[R]]) -> Vec<R> {
    let mut forest = Vec::new();
    let pieces = lists.iter().flat_map(|list| list.chunks(PIECE)).collect();
    extend(&mut forest, &mut Components::new(n), n, pieces);
    forest
}

/// Adds the forest edges among `pieces` to `forest`, which must have those of all lighter edges
/// already. The edges lie between about `vertices` of the components' vertices.
pub(super) fn extend<R: EdgeLike>(
    forest: &mut Vec<R>,
    components: &mut Components,
    vertices: usize,
    pieces: Vec<&[R]>,
) {
    let mut share = 2 * vertices;
    let mut pieces = pieces;
    let mut heavy: Vec<Vec<R>>;
    while let Some(pivot) = Threshold::at(share, &pieces) {
        let parts = pivot.split(&pieces);
        let light: Vec<Vec<R>> = parts.par_iter().map(|part| part.light()).collect();
        join_all(forest, components, &slices(&light));
        drop(light);
        components.flatten();
        let largest = LargestComponent::of(components);
        heavy = parts.par_iter().map(|part| part.heavy(components, &largest)).collect();
        // What survives replaces the list it came from, so only one list of heavy edges exists at a
        // time.
        pieces = slices(&heavy);
        // If filters drop little, equal shares would need m/n passes; growing ones need log(m/n).
        share = share.saturating_mul(2);
    }
    join_all(forest, components, &pieces);
}

fn slices<R>(lists: &[Vec<R>]) -> Vec<&[R]> {
    lists.iter().map(Vec::as_slice).collect()
}

/// A key and a position that about a given number of records do not exceed.
struct Threshold<K> {
    key: K,
    position: usize,
}

impl<K: Key> Threshold<K> {
    /// The threshold for about `share` records; `None` if a split would not pay.
    fn at<R: EdgeLike<Key = K>>(share: usize, pieces: &[&[R]]) -> Option<Self> {
        let m: usize = pieces.iter().map(|piece| piece.len()).sum();
        if m <= SORTED_AT_ONCE.max(share + share / 2) {
            return None;
        }
        let sample = sample(pieces);
        let (key, position) = sample[(share * sample.len() / m).max(1) - 1];
        Some(Self { key, position })
    }

    /// The pieces, cut at the pivot's position.
    fn split<'a, R: EdgeLike<Key = K>>(&self, pieces: &[&'a [R]]) -> Vec<SplitPiece<'a, R>> {
        let mut parts = Vec::with_capacity(pieces.len() + 1);
        let mut start = 0;
        for piece in pieces {
            let cut = (self.position + 1).saturating_sub(start).min(piece.len());
            let (before, after) = piece.split_at(cut);
            parts.push(SplitPiece { records: before, pivot: self.key, ties_are_light: true });
            parts.push(SplitPiece { records: after, pivot: self.key, ties_are_light: false });
            start += piece.len();
        }
        parts.retain(|part| !part.records.is_empty());
        parts
    }
}

/// Records on one side of the pivot's position, which decides on ties with its key.
struct SplitPiece<'a, R: EdgeLike> {
    records: &'a [R],
    pivot: R::Key,
    ties_are_light: bool,
}

impl<R: EdgeLike> SplitPiece<'_, R> {
    fn light(&self) -> Vec<R> {
        match self.ties_are_light {
            true => select(self.records, |record| record.key() <= self.pivot, |_| true),
            false => select(self.records, |record| record.key() < self.pivot, |_| true),
        }
    }

    /// The heavy records whose ends lie in two components.
    fn heavy(&self, components: &Components, largest: &LargestComponent) -> Vec<R> {
        let apart = |record: &R| {
            let (u, v) = record.ends();
            components.parent(u) != components.parent(v)
        };
        let outside = |record: &R| {
            let (u, v) = record.ends();
            !(largest.holds(u) & largest.holds(v))
        };
        match self.ties_are_light {
            true => select(self.records, |r| (r.key() > self.pivot) & outside(r), apart),
            false => select(self.records, |r| (r.key() >= self.pivot) & outside(r), apart),
        }
    }
}

/// Adds the forest edges among `pieces`; sorts a group of buckets while the one before it is
/// joined.
fn join_all<R: EdgeLike>(forest: &mut Vec<R>, components: &mut Components, pieces: &[&[R]]) {
    let m: usize = pieces.iter().map(|piece| piece.len()).sum();
    if m <= SORTED_AT_ONCE {
        let mut all = pieces.concat();
        sort_bucket(&mut all, &mut Vec::new());
        return join(forest, components, &all);
    }
    let mut buckets = Buckets::deal(pieces);
    let mut sorted: Vec<&mut [R]> = Vec::new();
    for mut group in buckets.groups(m / GROUPS + 1) {
        let take = || sorted.iter().for_each(|bucket| join(forest, components, bucket));
        rayon::join(take, || sort_each(&mut group));
        sorted = group;
    }
    sorted.iter().for_each(|bucket| join(forest, components, bucket));
}

/// Adds the forest edges among `sorted` to `forest`, which must have those of all lighter edges
/// already.
pub(super) fn join<R: EdgeLike>(forest: &mut Vec<R>, components: &mut Components, sorted: &[R]) {
    let mut joined = Block::new();
    for (index, block) in sorted.chunks(BLOCK).enumerate() {
        let ahead = &sorted[(index * BLOCK + AHEAD).min(sorted.len())..];
        join_block(components, block, ahead, |record, apart| joined.push(*record, apart));
        forest.extend_from_slice(joined.take());
    }
}

/// Joins the ends of each record of `sorted`, and tells `take` for each in turn whether they were
/// in two components.
pub(crate) fn join_each<R: EdgeLike>(
    components: &mut Components,
    sorted: &[R],
    take: impl FnMut(&R, bool),
) {
    join_block(components, sorted, &sorted[AHEAD.min(sorted.len())..], take);
}

#[inline]
fn join_block<R: EdgeLike>(
    components: &mut Components,
    block: &[R],
    ahead: &[R],
    mut take: impl FnMut(&R, bool),
) {
    let mut ends = [(0, 0); CLIMBED];
    let climb = |components: &Components, record: &R| {
        let (u, v) = record.ends();
        (components.climb(u), components.climb(v))
    };
    for (ends, record) in ends.iter_mut().zip(block) {
        *ends = climb(components, record);
    }
    for (index, record) in block.iter().enumerate() {
        if let Some(ahead) = ahead.get(index) {
            let (u, v) = ahead.ends();
            components.prefetch(u);
            components.prefetch(v);
        }
        let (u, v) = ends[index % CLIMBED];
        if let Some(next) = block.get(index + CLIMBED) {
            ends[index % CLIMBED] = climb(components, next);
        }
        take(record, components.join(u, v));
    }
}
