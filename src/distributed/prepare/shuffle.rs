//! Shuffle: each edge goes to the owner of its lower end, so that neighbouring edges come together.
//!
//! An input may list its edges in an order that scatters each vertex over the ranks, although
//! neighbours have near numbers: for example a grid with all horizontal edges first. After one
//! all-to-all, nearly all vertices are interior.

use crate::comm::Comm;
use crate::distributed::wire::pack::{self, BLOCK};
use crate::graph::{Edge, Key};
use crate::local::zeroed;
use crate::measure::Phase;
use crate::sharding::Owners;
use std::ops::Range;

/// What is known of so many vertices fits a cache of the first level.
const NEAR: usize = 1 << 11;

/// Edges whose keys have the position in the whole input as lower bits. All keys are different, so
/// ties are broken as before, wherever the edges are.
pub(in crate::distributed) struct Shuffled {
    /// The edges whose lower end this rank owns.
    pub(in crate::distributed) edges: Vec<Edge<u64>>,
    code: PositionCode,
}

impl Shuffled {
    /// Returns the edges with their original keys.
    pub(in crate::distributed) fn restore<K: Key>(&self, edges: Vec<Edge<u64>>) -> Vec<Edge<K>> {
        let restore = |Edge { u, v, key }: Edge<u64>| Edge {
            u,
            v,
            key: K::narrow(self.code.key(key)).expect("a key of the input"),
        };
        edges.into_iter().map(restore).collect()
    }
}

/// Sends the edges `mine` of all ranks, on the vertices `0..n`, to the owners of their lower ends,
/// who own equal blocks of vertices. `None` if a key and a position do not fit in 64 bits together.
///
/// # Complexity
/// One all-to-all, in which a rank sends at most about 10 bytes per edge for 32-bit keys; O(m/p)
/// time and memory if the blocks of vertices have equally many edges.
pub(in crate::distributed) fn shuffle<K: Key>(
    comm: &Comm,
    n: usize,
    mine: &[Edge<K>],
) -> Option<Shuffled> {
    comm.enter(Phase::Exchange);
    let keys = || mine.iter().map(|e| e.key.wide());
    let told = [mine.len() as u64, keys().min().unwrap_or(u64::MAX), keys().max().unwrap_or(0)];
    let told = comm.all_gather(&told);
    let first: u64 = told[..comm.rank()].iter().map(|told| told[0]).sum();
    let m: u64 = told.iter().map(|told| told[0]).sum();
    let least = told.iter().map(|told| told[1]).min().unwrap_or(0);
    let most = told.iter().map(|told| told[2]).max().unwrap_or(0);
    let bits = |most: u64| u64::BITS - most.leading_zeros();
    let position_bits = bits(m.saturating_sub(1));
    if position_bits + bits(most.saturating_sub(least)) > u64::BITS {
        return None;
    }
    let code = PositionCode { least, bits: position_bits };
    let owners = Owners { n, p: comm.size() };
    let block = owners.block(comm.rank());
    let messages = comm.compute(|| deal(&block, owners, mine, first, code));
    let received = comm.all_to_all(messages);
    let edges = comm.compute(|| {
        let mut others = Vec::with_capacity(received.iter().map(|message| len(message)).sum());
        received.iter().for_each(|message| decode(message, code, &mut others));
        drop(received);
        let is_own = |(_, e): &(u64, &Edge<K>)| block.contains(&lower(e));
        let own = || (first..).zip(mine).filter(is_own).map(|(position, e)| code.edge(e, position));
        in_neighbourhoods(|| own().chain(others.iter().copied()), &block)
    });
    Some(Shuffled { edges, code })
}

fn lower<K>(e: &Edge<K>) -> usize {
    e.u.min(e.v) as usize
}

/// The same edges, sorted by the [`NEAR`] vertices of `block` to which the lower end belongs, so that a
/// rank's own forest finds what it needs of neighbours in its caches.
fn in_neighbourhoods<I: Iterator<Item = Edge<u64>>>(
    edges: impl Fn() -> I,
    block: &Range<usize>,
) -> Vec<Edge<u64>> {
    let neighbourhood = |e: &Edge<u64>| (lower(e) - block.start) / NEAR;
    let mut next = vec![0; block.len() / NEAR + 2];
    edges().for_each(|e| next[neighbourhood(&e) + 1] += 1);
    (1..next.len()).for_each(|place| next[place] += next[place - 1]);
    let mut sorted = zeroed(next[next.len() - 1]).into_vec();
    edges().for_each(|e| {
        let place = &mut next[neighbourhood(&e)];
        sorted[*place] = e;
        *place += 1;
    });
    sorted
}

/// How the key and the position of an edge are one word: the position in the lower bits.
#[derive(Clone, Copy, Debug)]
struct PositionCode {
    least: u64,
    bits: u32,
}

impl PositionCode {
    /// A key, by how far it is above the least, with a position.
    fn join(self, key: u64, position: u64) -> u64 {
        key.checked_shl(self.bits).unwrap_or(0) | position
    }

    /// The edge at a position.
    fn edge<K: Key>(self, e: &Edge<K>, position: u64) -> Edge<u64> {
        Edge { u: e.u, v: e.v, key: self.join(e.key.wide() - self.least, position) }
    }

    /// The key of the input.
    fn key(self, word: u64) -> u64 {
        self.least + word.checked_shr(self.bits).unwrap_or(0)
    }
}

