//! A round of Borůvka's algorithm: every component joins the one that its lightest edge leads to.

use super::ask::{reply, tell};
use super::column;
use super::live::Live;
use super::message::{Malformed, Reader, Writer};
use super::pointers::Pointers;
use crate::comm::{Comm, Reduction};
use crate::graph::Key;
use crate::local::ContractedEdge;
use fixedbitset::FixedBitSet;
use std::ops::Range;

/// The keys of all ranks' edges.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    least: u64,
    bits: usize,
}

impl Keys {
    /// The range of the keys of all ranks' edges; `None` if there are no edges.
    pub(super) fn of<K: Key>(comm: &Comm, live: &Live<K>) -> Option<Self> {
        let key = |e: Option<&ContractedEdge<K>>| e.map(|e| e.key.wide());
        let least = key(live.edges.first()).unwrap_or(u64::MAX);
        let most = key(live.edges.last()).unwrap_or(0);
        let mut ends = [least, !most];
        comm.all_reduce(&mut ends, Reduction::Minimum);
        let [least, most] = [ends[0], !ends[1]];
        (least <= most)
            .then(|| Self { least, bits: (u64::BITS - (most - least).leading_zeros()) as usize })
    }
}

/// The lightest of the edges that ranks have offered to a component.
#[derive(Clone, Copy)]
struct Choice {
    key: u64,
    rank: u32,
    other: u32,
}

/// Runs a round. Sets in `chosen` this rank's edges that belong to the forest, and returns those that
/// still join two components. `None` if no rank has any.
///
/// # Complexity
/// A candidate of about (log2 n + log2 of the keys' range + 2) bits for each of `live.ids`, a label
/// back, and the exchanges of [`Pointers::join`].
pub(super) fn round<K: Key>(
    comm: &Comm,
    pointers: &mut Pointers,
    keys: Keys,
    live: Live<K>,
    chosen: &mut FixedBitSet,
) -> Option<Live<K>> {
    let lightest = comm.compute(|| live.lightest());
    let owners = pointers.owners;
    let (block, bits) = (owners.block(comm.rank()), owners.bits());
    let offer = |places: Range<usize>, out: &mut Writer| {
        for place in places {
            let edge = &live.edges[lightest[place] as usize];
            out.put(edge.key.wide() - keys.least, keys.bits);
            out.put(u64::from(live.other(edge, place)), bits);
        }
    };
    let mut choices: Vec<Option<Choice>> = vec![None; block.len()];
    let compare = |rank: usize, ids: &[u32], from: &mut Reader| {
        for &id in ids {
            let (key, other) = (from.take(keys.bits)?, from.take(bits)? as u32);
            let best = &mut choices[id as usize - block.start];
            // Of equal keys, the one of the lower rank is the earlier edge.
            if best.is_none_or(|best| key < best.key) {
                *best = Some(Choice { key, rank: rank as u32, other });
            }
        }
        Ok(())
    };
    let questions = tell(comm, owners, &live.ids, offer, compare)?;
    let mut choosers = Vec::new();
    for (id, choice) in (block.start as u32..).zip(&choices) {
        if let Some(choice) = choice {
            pointers.set(id, choice.other);
            choosers.push(id);
        }
    }
    pointers.join(comm, &choosers);
    let verdict = |rank: usize, ids: &[u32], out: &mut Writer| {
        for &id in ids {
            let is_of_rank = choices[id as usize - block.start]
                .is_some_and(|choice| choice.rank as usize == rank);
            out.put(u64::from(is_of_rank && !pointers.is_root(id)), 1);
        }
        let label = |&id: &u32| (!pointers.is_root(id)).then(|| u64::from(pointers.of(id)));
        column::put(out, &ids.iter().map(label).collect::<Vec<_>>(), bits);
    };
    let take = |places: Range<usize>, from: &mut Reader| -> Result<Vec<u32>, Malformed> {
        for place in places.clone() {
            if from.take(1)? == 1 {
                chosen.insert(live.edges[lightest[place] as usize].origin as usize);
            }
        }
        let labels = column::take(from, places.len(), bits)?;
        Ok(live.ids[places]
            .iter()
            .zip(labels)
            .map(|(&id, label)| label.map_or(id, |label| label as u32))
            .collect())
    };
    let labels = reply(comm, owners, &questions, verdict, &live.ids, take).concat();
    Some(comm.compute(|| live.renamed(&labels)))
}
