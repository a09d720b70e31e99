//! What all algorithms have in common, and the tools compared with simple versions of them.

use super::edge_like::select;
use super::lightest::lightest_of_each;
use super::radix_sort::sort;
use super::sample::sample;
use super::*;
use crate::graph::Vertex;
use proptest::prelude::*;

/// Multigraphs with ties, loops, parallel edges and isolated vertices; half of them with locality, as
/// a grid has it.
fn graphs() -> impl Strategy<Value = (usize, Vec<Edge<u32>>)> {
    let key = prop_oneof![0u32..4, 0u32..1000, any::<u32>(), Just(0), Just(u32::MAX)];
    let shapes = (4usize..400, 0usize..1200, any::<bool>(), 1u32..9);
    shapes.prop_flat_map(move |(n, m, local, spread)| {
        let ends = prop::collection::vec((any::<u32>(), 0..spread, key.clone()), m);
        let edges = ends.prop_map(move |ends| {
            let last = n as u32 - 1;
            let mut edges: Vec<_> = ends
                .into_iter()
                .map(|(bits, offset, key)| {
                    let u = bits % n as u32;
                    let v = if local { (u + offset).min(last) } else { (bits >> 9) % n as u32 };
                    Edge { u, v, key }
                })
                .collect();
            if local {
                edges.sort_by_key(|e| e.u);
            }
            edges
        });
        (Just(n), edges)
    })
}

/// How long lists are, which Miri takes long for.
const LONG: usize = if cfg!(miri) { 400 } else { 3000 };

fn wide(edges: &[Edge<u32>]) -> Vec<Edge<u64>> {
    let widen = |e: &Edge<u32>| Edge { u: e.u, v: e.v, key: u64::from(e.key) * 0x1_0000_0001 };
    edges.iter().map(widen).collect()
}

/// The forest by an algorithm, sorted as textbook Kruskal's is.
fn sorted<K: Key>(algorithm: Algorithm, n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    let mut forest = algorithm.forest(n, edges);
    sort(&mut forest);
    forest
}

proptest! {
    #[test]
    fn all_algorithms_agree((n, edges) in graphs(), order in 0..4) {
        let mut edges = edges;
        match order {
            0 => edges.sort_by_key(|e| e.key),
            1 => edges.sort_by_key(|e| std::cmp::Reverse(e.key)),
            _ => {}
        }
        let wide = wide(&edges);
        let (expected, expected_wide) = (kruskal(n, &edges), kruskal(n, &wide));
        for algorithm in Algorithm::ALL {
            prop_assert_eq!(sorted(algorithm, n, &edges), &expected[..], "{}", algorithm.name());
            prop_assert_eq!(sorted(algorithm, n, &wide), &expected_wide[..], "{}", algorithm.name());
        }
    }

    /// The radix sort is a stable sort, whatever the keys: spread, skewed, few, with outliers.
    #[test]
    fn sorting_is_stable(
        keys in prop::collection::vec(prop_oneof![any::<u64>(), 0u64..9, 0..1u64 << 40], 0..LONG),
        shift in 0u32..64,
        narrow: bool,
    ) {
        let number = |(position, key): (usize, &u64)| (position as u32, key >> shift);
        let numbered: Vec<(u32, u64)> = keys.iter().enumerate().map(number).collect();
        if narrow {
            let edge = |&(u, key): &(u32, u64)| Edge { u, v: 0, key: key as u32 };
            let (mut found, mut expected) =
                (numbered.iter().map(edge).collect::<Vec<_>>(), numbered.iter().map(edge).collect::<Vec<_>>());
            sort(&mut found);
            expected.sort_by_key(|e| e.key);
            prop_assert_eq!(found, expected);
        } else {
            let edge = |&(u, key): &(u32, u64)| Edge { u, v: 0, key };
            let (mut found, mut expected) =
                (numbered.iter().map(edge).collect::<Vec<_>>(), numbered.iter().map(edge).collect::<Vec<_>>());
            sort(&mut found);
            expected.sort_by_key(|e| e.key);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn selecting_is_filtering_twice(keys in prop::collection::vec(0u32..100, 0..LONG), a in 0u32..100) {
        let edges: Vec<_> = keys.into_iter().map(|key| Edge { u: 0, v: 1, key }).collect();
        let found = select(&edges, |e| e.key < a, |e| e.key % 2 == 0);
        let expected: Vec<_> = edges.into_iter().filter(|e| e.key < a && e.key % 2 == 0).collect();
        prop_assert_eq!(found, expected);
    }

    /// Windows find the same as one look at all edges.
    #[test]
    fn each_vertex_knows_its_lightest_edge((n, edges) in graphs()) {
        let pieces: Vec<&[Edge<u32>]> = edges.chunks(PIECE).collect();
        let found = lightest_of_each(n, &pieces, PIECE);
        for v in 0..n as Vertex {
            let touching = (0..).zip(&edges).filter(|(_, e)| (e.u == v) != (e.v == v));
            let expected = touching.min_by_key(|(index, e)| (e.key, *index));
            let expected = expected.map_or(NONE, |(index, _)| index);
            prop_assert_eq!(<u32 as Key>::position(found[v as usize]), expected);
        }
    }

    #[test]
    fn a_sample_is_spread_over_the_pieces(lens in prop::collection::vec(0..3 * LONG, 0..6)) {
        let keys = |len: &usize| (0..*len as u32).map(|key| Edge { u: 0, v: 1, key }).collect();
        let lists: Vec<Vec<Edge<u32>>> = lens.iter().map(keys).collect();
        let pieces: Vec<&[Edge<u32>]> = lists.iter().map(Vec::as_slice).collect();
        let all: Vec<u32> = lists.concat().iter().map(|e| e.key).collect();
        let found = sample(&pieces);
        prop_assert!(found.is_sorted() && found.len() >= all.len().min(1000), "{}", found.len());
        prop_assert!(found.iter().all(|&(key, position)| all[position] == key));
    }
}
