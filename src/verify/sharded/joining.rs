//! Edges of a slice that join two components.

use crate::graph::{Edge, Key};
use crate::sharding::distinct;

/// An edge of a rank's slice, between components.
#[derive(Clone, Copy, Debug)]
pub(super) struct JoiningEdge<K> {
    /// Its ends; in [`JoiningEdges`], their places in `ids`.
    ends: [u32; 2],
    key: K,
    /// Its place in the slice.
    pub(super) place: u32,
}

/// A rank's edges between components, in the order of the slice.
pub(super) struct JoiningEdges<K> {
    /// The components at its edges, sorted.
    pub(super) ids: Vec<u32>,
    pub(super) edges: Vec<JoiningEdge<K>>,
}

impl<K: Key> JoiningEdge<K> {
    /// The edge at a place of a slice, its ends vertices.
    pub(super) fn of_slice(mine: &[Edge<K>], place: u32) -> Self {
        let Edge { u, v, key } = mine[place as usize];
        Self { ends: [u, v], key, place }
    }
}

impl<K: Key> JoiningEdges<K> {
    /// Edges whose ends are ids below `universe`.
    pub(super) fn of(universe: usize, edges: Vec<JoiningEdge<K>>) -> Self {
        let mut edges = edges;
        let ends: Vec<u32> = edges.iter().flat_map(|e| e.ends).collect();
        let (ids, places) = distinct(&ends, universe);
        let (places, _) = places.as_chunks::<2>();
        edges.iter_mut().zip(places).for_each(|(e, &ends)| e.ends = ends);
        Self { ids, edges }
    }

    /// Those of the edges that still join two when their ends get other names, given for each of
    /// `ids` in order. Their ends are those names.
    pub(super) fn joining(self, labels: &[u32]) -> Vec<JoiningEdge<K>> {
        let mut edges = self.edges;
        edges.retain_mut(|e| {
            e.ends = e.ends.map(|end| labels[end as usize]);
            e.ends[0] != e.ends[1]
        });
        edges
    }

    /// For each of `ids`, its lightest edge, of equal ones the first: the key, and the place in the
    /// slice.
    pub(super) fn lightest(&self) -> Vec<(K, u32)> {
        let mut lightest: Vec<Option<(K, u32)>> = vec![None; self.ids.len()];
        for e in &self.edges {
            for end in e.ends {
                let best = &mut lightest[end as usize];
                if best.is_none_or(|(key, _)| e.key < key) {
                    *best = Some((e.key, e.place));
                }
            }
        }
        lightest.into_iter().map(|best| best.expect("every id is at an edge")).collect()
    }
}
