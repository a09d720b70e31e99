//! The types everyone shares: edges, weights, edge lists, forests and their checksum. No I/O, and no
//! threads but to sort ids.

mod batch;
mod bits;
mod edge;
mod encoding;
mod exact_sum;
mod extent;
mod forest;
mod id_list;
mod numbering;
mod slice;
mod weight;

pub use batch::{Batch, BatchBuilder};
pub(crate) use bits::{BitList, choose, from_words, masked, words};
pub use edge::{Edge, Edges, Key, Vertex, edge_bytes, with_edges};
pub use encoding::Weights;
pub use exact_sum::ExactSum;
pub use extent::Extent;
pub(crate) use forest::{GOLDEN_GAMMA, pick};
pub use forest::{Summary, Total, mix, scramble};
pub(crate) use id_list::{IdList, listed};
pub(crate) use numbering::Numbering;
pub use slice::Slice;
pub use weight::{Numbers, Weight, float_key, integer_key, key_float, key_integer};

/// The largest number of vertices that edges are at: they are numbered with `u32`, and their number
/// must fit one, too.
pub const MOST_VERTICES: u64 = u32::MAX as u64;
/// The largest number of vertices of a graph, most of which then have no edge.
pub const MOST_IDS: u64 = i64::MAX as u64;

/// From so many vertices on, those without edges get no number if most have none.
const MANY_VERTICES: u64 = 1 << 28;

/// Whether only vertices at edges get a number, of a graph of `n` vertices and `m` edges: there are too
/// many vertices, or so many more than edges that tables of all of them would be a waste.
pub const fn is_numbered_anew(n: u64, m: u64) -> bool {
    n > MOST_VERTICES || n > MANY_VERTICES && n / 8 > m
}

/// The most vertices that get a number, of a graph of `n` vertices and `m` edges.
pub const fn most_numbered(n: u64, m: u64) -> u64 {
    let ends = m.saturating_mul(2);
    match is_numbered_anew(n, m) {
        false => n,
        true if ends < MOST_VERTICES => ends,
        true => MOST_VERTICES,
    }
}