/// A message for each owner of lower ends that are not in `block`, which this rank owns. The first edge
/// has the position `first`.
fn deal<K: Key>(
    block: &Range<usize>,
    owners: Owners,
    mine: &[Edge<K>],
    first: u64,
    code: PositionCode,
) -> Vec<Vec<u8>> {
    let ends: Vec<usize> = (0..owners.p).map(|rank| owners.block(rank).end).collect();
    let mut messages: Vec<Message> = (0..owners.p).map(|_| Message::default()).collect();
    let (mut owner, mut of_owner) = (0, 0..0);
    for (position, e) in (first..).zip(mine) {
        let lower = lower(e);
        if block.contains(&lower) {
            continue;
        }
        // Neighbouring edges mostly have one owner.
        if !of_owner.contains(&lower) {
            owner = ends.partition_point(|&end| end <= lower);
            of_owner = owners.block(owner);
        }
        let key = e.key.wide() - code.least;
        messages[owner].push(position, Edge { u: e.u, v: e.v, key });
    }
    messages.into_iter().map(Message::finish).collect()
}

/// Edges for another rank in the order of positions: their number, then whole packed blocks, the last one
/// filled up.
struct Message {
    bytes: Vec<u8>,
    len: usize,
    /// The last position that is packed.
    last: u64,
    positions: [u64; BLOCK],
    ends: [[u32; BLOCK]; 2],
    keys: [u64; BLOCK],
}

impl Default for Message {
    fn default() -> Self {
        Self {
            bytes: vec![0; size_of::<u64>()],
            len: 0,
            last: 0,
            positions: [0; BLOCK],
            ends: [[0; BLOCK]; 2],
            keys: [0; BLOCK],
        }
    }
}

impl Message {
    fn push(&mut self, position: u64, e: Edge<u64>) {
        let place = self.len % BLOCK;
        self.positions[place] = position;
        (self.ends[0][place], self.ends[1][place]) = (e.u, e.v);
        self.keys[place] = e.key;
        self.len += 1;
        if place + 1 == BLOCK {
            self.pack();
        }
    }

    fn pack(&mut self) {
        pack::put_rising(&mut self.bytes, &mut self.last, &self.positions);
        self.ends.iter().for_each(|ends| pack::put(&mut self.bytes, ends));
        pack::put_wide(&mut self.bytes, &self.keys);
    }

    /// Nothing, if there are no edges.
    fn finish(mut self) -> Vec<u8> {
        if self.len == 0 {
            return Vec::new();
        }
        let len = self.len as u64;
        let last = (self.len - 1) % BLOCK;
        let [u, v] = self.ends.map(|ends| ends[last]);
        let (position, key) = (self.positions[last], self.keys[last]);
        while !self.len.is_multiple_of(BLOCK) {
            self.push(position, Edge { u, v, key });
        }
        self.bytes[..size_of::<u64>()].copy_from_slice(&len.to_le_bytes());
        self.bytes
    }
}

/// The number of edges in a message.
fn len(message: &[u8]) -> usize {
    message.first_chunk().map_or(0, |len| u64::from_le_bytes(*len) as usize)
}

/// Appends the edges of a [`Message`] to `edges`.
fn decode(message: &[u8], code: PositionCode, edges: &mut Vec<Edge<u64>>) {
    let (mut left, mut last) = (len(message), 0);
    let mut bytes = message.get(size_of::<u64>()..).unwrap_or_default();
    while left > 0 {
        let positions = pack::take_rising(&mut bytes, &mut last);
        let (us, vs) = (pack::take(&mut bytes), pack::take(&mut bytes));
        let keys = pack::take_wide(&mut bytes);
        let edge = |i: usize| Edge { u: us[i], v: vs[i], key: code.join(keys[i], positions[i]) };
        let here = left.min(BLOCK);
        edges.extend((0..here).map(edge));
        left -= here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        /// Every edge is on the owner of its lower end, and sorted keys are in the order of key and
        /// position.
        #[test]
        fn edges_go_to_owners_and_keep_their_order(
            edges in prop::collection::vec((0u32..5000, 0u32..5000, 0u32..4), 0..900),
            p in 1usize..6,
        ) {
            let edges: Vec<Edge<u32>> =
                edges.into_iter().map(|(u, v, key)| Edge { u, v, key: 7 + key }).collect();
            let n = 5000;
            let shuffled = comm::run(p, Some(1), |comm| {
                let part = edges.len() * comm.rank() / p..edges.len() * (comm.rank() + 1) / p;
                let shuffled = shuffle(comm, n, &edges[part]).expect("room for positions");
                let block = Owners { n, p }.block(comm.rank());
                assert!(shuffled.edges.iter().all(|e| block.contains(&lower(e))));
                let near = shuffled.edges.iter().map(|e| (lower(e) - block.start) / NEAR);
                assert!(near.is_sorted());
                let keys: Vec<u64> = shuffled.edges.iter().map(|e| e.key).collect();
                (keys, shuffled.restore::<u32>(shuffled.edges.clone()))
            });
            let all = shuffled.into_iter().flat_map(|(keys, edges)| keys.into_iter().zip(edges));
            let mut all: Vec<(u64, Edge<u32>)> = all.collect();
            all.sort_by_key(|(key, _)| *key);
            let mut expected = edges.clone();
            expected.sort_by_key(|e| e.key);
            let found: Vec<Edge<u32>> = all.into_iter().map(|(_, e)| e).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn keys_without_room_for_positions_are_not_shuffled() {
        let shuffled = comm::run(2, Some(1), |comm| {
            let key = [0, u64::MAX][comm.rank()];
            shuffle(comm, 9, &[Edge { u: 1, v: 2, key }]).is_some()
        });
        assert_eq!(shuffled, [false, false]);
    }
}
