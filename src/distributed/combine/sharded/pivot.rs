//! Finds about the lightest edges of all ranks, without a rank that learns of all.

use crate::comm::{Comm, Reduction};
use crate::graph::{Key, scramble};
use crate::local::{self, EdgeLike};
use crate::sharding::KeyCut;
use std::cmp::Ordering;

/// After so many proposals, the last one is taken.
const PROPOSALS: u64 = 24;

/// Where a rank's edges are cut: the light ones have keys below `key`, or that key and a place before
/// `ties`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach<K> {
    pub(super) key: K,
    pub(super) ties: usize,
}

impl<K: Key> Reach<K> {
    /// Where `rank` is cut, if `elected` is cut after its edge of that key and place.
    fn of(rank: usize, elected: usize, key: K, place: usize) -> Self {
        let ties = match rank.cmp(&elected) {
            Ordering::Less => usize::MAX,
            Ordering::Equal => place + 1,
            Ordering::Greater => 0,
        };
        Self { key, ties }
    }

    /// Whether the edge with that key, at that place, is light. Without a branch, since on random edges
    /// it would be mispredicted.
    #[inline]
    pub(super) fn has(self, key: K, place: usize) -> bool {
        (key < self.key) | ((key == self.key) & (place < self.ties))
    }
}

/// The cuts between stages. A rank counts its edges before a cut by a sample.
pub(super) struct Cuts<K> {
    /// Keys and places of some of this rank's edges, sorted.
    sample: Vec<(K, usize)>,
    /// How many edges each stands for.
    weight: f64,
    /// How many edges all ranks have.
    m: u64,
    /// How many edges of the sample and, about, of all ranks come before the last cut.
    seen: (usize, u64),
}

impl<K: Key> Cuts<K> {
    /// No cut yet between the edges of all ranks, of which `records` are this rank's.
    pub(super) fn none<R: EdgeLike<Key = K>>(comm: &Comm, records: &[R]) -> Self {
        let sample = comm.compute(|| local::sample(&[records]));
        let mut m = [records.len() as u64];
        comm.all_reduce(&mut m, Reduction::Sum);
        let weight = records.len() as f64 / sample.len().max(1) as f64;
        Self { sample, weight, m: m[0], seen: (0, 0) }
    }

    /// Returns where this rank's edges are cut next, and where those of all ranks are, so that about the
    /// `wanted` lightest ones come before: within a quarter of that, as a rule, as far as samples tell.
    /// Of equal keys, those of lower ranks come first. `None` if there are no edges after that, or none
    /// before it that have not come before the last cut.
    ///
    /// Ranks propose an edge of theirs in turn, at random, and all count what is lighter: Hoare's
    /// algorithm "Find", Communications of the ACM 1961. A rank proposes what would be right if all had
    /// the same distribution of keys, so that one or two proposals are enough unless weights depend on
    /// the position.
    ///
    /// # Complexity
    /// A proposal takes three all-reduces of one or two words.
    pub(super) fn next(&mut self, comm: &Comm, wanted: u64) -> Option<(Reach<K>, KeyCut)> {
        if !(self.seen.1 + 1..self.m).contains(&wanted) {
            return None;
        }
        // This rank's edges before `low` are too few with the others', those before `high` too many.
        let ((mut low, mut below), (mut high, mut above)) =
            (self.seen, (self.sample.len(), self.m));
        let mut found = None;
        for attempt in 0..PROPOSALS {
            let Some(elected) = elect(comm, attempt, low < high) else { break };
            let share = (wanted - below) as f64 / (above - below) as f64;
            let place = low + (share * (high - low) as f64) as usize;
            let (reach, cut) = self.propose(comm, elected, place.min(high.saturating_sub(1)));
            let place = self.sample.partition_point(|&(key, place)| reach.has(key, place));
            let place = place.clamp(low, high);
            let mut count = [(self.weight * place as f64) as u64];
            comm.all_reduce(&mut count, Reduction::Sum);
            let is_near = count[0].abs_diff(wanted) <= wanted / 4;
            if count[0] < wanted {
                (low, below) = (place, count[0]);
            } else {
                (high, above) = (place, count[0]);
            }
            if count[0] < wanted || is_near || attempt + 1 == PROPOSALS {
                found = Some((reach, cut));
                self.seen = (place, count[0]);
            }
            if is_near {
                break;
            }
        }
        found
    }

    /// Where this rank, and all ranks, are cut after an edge of the sample of the `elected` one.
    fn propose(&self, comm: &Comm, elected: usize, place: usize) -> (Reach<K>, KeyCut) {
        let is_own = elected == comm.rank();
        let own = is_own.then(|| self.sample[place]).map(|(key, place)| [key.wide(), place as u64]);
        let mut words = own.unwrap_or_default();
        comm.all_reduce(&mut words, Reduction::BitwiseOr);
        let [key, place] = words;
        let narrow = K::narrow(key).expect("a key of some rank");
        let reach = Reach::of(comm.rank(), elected, narrow, place as usize);
        (reach, KeyCut { key, rank: elected })
    }
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
    use std::ops::Range;

    /// A rank's run of edges with the keys of `places`, and how many of them are light.
    fn split(ranks: &[Range<usize>], wanted: u64, key: fn(usize) -> u32) -> Vec<(Vec<u32>, usize)> {
        comm::run(ranks.len(), Some(1), |comm| {
            let edge = |place| Edge { u: 0, v: 1, key: key(place) };
            let mut run: Vec<_> = ranks[comm.rank()].clone().map(edge).collect();
            local::sort(&mut run);
            let cut = Cuts::none(comm, &run).next(comm, wanted);
            let is_light = |(place, e): &(usize, &Edge<u32>)| {
                cut.is_some_and(|(reach, _)| reach.has(e.key, *place))
            };
            let light = run.iter().enumerate().filter(is_light).count();
            (run.iter().map(|e| e.key).collect(), light)
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
