//! Lists of edges whose key has either width, and a rank's slice of a graph.

use super::{Edge, Weight, Weights};

/// Edges with 32-bit or 64-bit keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edges {
    /// 12 bytes an edge.
    Narrow(Vec<Edge<u32>>),
    /// 16 bytes an edge.
    Wide(Vec<Edge<u64>>),
}

/// The size of an edge in bytes: with a 32-bit key if `narrow`, else with a 64-bit key.
pub const fn edge_bytes(narrow: bool) -> usize {
    if narrow { size_of::<Edge<u32>>() } else { size_of::<Edge<u64>>() }
}

/// Evaluates one generic expression on the list inside an [`Edges`], whatever its width.
///
/// ```
/// # use mst::graph::{Edge, Key, with_edges};
/// let edges = Key::pack(vec![Edge { u: 0, v: 1, key: 7u32 }]);
/// assert_eq!(with_edges!(&edges, list => list.len()), 1);
/// ```
#[macro_export]
macro_rules! with_edges {
    ($edges:expr, $list:ident => $body:expr) => {
        match $edges {
            $crate::graph::Edges::Narrow($list) => $body,
            $crate::graph::Edges::Wide($list) => $body,
        }
    };
}
pub use with_edges;

impl Edges {
    /// The number of edges.
    pub fn len(&self) -> usize {
        with_edges!(self, list => list.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size of one edge in memory and in a message.
    pub fn bytes_per_edge(&self) -> usize {
        edge_bytes(matches!(self, Self::Narrow(_)))
    }

    /// The edges as plain old data.
    pub fn bytes(&self) -> &[u8] {
        with_edges!(self, list => bytemuck::cast_slice(list))
    }

    /// The inverse of [`Edges::bytes`], with 32-bit keys if `narrow`.
    ///
    /// # Panics
    /// If `bytes` is not a whole number of edges.
    pub fn of_bytes(bytes: &[u8], narrow: bool) -> Self {
        if narrow {
            Self::Narrow(bytemuck::pod_collect_to_vec(bytes))
        } else {
            Self::Wide(bytemuck::pod_collect_to_vec(bytes))
        }
    }

    /// The edge at a position, with its key in 64 bits.
    pub fn get(&self, position: usize) -> Edge<u64> {
        match self {
            Self::Narrow(list) => {
                let Edge { u, v, key } = list[position];
                Edge { u, v, key: key.into() }
            }
            Self::Wide(list) => list[position],
        }
    }

    /// All edges in order, their keys in 64 bits.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Edge<u64>> + Clone {
        (0..self.len()).map(|position| self.get(position))
    }
}

/// One rank's part of a graph: a contiguous block of its edges. The slices in rank order are the
/// graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Vertices of the whole graph.
    pub n: u64,
    /// Edges of the whole graph, without loops.
    pub m: u64,
    /// Self-loops that were dropped from the whole graph.
    pub loops: u64,
    /// This rank's edges.
    pub edges: Edges,
    /// How the keys are encoded, the same on every rank.
    pub weights: Weights,
}

impl Slice {
    /// The edge at a position of the slice as `(u, v, weight)`.
    ///
    /// # Panics
    /// If the slice has no such position.
    pub fn edge(&self, position: usize) -> (u32, u32, Weight) {
        let Edge { u, v, key } = self.edges.get(position);
        (u, v, self.weights.weight(key))
    }

    /// Each edge of the slice as `(u, v, weight)`.
    pub fn weighted(&self) -> impl ExactSizeIterator<Item = (u32, u32, Weight)> + Clone {
        self.edges.iter().map(|e| (e.u, e.v, self.weights.weight(e.key)))
    }
}
