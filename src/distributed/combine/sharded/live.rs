//! The edges of a rank that still join two components.

use crate::graph::Key;
use crate::local::{Components, ContractedEdge, EdgeLike, join_each};
use crate::sharding::distinct;
use bytemuck::Zeroable;
use rayon::prelude::*;
use std::ops::Range;

/// A rank's forest of edges between components.
pub(super) struct Live<K> {
    /// The components at its edges, sorted.
    pub(super) ids: Vec<u32>,
    /// The edges, sorted by key and then by position. Their ends are places in `ids`, their origins
    /// places in the rank's run.
    pub(super) edges: Vec<ContractedEdge<K>>,
}

impl<K: Key> Live<K> {
    /// Makes a forest of the records at some places of a sorted run, whose ends are below `n`.
    pub(super) fn of_run<R: EdgeLike<Key = K>>(n: usize, run: &[R], places: Range<usize>) -> Self {
        let edge = |place: usize| {
            let (u, v) = run[place].ends();
            ContractedEdge { u, v, key: run[place].key(), origin: place as u32 }
        };
        Self::of(n, places.into_par_iter().map(edge).collect())
    }

    /// Makes a forest of its sorted edges, whose ends are ids below `universe`.
    fn of(universe: usize, mut edges: Vec<ContractedEdge<K>>) -> Self {
        let ends: Vec<u32> = edges.iter().flat_map(|e| [e.u, e.v]).collect();
        let (ids, places) = distinct(&ends, universe);
        let (ends, _) = places.as_chunks::<2>();
        edges.iter_mut().zip(ends).for_each(|(e, &[u, v])| (e.u, e.v) = (u, v));
        Self { ids, edges }
    }

    /// The same edges between other components, given for each of `ids` in order, below `universe`:
    /// those that do not join two any more are dropped.
    pub(super) fn renamed(self, universe: usize, labels: &[u32]) -> Self {
        let mut edges = self.edges;
        edges.iter_mut().for_each(|e| (e.u, e.v) = (labels[e.u as usize], labels[e.v as usize]));
        edges.retain(|e| !e.is_loop());
        let Self { ids, edges } = Self::of(universe, edges);
        let mut components = Components::new(ids.len());
        let mut forest = Vec::with_capacity(edges.len().min(ids.len()));
        join_each(&mut components, &edges, |e, apart| {
            if apart {
                forest.push(*e);
            }
        });
        Self { ids, edges: forest }
    }

    /// The lightest edge of each of `ids`.
    pub(super) fn lightest(&self) -> Vec<Lightest<K>> {
        let mut lightest = vec![Lightest::zeroed(); self.ids.len()];
        for (edge, e) in self.edges.iter().enumerate().rev() {
            let edge = edge as u32;
            lightest[e.u as usize] = Lightest { edge, there: e.v, key: e.key };
            lightest[e.v as usize] = Lightest { edge, there: e.u, key: e.key };
        }
        lightest
    }
}

/// The lightest edge at a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroable)]
pub(super) struct Lightest<K> {
    /// Its place among the edges.
    pub(super) edge: u32,
    /// The place of the component at its other end.
    pub(super) there: u32,
    pub(super) key: K,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renaming_keeps_a_forest_in_order() {
        let run: Vec<_> = [(9, 4, 1), (4, 6, 2), (6, 2, 3), (2, 8, 3)]
            .map(|(u, v, key): (u32, u32, u32)| crate::graph::Edge { u, v, key })
            .to_vec();
        let live = Live::of_run(10, &run, 0..4);
        let origins = |live: &Live<u32>| live.edges.iter().map(|e| e.origin).collect::<Vec<_>>();
        assert_eq!((&*live.ids, origins(&live)), (&[2, 4, 6, 8, 9][..], vec![0, 1, 2, 3]));
        let lightest: Vec<_> =
            live.lightest().iter().map(|e| (e.edge, live.ids[e.there as usize], e.key)).collect();
        assert_eq!(lightest, [(2, 6, 3), (0, 9, 1), (1, 4, 2), (3, 2, 3), (0, 4, 1)]);
        let live = live.renamed(6, &[5, 5, 1, 3, 5]); // 2, 4 and 9 are one
        assert_eq!((&*live.ids, origins(&live)), (&[1, 3, 5][..], vec![1, 3]));
    }
}
