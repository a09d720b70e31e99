//! Finds a weight, the same on all ranks, with about a given number of edges at or below it.

use crate::comm::Comm;
use crate::graph::{Key, pick};
use crate::local::EdgeLike;
use bytemuck::{Pod, Zeroable};

/// How many sampled edges should lie below a pivot; with 256 it is off by about 6 %.
const BELOW: usize = 256;

/// An edge's place in the order of all edges: its key, then its position in the whole input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct Position {
    key: u64,
    position: u64,
}

/// The pivot as one rank sees it: its records before index `cut` are light if their keys are at
/// most `key`, the others if their keys are less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::distributed) struct Pivot<K> {
    pub(in crate::distributed) key: K,
    pub(in crate::distributed) cut: usize,
}

/// Agrees on a pivot with about `share` of all ranks' `records` at or before it, or fewer if the
/// lightest lie on few ranks. `lens` gives the number of records of each rank.
///
/// # Complexity
/// Each rank looks at one in share/256 of its records, and sends at most the lightest 32 + 512/p of
/// them to rank 0, in 16 bytes each.
///
/// # Panics
/// If `share` is 0, or if no rank has a record in its sample.
pub(in crate::distributed) fn agree<R: EdgeLike>(
    comm: &Comm,
    share: usize,
    records: &[R],
    lens: &[u64],
) -> Pivot<R::Key> {
    let first: u64 = lens[..comm.rank()].iter().sum();
    let stride = (share / BELOW).max(1);
    let wanted = share / stride;
    let sent = (2 * wanted / comm.size() + 32).min(wanted);
    let mut places = comm.compute(|| sample(records, stride, first));
    places.truncate(sent);
    let lists = comm.gather(0, &places);
    // If a rank has sent as many as it may, more of its records may follow the last of them.
    let known = lists.iter().filter(|list| list.len() >= sent).filter_map(|list| list.last());
    let known = known.copied().min();
    let mut all = lists.concat();
    all.sort_unstable();
    let wanted = all.get(wanted.min(all.len()).wrapping_sub(1)).copied();
    let pivot: Vec<Position> = wanted.into_iter().chain(known).min().into_iter().collect();
    let Position { key, position } = comm.broadcast(0, pivot)[0];
    let cut = (position + 1).saturating_sub(first).min(records.len() as u64) as usize;
    Pivot { key: R::Key::narrow(key).expect("a key of some rank"), cut }
}

/// Returns the places of a sample, one of every `stride` records, lightest first.
fn sample<R: EdgeLike>(records: &[R], stride: usize, first: u64) -> Vec<Position> {
    let place = |stratum: usize| {
        let seed = first.wrapping_add(stratum as u64);
        let index = pick(stratum * stride..(stratum + 1) * stride, seed);
        let record = records.get(index)?;
        Some(Position { key: record.key().wide(), position: first + index as u64 })
    };
    let mut places: Vec<Position> = (0..records.len().div_ceil(stride)).filter_map(place).collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::graph::Edge;

    fn below(lens: &[usize], share: usize, key: impl Fn(usize) -> u32 + Sync) -> usize {
        let counts = comm::run(lens.len(), Some(1), |comm| {
            let first: usize = lens[..comm.rank()].iter().sum();
            let edge = |i| Edge { u: 0, v: 1, key: key(first + i) };
            let mine: Vec<_> = (0..lens[comm.rank()]).map(edge).collect();
            let lens: Vec<u64> = lens.iter().map(|&len| len as u64).collect();
            let pivot = agree(comm, share, &mine, &lens);
            let light = |(i, e): &(usize, &Edge<u32>)| {
                e.key < pivot.key || (e.key == pivot.key && *i < pivot.cut)
            };
            mine.iter().enumerate().filter(light).count()
        });
        counts.iter().sum()
    }

    #[test]
    fn about_the_share_lies_below() {
        let random = |i: usize| (i as u32).wrapping_mul(2_654_435_761) >> 3;
        for lens in [&[100_000; 3][..], &[300_000, 0, 0, 1], &[40_000; 7]] {
            let found = below(lens, 30_000, random);
            let least = if lens.contains(&0) { 18_000 } else { 24_000 };
            assert!((least..36_000).contains(&found), "random {lens:?}: {found}");
            for (name, key) in [("sorted", (|i| i as u32) as fn(usize) -> u32), ("constant", |_| 7)]
            {
                let found = below(lens, 30_000, key);
                assert!((6_000..36_000).contains(&found), "{name} {lens:?}: {found}");
            }
        }
        assert!(below(&[5, 9], 10, random) >= 8);
    }
}
