//! Finds about the lightest edges of all ranks, without a rank that learns of all.

use crate::comm::{Comm, Reduction};
use crate::graph::{Key, scramble};
use crate::local::EdgeLike;
use crate::sharding::KeyCut;

/// After so many proposals, the last one is taken.
const PROPOSALS: u64 = 24;

/// Returns how many of the first edges of this rank's sorted `run` are among about the `wanted`
/// lightest of all ranks' edges, `m` in all: within a quarter of that, as a rule. Of equal keys,
/// those of lower ranks come first. Also returns where the cut is, the same on every rank.
///
/// Ranks propose an edge of theirs in turn, at random, and all count what is lighter: Hoare's
/// algorithm "Find", Communications of the ACM 1961. A rank proposes what would be right if all had
/// the same distribution of keys, so that one or two proposals are enough unless weights depend on
/// the position.
///
/// # Complexity
/// A proposal takes three all-reduces of one or two words.
pub(super) fn lightest<R: EdgeLike>(
    comm: &Comm,
    wanted: u64,
    m: u64,
    run: &[R],
) -> (usize, KeyCut) {
    // This rank's edges before `low` are too few with the others', those before `high` too many.
    let (mut low, mut high) = (0, run.len());
    let (mut below, mut above) = (0, m);
    let mut lower = KeyCut { key: 0, rank: 0 };
    let mut found = (low, lower);
    for attempt in 0..PROPOSALS {
        let Some(elected) = elect(comm, attempt, low < high) else { return (low, lower) };
        let share = (wanted - below) as f64 / (above - below) as f64;
        let place = low + (share * (high - low) as f64) as usize;
        let is_own = elected == comm.rank();
        let mut key = [if is_own { run[place.min(high - 1)].key().wide() } else { 0 }];
        comm.all_reduce(&mut key, Reduction::BitwiseOr);
        let place = match comm.rank() {
            _ if is_own => place.min(high - 1) + 1,
            rank if rank < elected => run.partition_point(|r| r.key().wide() <= key[0]),
            _ => run.partition_point(|r| r.key().wide() < key[0]),
        };
        let place = place.clamp(low, high);
        found = (place, KeyCut { key: key[0], rank: elected });
        let mut count = [place as u64];
        comm.all_reduce(&mut count, Reduction::Sum);
        if count[0].abs_diff(wanted) <= wanted / 4 {
            return found;
        }
        if count[0] < wanted {
            (low, below) = (place, count[0]);
            lower = found.1;
        } else {
            (high, above) = (place, count[0]);
        }
    }
    found
}

/// Elects one of the ranks that are ready, at random; `None` if there is none.
fn elect(comm: &Comm, attempt: u64, is_ready: bool) -> Option<usize> {
    let number = scramble(attempt << 32 | comm.rank() as u64);
    // A rank that is not ready has the largest number, which no rank's number is.
    let ticket = number & !u64::from(u32::MAX) | comm.rank() as u64;
    let mut least = [if is_ready { ticket } else { u64::MAX }];
    comm.all_reduce(&mut least, Reduction::Minimum);
    (least[0] != u64::MAX).then_some((least[0] & u64::from(u32::MAX)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::graph::Edge;
    use crate::local;
    use std::ops::Range;

    /// A rank's run of edges with the keys of `places`, and how many of them are light.
    fn split(ranks: &[Range<usize>], wanted: u64, key: fn(usize) -> u32) -> Vec<(Vec<u32>, usize)> {
        comm::run(ranks.len(), Some(1), |comm| {
            let edge = |place| Edge { u: 0, v: 1, key: key(place) };
            let mut run: Vec<_> = ranks[comm.rank()].clone().map(edge).collect();
            local::sort(&mut run);
            let m = ranks.iter().map(Range::len).sum::<usize>() as u64;
            let (end, _) = lightest(comm, wanted, m, &run);
            (run.iter().map(|e| e.key).collect(), end)
        })
    }

    /// The ranks' parts of a list, by their lengths.
    fn parts(lens: &[usize]) -> Vec<Range<usize>> {
        let mut next = 0;
        let part = |&len: &usize| {
            next += len;
            next - len..next
        };
        lens.iter().map(part).collect()
    }

    fn random(place: usize) -> u32 {
        scramble(place as u64) as u32
    }

    #[test]
    fn about_the_wanted_ones_are_light() {
        const KEYS: [fn(usize) -> u32; 4] = [random, |i| i as u32, |i| u32::MAX - i as u32, |_| 7];
        let lens: [&[usize]; 5] =
            [&[4_000; 3], &[10_000, 0, 0, 1], &[2_000; 7], &[1, 9_000], &[0, 9_000]];
        for (lens, (kind, key)) in
            lens.iter().flat_map(|lens| KEYS.into_iter().enumerate().map(move |key| (lens, key)))
        {
            for wanted in [100, 3_000, 8_000] {
                let light: usize =
                    split(&parts(lens), wanted, key).iter().map(|(_, end)| end).sum();
                let is_near = (light as u64).abs_diff(wanted) <= wanted / 4;
                assert!(is_near, "keys {kind}, {lens:?}, {wanted} wanted: {light}");
            }
        }
    }

    /// Whatever is light comes before all that is not, in the order of keys, ranks and positions.
    #[test]
    fn ties_are_cut_in_the_order_of_ranks() {
        for wanted in [10, 50, 77, 120] {
            let ranks = split(&parts(&[50, 50, 50]), wanted, |i| (i % 3) as u32);
            let all = ranks.iter().enumerate().flat_map(|(rank, (keys, end))| {
                keys.iter().enumerate().map(move |(place, key)| ((key, rank, place), place < *end))
            });
            let (light, heavy): (Vec<_>, Vec<_>) = all.partition(|(_, is_light)| *is_light);
            let last = light.iter().map(|(at, _)| at).max();
            let first = heavy.iter().map(|(at, _)| at).min();
            assert!(last < first, "{wanted} wanted: {last:?} is light, {first:?} is not");
        }
    }

    #[test]
    fn without_edges_there_are_none() {
        assert_eq!(split(&parts(&[0, 0]), 5, random), [(Vec::new(), 0), (Vec::new(), 0)]);
    }
}
