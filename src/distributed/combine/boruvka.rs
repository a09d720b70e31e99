//! Borůvka over ranks: every rank knows the components, and each round finds every component's
//! lightest edge.
//!
//! Borůvka 1926; Chung, Condon, "Parallel implementation of Borůvka's minimum spanning tree
//! algorithm", IPPS 1996. A component's owner compares the candidates of the ranks, and all ranks
//! learn the choice: one reduce-scatter and one all-gather per round, so that what a rank receives
//! does not grow with p.

use super::gather::{CHEAP, gather};
use crate::comm::Comm;
use crate::distributed::wire::{self, pack};
use crate::graph::{Edge, Key, Vertex, choose};
use crate::local::{self, ContractedEdge, EdgeLike};
use crate::measure::Phase;
use fixedbitset::FixedBitSet;

/// Stands for no edge: no edge has this place in a run.
const NONE: u32 = u32::MAX;

/// Returns this rank's part of the minimum spanning forest of all ranks' forests, on the vertices
/// `0..n`.
///
/// `run` is this rank's forest, sorted by key and then by position. Positions rise with the rank.
///
/// # Complexity
/// At most log2 n rounds. In a round with c components, a rank sends at most one edge per component
/// and receives c/p of them from each other rank, then the other end and the rank of each choice.
/// Time O(n + |run|) per round; memory 16 bytes per vertex and 16 to 24 per edge.
pub(in crate::distributed) fn boruvka<R: EdgeLike>(comm: &Comm, n: usize, run: &[R]) -> Vec<R> {
    comm.enter(Phase::Exchange);
    let live = |(place, r): (usize, &R)| {
        let (u, v) = r.ends();
        ContractedEdge { u, v, key: r.key(), origin: place as u32 }
    };
    let mut live: Vec<ContractedEdge<R::Key>> = run.iter().enumerate().map(live).collect();
    let mut chosen = FixedBitSet::with_capacity(run.len());
    let mut n = n;
    while n.saturating_mul(comm.size()) > CHEAP {
        n = round(comm, n, &mut live, &mut chosen);
    }
    let rest = comm.compute(|| local::fold(n, &[&live]));
    let part = gather(comm, n, &rest).part;
    part.iter().for_each(|live| chosen.insert(live.origin as usize));
    choose(run, &chosen)
}

/// Runs one round: sets in `chosen` those of this rank's edges that are the lightest of a
/// component, contracts `live`, and returns how many components still have edges.
fn round<K: Key>(
    comm: &Comm,
    n: usize,
    live: &mut Vec<ContractedEdge<K>>,
    chosen: &mut FixedBitSet,
) -> usize {
    let p = comm.size();
    let block = |rank: usize| n * rank / p..n * (rank + 1) / p;
    let lightest = comm.compute(|| lightest(n, live));
    let candidates = comm.compute(|| {
        let edge = |c: usize| {
            let e = live.get(lightest[c] as usize)?;
            Some(Edge { u: c as Vertex, v: e.u ^ e.v ^ c as Vertex, key: e.key })
        };
        let block = |rank| wire::encode_by_end(&block(rank).filter_map(edge).collect::<Vec<_>>());
        (0..p).map(block).collect()
    });
    let candidates = comm.all_to_all(candidates);
    let own = block(comm.rank());
    let choices = comm.compute(|| choose_candidates::<K>(own.start, own.len(), &candidates));
    let choices = comm.all_gather(&choices);
    let rank = comm.rank() as u32;
    comm.compute(|| {
        let (mut others, mut ranks) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for (rank, mut bytes) in choices.iter().map(Vec::as_slice).enumerate() {
            others.extend(pack::take_all(&mut bytes, block(rank).len()));
            ranks.extend(pack::take_all(&mut bytes, block(rank).len()));
        }
        let edges = lightest.iter().zip(&ranks).filter(|&(&edge, &of)| of == rank && edge != NONE);
        edges.for_each(|(&edge, _)| chosen.insert(live[edge as usize].origin as usize));
        let (labels, components) = join(others);
        live.retain_mut(|e| {
            (e.u, e.v) = (labels[e.u as usize], labels[e.v as usize]);
            !e.is_loop()
        });
        components
    })
}

/// Returns, for each of the components `0..n`, the place of its lightest edge in `live`, which is
/// sorted.
fn lightest<K: Key>(n: usize, live: &[ContractedEdge<K>]) -> Vec<u32> {
    let mut lightest = vec![NONE; n];
    for (place, e) in live.iter().enumerate().rev() {
        lightest[e.u as usize] = place as u32;
        lightest[e.v as usize] = place as u32;
    }
    lightest
}

/// Chooses the lightest of all ranks' candidates for each of the `len` components from `first` on.
/// Returns the other ends and the ranks of the choices, as bytes; without a candidate, the
/// component itself and p.
fn choose_candidates<K: Key>(first: usize, len: usize, candidates: &[Vec<u8>]) -> Vec<u8> {
    let mut best: Vec<Option<(K, u32, Vertex)>> = vec![None; len];
    for (rank, bytes) in candidates.iter().enumerate() {
        for e in wire::decode_by_end::<K>(bytes) {
            let best = &mut best[e.u as usize - first];
            // Of equal keys, the one of the lower rank is the earlier edge.
            if best.is_none_or(|(key, ..)| e.key < key) {
                *best = Some((e.key, rank as u32, e.v));
            }
        }
    }
    let itself = |c: usize| (first + c) as Vertex;
    let others = best.iter().enumerate().map(|(c, best)| best.map_or(itself(c), |best| best.2));
    let ranks = best.iter().map(|best| best.map_or(candidates.len() as u32, |best| best.1));
    let mut bytes = Vec::new();
    pack::put_all(&mut bytes, &others.collect::<Vec<_>>());
    pack::put_all(&mut bytes, &ranks.collect::<Vec<_>>());
    bytes
}

/// Joins each component with the one that it chose. Returns the number of each among the new
/// components, and how many of these there are. Components that chose themselves have no edges and
/// get no number.
fn join(others: Vec<Vertex>) -> (Vec<u32>, usize) {
    let mut parents = others;
    let (mut labels, mut next) = (vec![NONE; parents.len()], 0);
    for c in 0..parents.len() {
        let other = parents[c] as usize;
        // If two chose the same edge, the lower one becomes the root. Edges are strictly ordered,
        // so there are no longer cycles.
        if other > c && parents[other] as usize == c {
            parents[c] = c as Vertex;
            labels[c] = next;
            next += 1;
        }
    }
    for c in 0..parents.len() {
        let mut root = c;
        while parents[root] as usize != root {
            let parent = parents[root] as usize;
            parents[root] = parents[parent];
            root = parents[root] as usize;
        }
        labels[c] = labels[root];
    }
    (labels, next as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_components_are_joined() {
        // 0 - 3 chose each other, 1 chose 3, 5 chose 1; 2 has no edges; 4 - 6 chose each other.
        let (labels, components) = join(vec![3, 3, 2, 0, 6, 1, 4]);
        assert_eq!((labels, components), (vec![0, 0, NONE, 0, 1, 0, 1], 2));
    }
}
