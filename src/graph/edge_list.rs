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

/// Evaluates one generic expression on the list inside an [`Edges`], whichever its width.
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
    /// Consecutive lists as one; empty ones with keys of 32 bits if `narrow`.
    ///
    /// # Panics
    /// If their keys have different widths.
    pub fn concat(lists: Vec<Self>, narrow: bool) -> Self {
        let mut lists = lists.into_iter();
        let none = || if narrow { Self::Narrow(Vec::new()) } else { Self::Wide(Vec::new()) };
        let mut all = lists.next().unwrap_or_else(none);
        all.reserve(lists.as_slice().iter().map(Self::len).sum());
        for list in lists {
            match (&mut all, list) {
                (Self::Narrow(all), Self::Narrow(list)) => all.extend(list),
                (Self::Wide(all), Self::Wide(list)) => all.extend(list),
                _ => panic!("keys of one graph have one width"),
            }
        }
        all
    }

    fn reserve(&mut self, more: usize) {
        with_edges!(self, list => list.reserve_exact(more));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        with_edges!(self, list => list.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size of one edge in memory and in a message.
    pub fn bytes_per_edge(&self) -> usize {
        match self {
            Self::Narrow(_) => size_of::<Edge<u32>>(),
            Self::Wide(_) => size_of::<Edge<u64>>(),
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

/// One rank's part of a graph: a contiguous block of its edges, slices in rank order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Vertices of the whole graph.
    pub n: u64,
    /// Edges of the whole graph, loops not among them.
    pub m: u64,
    /// Self-loops that were dropped from the whole graph.
    pub loops: u64,
    /// This rank's edges.
    pub edges: Edges,
    /// How the keys are held, on every rank alike.
    pub weights: Weights,
}

impl Slice {
    /// Turns the order of the weights round, so that a minimum forest becomes a maximum one.
    pub fn reverse(&mut self) {
        with_edges!(&mut self.edges, list => list.iter_mut().for_each(|e| e.key = !e.key));
        self.weights = self.weights.reversed();
    }

    /// The edge at a position of the slice as `(u, v, weight)`.
    ///
    /// # Panics
    /// If there is none.
    pub fn edge(&self, position: usize) -> (u32, u32, Weight) {
        let Edge { u, v, key } = self.edges.get(position);
        (u, v, self.weights.weight(key))
    }

    /// Each edge of the slice as `(u, v, weight)`.
    pub fn weighted(&self) -> impl ExactSizeIterator<Item = (u32, u32, Weight)> + Clone {
        self.edges.iter().map(|e| (e.u, e.v, self.weights.weight(e.key)))
    }
}
