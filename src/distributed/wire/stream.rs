//! Sends a sorted run to another rank block by block, and joins runs while they arrive.

use super::edges::{decode, encode};
use super::merge::merge_runs;
use crate::comm::{Comm, Streams};
use crate::graph::{BitList, Key};
use crate::local::{Components, ContractedEdge, EdgeLike, join_each};
use rayon::prelude::*;
use std::ops::Range;

/// The number of edges in one block: about 200 kB on the wire.
const BLOCK: usize = if cfg!(test) { 1 << 7 } else { 1 << 15 };

/// Sends `run` to rank `to`. This rank's threads code the next blocks while it sends those before.
pub(in crate::distributed) fn send_run<R: EdgeLike>(
    comm: &Comm,
    streams: &Streams<'_>,
    to: usize,
    run: &[R],
) {
    let blocks: Vec<&[R]> = run.chunks(BLOCK).collect();
    let mut coded: Vec<Vec<u8>> = Vec::new();
    let mut batches = blocks.chunks(comm.topology().threads[comm.rank()]);
    loop {
        let batch = batches.next().unwrap_or_default();
        let code = || batch.par_iter().map(|block| encode(block)).collect();
        let send = || coded.iter().for_each(|block| streams.send(to, block));
        coded = comm.compute_while(code, send).0;
        if coded.is_empty() {
            return;
        }
    }
}

/// The result of joining runs.
pub(in crate::distributed) struct Joined<K> {
    /// The components after joining.
    pub(in crate::distributed) components: Components,
    /// Which edges of each run belong to the forest of all: this rank's own run first, then each
    /// source's.
    pub(in crate::distributed) verdicts: Vec<BitList>,
    /// These edges in sorted order, if they are kept; `origin` is the index of the run.
    pub(in crate::distributed) survivors: Vec<ContractedEdge<K>>,
}

/// Joins this rank's run, `own`, and those of the sources of `streams` on the vertices `0..n`.
///
/// Each run is sorted by key; of equal keys, `own` comes first, then the run of the lowest source.
/// All edges lighter than any still to come are merged and joined while the next blocks arrive.
pub(in crate::distributed) fn receive_runs<R: EdgeLike>(
    comm: &Comm,
    n: usize,
    streams: &Streams<'_>,
    own: &[R],
    keep: bool,
) -> Joined<R::Key> {
    let verdicts = vec![BitList::default(); streams.sources().len() + 1];
    let mut joined = Joined { components: Components::new(n), verdicts, survivors: Vec::new() };
    let source = |(index, &(rank, left)): (usize, &(usize, usize))| Sender {
        rank,
        origin: index as u32 + 1,
        left,
        edges: Vec::new(),
        ready: 0..0,
    };
    let mut sources: Vec<Sender<R::Key>> =
        streams.sources().iter().enumerate().map(source).collect();
    let mut own = own;
    let mut blocks: Vec<Vec<u8>> = sources.iter().map(|source| source.receive(streams)).collect();
    loop {
        comm.compute(|| {
            sources.par_iter_mut().zip(blocks).for_each(|(source, block)| source.take(block));
        });
        let limit = sources.iter().filter_map(Sender::limit).min();
        let ready = limit.map_or(own.len(), |(key, _)| own.partition_point(|r| r.key() <= key));
        let own_ready = own.split_off(..ready).expect("`ready` is within the run");
        sources.iter_mut().for_each(|source| source.advance(limit));
        let join = || {
            let live =
                |r: &R| ContractedEdge { u: r.ends().0, v: r.ends().1, key: r.key(), origin: 0 };
            let own: Vec<ContractedEdge<R::Key>> = own_ready.iter().map(live).collect();
            let runs = [&own[..]].into_iter().chain(sources.iter().map(Sender::ready));
            joined.add(&merge_runs(&runs.collect::<Vec<_>>()), keep);
        };
        let receive = || sources.iter().map(|source| source.receive(streams)).collect();
        blocks = comm.compute_while(join, receive).1;
        if limit.is_none() {
            return joined;
        }
    }
}

