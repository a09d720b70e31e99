//! Edges as plain old data.

use super::Edges;
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
