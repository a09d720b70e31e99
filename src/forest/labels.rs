//! The component of each vertex, from the edges of a forest.

use crate::graph::{Edge, Numbering, Slice, Vertex, with_edges};
use crate::local::Components;
use fixedbitset::FixedBitSet;
use std::sync::Arc;

/// A vertex whose component is not known yet.
const UNKNOWN: u32 = u32::MAX;

/// The component of each vertex. Components are numbered from 0 in the order of their lowest
/// vertices; a vertex without edges is one, too.
pub struct Labels {
    vertices: u64,
    /// Of each vertex that has a number: its component, among those of such vertices.
    components: Vec<u32>,
    /// The lowest vertex of each of these components.
    lowest: Vec<Vertex>,
    /// The vertices with a number that are not the lowest of their component.
    others: Numbering,
    ids: Option<Arc<[u64]>>,
}

impl Labels {
    /// By the first `first` edges of a forest.
    pub(super) fn of(forest: &Slice, first: usize) -> Self {
        let n = forest.n as usize;
        let mut joined = Components::new(n);
        with_edges!(&forest.edges, edges => edges[..first].iter().for_each(|&Edge { u, v, .. }| {
            joined.join(u, v);
        }));
        let mut components = vec![UNKNOWN; n];
        let mut lowest = Vec::with_capacity(n - first);
        let mut others = FixedBitSet::with_capacity(n + 1);
        for v in 0..n {
            let root = joined.root(v as Vertex) as usize;
            if components[root] == UNKNOWN {
                components[root] = lowest.len() as u32;
                lowest.push(v as Vertex);
            } else {
                // The root of a component need not be its lowest vertex.
                others.insert(v);
            }
            components[v] = components[root];
        }
        let (vertices, ids) = (forest.vertices(), forest.ids.clone());
        Self { vertices, components, lowest, others: Numbering::of(others), ids }
    }

    /// The number of vertices.
    pub fn vertices(&self) -> u64 {
        self.vertices
    }

    /// The component of a vertex; `None` if there is no such vertex.
    ///
    /// # Complexity
    /// O(1); O(log n) if only vertices at edges have numbers.
    pub fn get(&self, vertex: u64) -> Option<u64> {
        if vertex >= self.vertices {
            return None;
        }
        let Some(ids) = &self.ids else { return Some(self.components[vertex as usize].into()) };
        // As many components have a lower lowest vertex as there are vertices below that are one.
        Some(match ids.binary_search(&vertex) {
            Ok(place) => {
                let lowest = self.lowest[self.components[place] as usize];
                ids[lowest as usize] - u64::from(self.others.number(lowest))
            }
            Err(place) => vertex - u64::from(self.others.number(place as Vertex)),
        })
    }

    /// The component of each vertex, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.vertices).map(|vertex| self.get(vertex).expect("there is such a vertex"))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Wanted, forest_of};
    use petgraph::unionfind::UnionFind;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// The labels of vertices that are numbered anew are those of the same graph on all vertices.
        #[test]
        fn labels_are_components_in_the_order_of_their_lowest_vertices(
            n in 1u32..200,
            ends in prop::collection::vec((any::<u32>(), any::<u32>()), 0..150),
        ) {
            let edges: Vec<(u32, u32, i32)> =
                ends.iter().map(|&(u, v)| (u % n, v % n, 1)).collect();
            let labels = crate::forest(n as usize, &edges).expect("right").labels();
            let mut joined = UnionFind::<u32>::new(n as usize);
            edges.iter().for_each(|&(u, v, _)| { joined.union(u, v); });
            let mut expected = HashMap::new();
            for v in 0..n {
                let next = expected.len() as u64;
                let label = *expected.entry(joined.find(v)).or_insert(next);
                prop_assert_eq!(labels.get(v.into()), Some(label));
            }
            prop_assert_eq!(labels.get(n.into()), None);
            let wanted = Wanted { n: Some(1 << 40), ..Wanted::default() };
            let sparse = forest_of(&edges.as_slice(), wanted).expect("right").labels();
            prop_assert!(sparse.ids.is_some());
            for v in 0..n {
                prop_assert_eq!(sparse.get(v.into()), labels.get(v.into()));
            }
            let further = expected.len() as u64;
            prop_assert_eq!(sparse.get(u64::from(n) + 5), Some(further + 5));
        }
    }
}
