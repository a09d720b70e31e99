//! A rank's own forest.

use crate::graph::{Edge, Key};
use crate::local::Algorithm;
use crate::sharding::distinct;
use rayon::prelude::*;

/// A function that is called with the name of the algorithm that ran.
pub(super) type Tell<'a> = &'a (dyn Fn(&'static str) + Sync);

/// With more vertices than so many for each edge, those that have none are left out first.
const SPARSE: usize = 4;

/// Makes a rank's own forest of `edges` on the vertices `0..n`.
///
/// # Complexity
/// That of the algorithm on at most four vertices for each edge, however many there are: memory is
/// O(|edges|).
pub(super) fn own<K: Key>(
    n: usize,
    edges: &[Edge<K>],
    algorithm: Algorithm,
    tell: Tell<'_>,
) -> Vec<Edge<K>> {
    let solve = |n: usize, edges: &[Edge<K>]| {
        let (forest, name) = algorithm.forest_named(n, edges);
        tell(name);
        forest
    };
    if n / SPARSE <= edges.len() {
        return solve(n, edges);
    }
    let (ids, numbered) = numbered(n, edges);
    let mut forest = solve(ids.len(), &numbered);
    let id = |number: u32| ids[number as usize];
    forest.par_iter_mut().for_each(|e| (e.u, e.v) = (id(e.u), id(e.v)));
    forest
}

/// The vertices at `edges`, in order, and the edges with the vertices' numbers in place of their ids.
fn numbered<K: Key>(n: usize, edges: &[Edge<K>]) -> (Vec<u32>, Vec<Edge<K>>) {
    let ends: Vec<u32> = edges.iter().flat_map(|e| [e.u, e.v]).collect();
    let (ids, numbers) = distinct(&ends, n);
    drop(ends);
    let (numbers, _) = numbers.as_chunks::<2>();
    let edge = |(e, &[u, v]): (&Edge<K>, &[u32; 2])| Edge { u, v, key: e.key };
    (ids, edges.iter().zip(numbers).map(edge).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::kruskal;
    use proptest::prelude::*;
    use std::sync::Mutex;

    proptest! {
        #[test]
        fn few_edges_among_many_vertices_have_the_same_forest(
            edges in prop::collection::vec((0u32..5000, 0u32..5000, 0u32..9), 0..60),
            n in prop::sample::select(vec![5_000, 40_000, 1 << 31]),
        ) {
            let edge = |&(u, v, key): &(u32, u32, u32)| {
                let spread = |id: u32| if id.is_multiple_of(2) { id } else { (n - 1) as u32 - id };
                Edge { u: spread(u), v: spread(v), key }
            };
            let edges: Vec<Edge<u32>> = edges.iter().map(edge).collect();
            let told = Mutex::new(Vec::new());
            let tell = |name| told.lock().expect("no panic").push(name);
            let mut found = own(n, &edges, Algorithm::Kruskal, &tell);
            prop_assert_eq!(told.into_inner().expect("no panic"), ["kruskal"]);
            // The oracle has a vertex for each id, so its ids must be small.
            let (ids, numbers) = numbered(n, &edges);
            let mut expected = kruskal(ids.len(), &numbers);
            expected.iter_mut().for_each(|e| (e.u, e.v) = (ids[e.u as usize], ids[e.v as usize]));
            for forest in [&mut found, &mut expected] {
                forest.sort_unstable_by_key(|e| (e.key, e.u, e.v));
            }
            prop_assert_eq!(found, expected);
        }
    }
}