impl<K: Key> Joined<K> {
    fn add(&mut self, sorted: &[ContractedEdge<K>], keep: bool) {
        let Self { components, verdicts, survivors } = self;
        join_each(components, sorted, |edge, apart| {
            verdicts[edge.origin as usize].push(apart);
            if keep & apart {
                survivors.push(*edge);
            }
        });
    }
}

/// A run that arrives from another rank.
struct Sender<K> {
    rank: usize,
    /// Its index among the runs.
    origin: u32,
    /// How many edges have not arrived yet.
    left: usize,
    /// The edges that have arrived, without some that are already joined.
    edges: Vec<ContractedEdge<K>>,
    /// The range in `edges` that is joined now.
    ready: Range<usize>,
}

impl<K: Key> Sender<K> {
    /// The key and origin of the last edge that has arrived, if more will arrive: they come after
    /// it.
    fn limit(&self) -> Option<(K, u32)> {
        self.edges.last().filter(|_| self.left > 0).map(|last| (last.key, self.origin))
    }

    /// Makes ready the edges that come before all that will arrive after `limit`.
    fn advance(&mut self, limit: Option<(K, u32)>) {
        let before = |(key, origin)| {
            let first =
                |e: &ContractedEdge<K>| e.key < key || (e.key == key && self.origin <= origin);
            self.edges.partition_point(first)
        };
        self.ready = self.ready.end..limit.map_or(self.edges.len(), before);
    }

    fn ready(&self) -> &[ContractedEdge<K>] {
        &self.edges[self.ready.clone()]
    }

    /// Receives the next block, if there is one and it will be needed soon; else returns an empty
    /// one.
    fn receive(&self, streams: &Streams<'_>) -> Vec<u8> {
        let needed = self.left > 0 && self.edges.len() - self.ready.end < BLOCK / 2;
        if needed { streams.receive(self.rank) } else { Vec::new() }
    }

    /// Adds the edges of a block, unless it is empty.
    fn take(&mut self, block: Vec<u8>) {
        if block.is_empty() {
            return;
        }
        let len = self.left.min(BLOCK);
        self.edges.drain(..self.ready.end);
        self.ready = 0..0;
        self.edges.extend(decode::<K>(&block, len, self.origin));
        self.left -= len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::graph::{Edge, choose};
    use crate::local::kruskal;
    use proptest::prelude::*;

    proptest! {
        /// Runs that arrive in blocks are joined in the order of a stable sort of their
        /// concatenation.
        #[test]
        fn arriving_runs_are_joined_in_order(
            lens in prop::collection::vec(0usize..400, 1..5),
            keys in 1u32..1000,
        ) {
            let n = 300;
            let edge = |rank: usize, i: usize| {
                let bits = (rank * 1000 + i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let (u, v) = ((bits >> 20) as u32 % n, (bits >> 40) as u32 % n);
                Edge { u, v, key: (bits >> 7) as u32 % keys }
            };
            let run = |rank: usize| -> Vec<Edge<u32>> {
                let mut run: Vec<_> = (0..lens[rank]).map(|i| edge(rank, i)).collect();
                run.sort_by_key(|e| e.key);
                run
            };
            let found = comm::run(lens.len(), Some(1), |comm| {
                let mine = run(comm.rank());
                let streams = comm.streams(Some(0), mine.len());
                if comm.rank() > 0 {
                    send_run(comm, &streams, 0, &mine);
                    return Vec::new();
                }
                let joined = receive_runs(comm, n as usize, &streams, &mine, true);
                let chosen = joined.verdicts.into_iter().enumerate();
                let chosen: Vec<_> = chosen.flat_map(|(rank, bits)| choose(&run(rank), &bits.into_set())).collect();
                assert_eq!(chosen.len(), joined.survivors.len());
                joined.survivors.iter().map(|e| Edge { u: e.u, v: e.v, key: e.key }).collect()
            });
            let all: Vec<Edge<u32>> = (0..lens.len()).flat_map(run).collect();
            prop_assert_eq!(&found[0], &kruskal(n as usize, &all));
        }
    }
}
