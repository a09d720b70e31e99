//! Edges as plain old data, one and in lists whose key has either width.

use bytemuck::{Pod, Zeroable};
use std::fmt::Debug;

/// A vertex: one of `0..n`.
pub type Vertex = u32;

/// An undirected edge, 12 bytes with a `u32` key and 16 with a `u64` key.
///
/// Its position in its slice breaks ties, so it needs no field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Edge<K> {
    /// One endpoint.
    pub u: Vertex,
    /// The other endpoint.
    pub v: Vertex,
    /// The weight, as an unsigned integer of the same order.
    pub key: K,
}

impl<K> Edge<K> {
    /// Whether both endpoints are one vertex.
    pub fn is_loop(&self) -> bool {
        self.u == self.v
    }

    /// The endpoints, the lower first.
    pub fn ends(&self) -> (Vertex, Vertex) {
        (self.u.min(self.v), self.u.max(self.v))
    }
}

// SAFETY: two integers and a `K: Zeroable`; for each of them, all bits zero is a valid value.
unsafe impl<K: Zeroable> Zeroable for Edge<K> {}
// SAFETY: the fields are integers only, since `Key` is sealed; the layout is `repr(C)`; and the
// assertions show that for both keys the fields fill the struct, so there is no padding.
unsafe impl<K: Key> Pod for Edge<K> {}
const _: () = assert!(size_of::<Edge<u32>>() == 4 + 4 + 4);
const _: () = assert!(size_of::<Edge<u64>>() == 4 + 4 + 8);

mod sealed {
    /// Implemented only for the two keys whose edges are known to have no padding.
    pub trait Sealed {}
    impl Sealed for u32 {}
    impl Sealed for u64 {}
}

/// An unsigned integer that stands for a weight: `u32` or `u64`, and no other type.
pub trait Key:
    sealed::Sealed + Pod + Ord + Debug + Send + Sync + std::ops::Not<Output = Self>
{
    /// A key and a position packed into one integer: the lighter the edge, the larger the integer.
    /// Zero stands for no edge and is smaller than the integer of any edge.
    type Placed: Pod + Ord + Send + Sync;

    /// Packs the key with `position`, which must be below 2^32 - 1. The greatest result belongs to
    /// the first of the lightest edges.
    fn placed(self, position: u32) -> Self::Placed;

    /// The position that [`Key::placed`] packed; 2^32 - 1 for zero.
    fn position(placed: Self::Placed) -> u32;

    /// The key in 64 bits, in the same order.
    fn wide(self) -> u64;

    /// The 64-bit key in this width, or `None` if it does not fit.
    fn narrow(wide: u64) -> Option<Self>;

    /// Wraps the edges in [`Edges`], which holds the key width as a value instead of a type.
    fn pack(edges: Vec<Edge<Self>>) -> Edges;
}

impl Key for u32 {
    type Placed = u64;

    fn placed(self, position: u32) -> u64 {
        !(u64::from(self) << 32 | u64::from(position))
    }

    fn position(placed: u64) -> u32 {
        !placed as u32
    }

    fn wide(self) -> u64 {
        u64::from(self)
    }

    fn narrow(wide: u64) -> Option<Self> {
        wide.try_into().ok()
    }

    fn pack(edges: Vec<Edge<Self>>) -> Edges {
        Edges::Narrow(edges)
    }
}

impl Key for u64 {
    type Placed = u128;

    fn placed(self, position: u32) -> u128 {
        !(u128::from(self) << 32 | u128::from(position))
    }

    fn position(placed: u128) -> u32 {
        !placed as u32
    }

    fn wide(self) -> u64 {
        self
    }

    fn narrow(wide: u64) -> Option<Self> {
        Some(wide)
    }

    fn pack(edges: Vec<Edge<Self>>) -> Edges {
        Edges::Wide(edges)
    }
}

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
