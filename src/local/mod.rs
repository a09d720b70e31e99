//! The forest of a slice on one rank: one file an algorithm, all pure functions over slices.
//!
//! Each returns the same forest in the same order: by weight, ties by position in the slice.

mod boruvka;
mod filter_kruskal;
mod kruskal;
mod union_find;

pub use boruvka::boruvka;
pub use filter_kruskal::filter_kruskal;
pub use kruskal::{kruskal, kruskal_sorted};
pub use union_find::Components;

use crate::graph::{Edge, Key};

/// The local algorithms by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// [`kruskal()`], the yardstick.
    Kruskal,
    /// [`filter_kruskal()`].
    #[default]
    FilterKruskal,
    /// [`boruvka()`].
    Boruvka,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kruskal, Self::FilterKruskal, Self::Boruvka];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kruskal => "kruskal",
            Self::FilterKruskal => "filter-kruskal",
            Self::Boruvka => "boruvka",
        }
    }

    /// The memory that a vertex needs, bytes. Kruskal's are touched only where there are edges.
    pub const fn vertex_bytes(self) -> u64 {
        match self {
            Self::Kruskal | Self::FilterKruskal => 4,
            Self::Boruvka => 20,
        }
    }

    /// The minimum spanning forest of `edges` on the vertices `0..n`, lightest edge first.
    ///
    /// # Panics
    /// If an endpoint is not below `n`.
    pub fn forest<K: Key>(self, n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
        match self {
            Self::Kruskal => kruskal(n, edges),
            Self::FilterKruskal => filter_kruskal(n, edges),
            Self::Boruvka => boruvka(n, edges),
        }
    }
}
