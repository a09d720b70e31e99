//! The types everyone shares: edges, weights, edge lists, forests and their checksum. No I/O, no threads.

mod batch;
mod bits;
mod edge;
mod encoding;
mod exact_sum;
mod extent;
mod forest;
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
pub(crate) use numbering::Numbering;
pub use slice::Slice;
pub use weight::{Numbers, Weight, float_key, integer_key, key_float, key_integer};

/// The largest number of vertices: ids are `u32`, and n itself must fit one.
pub const MOST_VERTICES: u64 = u32::MAX as u64;
