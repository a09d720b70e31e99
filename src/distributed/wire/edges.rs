//! Codes edges for the wire: sorted by key, with the differences of keys and the ends packed.
//!
//! An edge of a random graph takes about 7 bytes instead of 12, and about 2 ns on each side.

use super::pack::{self, BLOCK};
use crate::graph::{Edge, Key};
use crate::local::{ContractedEdge, EdgeLike};

/// Encodes the edges of a sorted run, in at most the bytes that they take in memory as [`Edge`].
///
/// Whole blocks of 128 edges are packed, the rest is raw. If packing saves nothing, all edges are
/// raw; the length tells which.
pub(in crate::distributed) fn encode<R: EdgeLike>(run: &[R]) -> Vec<u8> {
    let raw = |run: &[R]| -> Vec<Edge<R::Key>> { run.iter().map(as_edge).collect() };
    let (blocks, rest) = run.as_chunks::<BLOCK>();
    let most = size_of_val(raw(rest).as_slice()) + size_of::<Edge<R::Key>>() * BLOCK * blocks.len();
    let mut bytes = Vec::with_capacity(most);
    let mut last = 0;
    for block in blocks {
        let ends = block.each_ref().map(R::ends);
        pack::put_rising(&mut bytes, &mut last, &block.each_ref().map(|r| r.key().wide()));
        pack::put(&mut bytes, &ends.map(|(u, _)| u));
        pack::put(&mut bytes, &ends.map(|(_, v)| v));
    }
    bytes.extend_from_slice(bytemuck::cast_slice(&raw(rest)));
    if bytes.len() < most { bytes } else { bytemuck::pod_collect_to_vec(&raw(run)) }
}

/// Decodes the `len` edges that [`encode`] was given, and sets their `origin`.
pub(in crate::distributed) fn decode<K: Key>(
    bytes: &[u8],
    len: usize,
    origin: u32,
) -> Vec<ContractedEdge<K>> {
    let mut edges = Vec::with_capacity(len);
    let live = |&Edge { u, v, key }: &Edge<K>| ContractedEdge { u, v, key, origin };
    let mut bytes = bytes;
    if bytes.len() < len * size_of::<Edge<K>>() {
        let mut last = 0;
        for _ in 0..len / BLOCK {
            let keys = pack::take_rising(&mut bytes, &mut last);
            let (us, vs) = (pack::take(&mut bytes), pack::take(&mut bytes));
            let edge = |i: usize| ContractedEdge { u: us[i], v: vs[i], key: key(keys[i]), origin };
            edges.extend((0..BLOCK).map(edge));
        }
    }
    edges.extend(bytemuck::pod_collect_to_vec::<u8, Edge<K>>(bytes).iter().map(live));
    edges
}

/// Encodes edges with distinct first ends in rising order: their number in eight bytes, then blocks
/// of first ends, other ends and keys, then the rest raw.
pub(in crate::distributed) fn encode_by_end<K: Key>(edges: &[Edge<K>]) -> Vec<u8> {
    let mut bytes = (edges.len() as u64).to_le_bytes().to_vec();
    let (blocks, rest) = edges.as_chunks::<BLOCK>();
    let mut last = 0;
    for block in blocks {
        pack::put_rising(&mut bytes, &mut last, &block.map(|e| u64::from(e.u)));
        pack::put(&mut bytes, &block.map(|e| e.v));
        pack::put_wide(&mut bytes, &block.map(|e| e.key.wide()));
    }
    bytes.extend_from_slice(bytemuck::cast_slice(rest));
    bytes
}

/// Decodes the edges that [`encode_by_end`] was given.
pub(in crate::distributed) fn decode_by_end<K: Key>(bytes: &[u8]) -> Vec<Edge<K>> {
    let (len, mut bytes) = bytes.split_first_chunk().expect("the length comes first");
    let len = u64::from_le_bytes(*len) as usize;
    let mut edges = Vec::with_capacity(len);
    let mut last = 0;
    for _ in 0..len / BLOCK {
        let us = pack::take_rising(&mut bytes, &mut last);
        let (vs, keys) = (pack::take(&mut bytes), pack::take_wide(&mut bytes));
        edges.extend((0..BLOCK).map(|i| Edge { u: us[i] as u32, v: vs[i], key: key(keys[i]) }));
    }
    edges.extend(bytemuck::pod_collect_to_vec::<u8, Edge<K>>(bytes));
    edges
}

fn key<K: Key>(wide: u64) -> K {
    K::narrow(wide).expect("a key of the sender's width")
}

fn as_edge<R: EdgeLike>(record: &R) -> Edge<R::Key> {
    let (u, v) = record.ends();
    Edge { u, v, key: record.key() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn there_and_back<K: Key>(n: u32, keys: Vec<K>) -> Result<usize, TestCaseError> {
        let mut keys = keys;
        keys.sort_unstable();
        let edge = |(i, key): (usize, K)| Edge { u: i as u32 % n, v: (i as u32 * 7) % n, key };
        let run: Vec<Edge<K>> = keys.into_iter().enumerate().map(edge).collect();
        let bytes = encode(&run);
        prop_assert!(bytes.len() <= size_of_val(run.as_slice()), "never larger than raw");
        let back = decode::<K>(&bytes, run.len(), 9);
        prop_assert!(back.iter().all(|live| live.origin == 9));
        prop_assert_eq!(back.iter().map(as_edge).collect::<Vec<_>>(), run.clone());
        let by_end: Vec<_> = (0..).zip(run).map(|(u, e)| Edge { u: 3 * u, ..e }).collect();
        prop_assert_eq!(decode_by_end::<K>(&encode_by_end(&by_end)), by_end);
        Ok(bytes.len())
    }

    proptest! {
        #[test]
        fn edges_come_back(
            keys in prop::collection::vec(any::<u64>(), 0..400),
            shift in 0..64,
            n in 1u32..,
        ) {
            let keys: Vec<u64> = keys.into_iter().map(|key| key >> shift).collect();
            there_and_back(n, keys.iter().map(|&key| key as u32).collect())?;
            there_and_back(n, keys)?;
        }
    }

    #[test]
    fn a_random_graph_takes_seven_bytes_an_edge() {
        let key = |i: u32| i.wrapping_mul(2_654_435_761) >> 1;
        let len = 1 << 17;
        let bytes = there_and_back(1 << 20, (0..len).map(key).collect()).expect("right");
        assert!(bytes < 7 * len as usize, "{bytes}");
    }
}
