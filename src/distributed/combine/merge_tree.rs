//! Sends runs towards rank 0 in rounds of merging, and verdicts back the same way.
//!
//! A forest stands for its edges: MSF(A + B) = MSF(MSF(A) + MSF(B)), by the cycle property. Only
//! the key and ends of an edge travel up, and one bit for it down, so the edges stay where they
//! are.

use crate::comm::{Comm, Streams};
use crate::distributed::wire::{receive_runs, send_run};
use crate::graph::{BitList, Key, choose, from_words, masked, words};
use crate::local::{Components, ContractedEdge, EdgeLike};
use crate::measure::Phase;
use fixedbitset::FixedBitSet;

/// What a rank knows after all runs have been joined.
pub(in crate::distributed) struct Merged<R> {
    /// The edges of this rank's run that belong to the forest of all ranks.
    pub(in crate::distributed) part: Vec<R>,
    /// On rank 0, the components of this forest.
    pub(in crate::distributed) components: Option<Components>,
}

/// One round in which this rank joined its run with those of other ranks.
struct Level<'a, K> {
    streams: Streams<'a>,
    /// Which edges of its own run, and of each source's run, survived.
    verdicts: Vec<FixedBitSet>,
    /// The survivors, if they are sent on.
    survivors: Vec<ContractedEdge<K>>,
}

/// Returns this rank's part of the minimum spanning forest of the runs of all ranks, on the
/// vertices `0..n`.
///
/// `run` is sorted by key; of equal keys, those of lower ranks come first. `targets` gives the rank
/// that this rank sends to in each round, or `None`. Every rank but rank 0 sends exactly once, to a
/// lower rank, and receives nothing after that.
pub(in crate::distributed) fn merge_up<R: EdgeLike>(
    comm: &Comm,
    n: usize,
    run: &[R],
    targets: &[Option<usize>],
) -> Merged<R> {
    comm.enter(Phase::Merge);
    let mut levels: Vec<Level<'_, R::Key>> = Vec::new();
    let mut mask = None;
    let mut components = None;
    for (round, &target) in targets.iter().enumerate() {
        let len = levels.last().map_or(run.len(), |level| level.survivors.len());
        let streams = comm.streams(target, len);
        let keep = round + 1 < targets.len();
        if let Some(to) = target {
            match levels.last() {
                None => send_run(comm, &streams, to, run),
                Some(level) => send_run(comm, &streams, to, &level.survivors),
            }
            mask = Some((streams, to, len));
        } else if !streams.sources().is_empty() {
            let joined = match levels.last() {
                None => receive_runs(comm, n, &streams, run, keep),
                Some(level) => receive_runs(comm, n, &streams, &level.survivors, keep),
            };
            let verdicts = joined.verdicts.into_iter().map(BitList::into_set).collect();
            levels.push(Level { streams, verdicts, survivors: joined.survivors });
            components = Some(joined.components);
        }
    }
    let mask = mask.map(|(streams, to, len)| from_words(&streams.receive(to), len));
    let part =
        send_verdicts(levels, mask).map_or_else(|| run.to_vec(), |chosen| choose(run, &chosen));
    Merged { part, components: components.filter(|_| comm.rank() == 0) }
}

/// Sends each source its verdicts, from the last level down, and returns those on this rank's own
/// run. `mask` holds the verdicts on what this rank sent.
fn send_verdicts<K: Key>(
    levels: Vec<Level<'_, K>>,
    mask: Option<FixedBitSet>,
) -> Option<FixedBitSet> {
    let mut mask = mask;
    for level in levels.into_iter().rev() {
        let mut verdicts = match &mask {
            None => level.verdicts,
            Some(mask) => {
                let mut masks = vec![BitList::default(); level.verdicts.len()];
                let survivors = level.survivors.iter().zip(0..);
                survivors.for_each(|(edge, place)| {
                    masks[edge.origin as usize].push(mask.contains(place))
                });
                let masks = masks.into_iter().map(BitList::into_set);
                level.verdicts.iter().zip(masks).map(|(bits, mask)| masked(bits, &mask)).collect()
            }
        };
        for (&(rank, _), bits) in level.streams.sources().iter().zip(&verdicts[1..]) {
            level.streams.send(rank, words(bits));
        }
        mask = Some(verdicts.swap_remove(0));
    }
    mask
}
