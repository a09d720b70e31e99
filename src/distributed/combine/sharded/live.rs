//! The edges of a rank that still join two components.

use crate::graph::Key;
use crate::local::{self, Components, ContractedEdge, join_each};
use crate::sharding::distinct;
use bytemuck::Zeroable;

/// A rank's forest of edges between components.
pub(super) struct Live<K> {
    /// The components at its edges, sorted.
    pub(super) ids: Vec<u32>,
    /// The edges, sorted by key and then by position. Their ends are places in `ids`, their origins
    /// places in the rank's slice.
    pub(super) edges: Vec<ContractedEdge<K>>,
}

impl<K: Key> Live<K> {
    /// The forest of edges between components below `universe`, given in the order of positions.
    pub(super) fn between(universe: usize, edges: Vec<ContractedEdge<K>>) -> Self {
        let mut edges = edges;
        local::sort(&mut edges);
        Self::of_sorted(universe, edges)
    }

    /// The same of edges sorted by key.
    fn of_sorted(universe: usize, edges: Vec<ContractedEdge<K>>) -> Self {
        let mut edges = edges;
        let ends: Vec<u32> = edges.iter().flat_map(|e| [e.u, e.v]).collect();
        let (ids, places) = distinct(&ends, universe);
        let (ends, _) = places.as_chunks::<2>();
        edges.iter_mut().zip(ends).for_each(|(e, &[u, v])| (e.u, e.v) = (u, v));
        let mut components = Components::new(ids.len());
        let mut forest = Vec::with_capacity(edges.len().min(ids.len()));
        join_each(&mut components, &edges, |e, apart| {
            if apart {
                forest.push(*e);
            }
        });
        Self { ids, edges: forest }
    }

    /// The same edges between other components, given for each of `ids` in order, below `universe`:
    /// those that do not join two any more are dropped.
    pub(super) fn renamed(self, universe: usize, labels: &[u32]) -> Self {
        let mut edges = self.edges;
        edges.iter_mut().for_each(|e| (e.u, e.v) = (labels[e.u as usize], labels[e.v as usize]));
        edges.retain(|e| !e.is_loop());
        Self::of_sorted(universe, edges)
    }

    /// The lightest edge of each of `ids`.
    pub(super) fn lightest(&self) -> Vec<Lightest<K>> {
        let mut lightest = vec![Lightest::zeroed(); self.ids.len()];
        for &ContractedEdge { u, v, key, origin } in self.edges.iter().rev() {
            lightest[u as usize] = Lightest { origin, there: v, key };
            lightest[v as usize] = Lightest { origin, there: u, key };
        }
        lightest
    }
}

/// The lightest edge at a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroable)]
pub(super) struct Lightest<K> {
    /// Its place in the rank's slice.
    pub(super) origin: u32,
    /// The place of the component at its other end.
    pub(super) there: u32,
    pub(super) key: K,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renaming_keeps_a_forest_in_order() {
        let edges = [(4, 6, 2, 0), (9, 4, 1, 1), (6, 2, 3, 2), (2, 8, 3, 3), (6, 8, 4, 4)]
            .map(|(u, v, key, origin): (_, _, u32, _)| ContractedEdge { u, v, key, origin })
            .to_vec();
        let live = Live::between(10, edges);
        let origins = |live: &Live<u32>| live.edges.iter().map(|e| e.origin).collect::<Vec<_>>();
        assert_eq!((&*live.ids, origins(&live)), (&[2, 4, 6, 8, 9][..], vec![1, 0, 2, 3]));
        let lightest: Vec<_> =
            live.lightest().iter().map(|e| (e.origin, live.ids[e.there as usize], e.key)).collect();
        assert_eq!(lightest, [(2, 6, 3), (1, 9, 1), (0, 4, 2), (3, 2, 3), (1, 4, 1)]);
        let live = live.renamed(6, &[5, 5, 1, 3, 5]); // 2, 4 and 9 are one
        assert_eq!((&*live.ids, origins(&live)), (&[1, 3, 5][..], vec![0, 3]));
    }
}
