//! The forest of a slice on one rank: one file per algorithm, all pure functions over slices.
//!
//! All return the same forest; edges of equal weight come in the order of the slice, so that a
//! stable sort gives the order of (weight, position).

mod auto;
mod boruvka;
mod contracted_edge;
mod edge_like;
mod edge_set;
mod filter_kruskal;
mod kruskal;
mod largest_component;
mod lightest;
mod memory;
mod radix_sort;
mod round;
mod sample;
mod union_find;

pub use auto::auto;
pub use boruvka::boruvka;
pub use contracted_edge::ContractedEdge;
pub use edge_like::EdgeLike;
pub use filter_kruskal::filter_kruskal;
pub use kruskal::kruskal;
pub use radix_sort::sort;

pub(crate) use edge_like::{select, sift};
pub(crate) use filter_kruskal::{fold, join_each};
pub(crate) use largest_component::LargestComponent;
pub(crate) use memory::{prefetch, zeroed};
pub(crate) use radix_sort::sorted;
pub(crate) use sample::sample;
pub(crate) use union_find::Components;

use crate::graph::{Edge, Key};

/// Edges, or vertices, that a thread works on at once. Few in tests, so that small graphs have many
/// pieces.
const PIECE: usize = if cfg!(test) { 1 << 4 } else { 1 << 16 };
/// No edge has this position: [`Key::position`] returns it for zero.
const NONE: u32 = u32::MAX;

/// The local algorithms by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// [`auto()`]: what is fastest for the graph.
    #[default]
    Auto,
    /// [`kruskal()`], the yardstick.
    Kruskal,
    /// [`filter_kruskal()`].
    FilterKruskal,
    /// [`boruvka()`].
    Boruvka,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Kruskal, Self::FilterKruskal, Self::Boruvka];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Kruskal => "kruskal",
            Self::FilterKruskal => "filter-kruskal",
            Self::Boruvka => "boruvka",
        }
    }

    /// The bytes of memory per vertex. Kruskal's are touched only where there are edges, and `Auto`
    /// takes Borůvka only if there are at least a quarter as many edges as vertices.
    pub const fn vertex_bytes(self) -> u64 {
        match self {
            Self::Auto | Self::Kruskal | Self::FilterKruskal => 4,
            Self::Boruvka => 24,
        }
    }

    /// The minimum spanning forest of `edges` on the vertices `0..n`, edges of equal weight in the
    /// order of `edges`.
    ///
    /// # Panics
    /// If an endpoint is not below `n`.
    pub fn forest<K: Key>(self, n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
        self.forest_named(n, edges).0
    }

    /// As [`Algorithm::forest`], and returns the name of what ran: for `Auto`, of its choice.
    ///
    /// # Panics
    /// As [`Algorithm::forest`].
    pub fn forest_named<K: Key>(self, n: usize, edges: &[Edge<K>]) -> (Vec<Edge<K>>, &'static str) {
        let forest = match self {
            Self::Auto => return auto::auto_named(n, edges),
            Self::Kruskal => kruskal(n, edges),
            Self::FilterKruskal => filter_kruskal(n, edges),
            Self::Boruvka => boruvka(n, edges),
        };
        (forest, self.name())
    }
}

#[cfg(test)]
mod tests;
