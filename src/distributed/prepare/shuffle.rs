//! Shuffle: each edge goes to the owner of its lower end, so that neighbouring edges come together.
//!
//! An input may list its edges in an order that scatters each vertex over the ranks, although
//! neighbours have near numbers: for example a grid with all horizontal edges first. After one
//! all-to-all, nearly all vertices are interior.

use crate::comm::Comm;
use crate::distributed::wire::pack::{self, BLOCK};
use crate::graph::{Edge, Key};
use crate::measure::Phase;

/// Edges whose keys have the position in the whole input as lower bits. All keys are different, so
/// ties are broken as before, wherever the edges are.
pub(in crate::distributed) struct Shuffled {
    /// The edges whose lower end this rank owns.
    pub(in crate::distributed) edges: Vec<Edge<u64>>,
    least: u64,
    position_bits: u32,
}

impl Shuffled {
    /// Returns the edges with their original keys.
    pub(in crate::distributed) fn restore<K: Key>(&self, edges: Vec<Edge<u64>>) -> Vec<Edge<K>> {
        let restore = |Edge { u, v, key }: Edge<u64>| {
            let key = K::narrow(self.least + key.checked_shr(self.position_bits).unwrap_or(0));
            Edge { u, v, key: key.expect("a key of the input") }
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
    let p = comm.size();
    let lists = comm.compute(|| {
        let mut lists: Vec<Vec<PositionedEdge>> = vec![Vec::new(); p];
        for (position, e) in (first..).zip(mine) {
            let owner = e.u.min(e.v) as usize * p / n;
            lists[owner].push(PositionedEdge {
                position,
                edge: Edge { u: e.u, v: e.v, key: e.key.wide() - least },
            });
        }
        lists.iter().map(|list| encode(list)).collect()
    });
    let lists = comm.all_to_all(lists);
    let compose = |PositionedEdge { position, edge: Edge { u, v, key } }: PositionedEdge| Edge {
        u,
        v,
        key: key.checked_shl(position_bits).unwrap_or(0) | position,
    };
    let edges = comm.compute(|| lists.iter().flat_map(|list| decode(list)).map(compose).collect());
    Some(Shuffled { edges, least, position_bits })
}

/// An edge and its position in the whole input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PositionedEdge {
    position: u64,
    edge: Edge<u64>,
}

/// Encodes edges in the order of positions: whole packed blocks, the last one filled up.
fn encode(list: &[PositionedEdge]) -> Vec<u8> {
    let mut bytes = (list.len() as u64).to_le_bytes().to_vec();
    let mut last = 0;
    for block in list.chunks(BLOCK) {
        let at = |i: usize| block[i.min(block.len() - 1)];
        pack::put_rising(&mut bytes, &mut last, &std::array::from_fn(|i| at(i).position));
        pack::put(&mut bytes, &std::array::from_fn(|i| at(i).edge.u));
        pack::put(&mut bytes, &std::array::from_fn(|i| at(i).edge.v));
        pack::put_wide(&mut bytes, &std::array::from_fn(|i| at(i).edge.key));
    }
    bytes
}

/// Decodes the edges that [`encode`] was given.
fn decode(bytes: &[u8]) -> Vec<PositionedEdge> {
    let (len, mut bytes) = bytes.split_first_chunk().expect("the length comes first");
    let len = u64::from_le_bytes(*len) as usize;
    let mut list = Vec::with_capacity(len.next_multiple_of(BLOCK));
    let mut last = 0;
    while list.len() < len {
        let positions = pack::take_rising(&mut bytes, &mut last);
        let (us, vs) = (pack::take(&mut bytes), pack::take(&mut bytes));
        let keys = pack::take_wide(&mut bytes);
        let edge = |i: usize| Edge { u: us[i], v: vs[i], key: keys[i] };
        list.extend((0..BLOCK).map(|i| PositionedEdge { position: positions[i], edge: edge(i) }));
    }
    list.truncate(len);
    list
}
