//! A rank's slice of a graph.

use super::{Edge, Edges, Vertex, Weight, Weights};
use std::sync::Arc;

/// One rank's part of a graph: a contiguous block of its edges. The slices in rank order are the
/// graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Vertices of the whole graph, numbered from 0.
    pub n: u64,
    /// Further vertices of the whole graph, which have no edge and no number.
    pub isolated: u64,
    /// Edges of the whole graph, without loops.
    pub m: u64,
    /// Self-loops that were dropped from the whole graph.
    pub loops: u64,
    /// This rank's edges.
    pub edges: Edges,
    /// How the keys are encoded, the same on every rank.
    pub weights: Weights,
    /// The id of each vertex, in order, if the vertices are numbered anew and this rank knows them.
    pub ids: Option<Arc<[u64]>>,
}

impl Slice {
    /// A whole graph on the vertices `0..n`, which had no loops.
    pub fn whole(n: u64, edges: Edges, weights: Weights) -> Self {
        let m = edges.len() as u64;
        Self { n, isolated: 0, m, loops: 0, edges, weights, ids: None }
    }

    /// The same edges on all vertices, which are their ids.
    ///
    /// # Panics
    /// If there are more than [`super::MOST_VERTICES`].
    #[must_use]
    pub fn plain(self) -> Self {
        let (n, Some(ids)) = (self.vertices(), self.ids.clone()) else { return self };
        assert!(n <= super::MOST_VERTICES, "{n} vertices have no plain ids");
        let mut edges = self.edges;
        crate::with_edges!(&mut edges, list => list.iter_mut().for_each(|e| {
            (e.u, e.v) = (ids[e.u as usize] as Vertex, ids[e.v as usize] as Vertex);
        }));
        Self { n, isolated: 0, edges, ids: None, ..self }
    }

    /// All vertices of the whole graph.
    pub fn vertices(&self) -> u64 {
        self.n + self.isolated
    }

    /// The id of a vertex.
    pub fn id(&self, v: Vertex) -> u64 {
        self.ids.as_ref().map_or(v.into(), |ids| ids[v as usize])
    }

    /// The edge at a position of the slice as `(u, v, weight)`, with the vertices' ids.
    ///
    /// # Panics
    /// If the slice has no such position.
    pub fn edge(&self, position: usize) -> (u64, u64, Weight) {
        let Edge { u, v, key } = self.edges.get(position);
        (self.id(u), self.id(v), self.weights.weight(key))
    }

    /// Each edge of the slice as `(u, v, weight)`, with the vertices' ids.
    pub fn weighted(&self) -> impl ExactSizeIterator<Item = (u64, u64, Weight)> + Clone {
        self.edges.iter().map(|e| (self.id(e.u), self.id(e.v), self.weights.weight(e.key)))
    }
}
