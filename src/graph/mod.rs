//! The types everyone shares: edges, weights, edge lists, forests and their checksum. No I/O, no threads.

mod batch;
mod edge;
mod edge_list;
mod exact_sum;
mod extent;
mod forest;
mod weight;

pub use batch::{Batch, BatchBuilder};
pub use edge::{Edge, Key, Vertex};
pub use edge_list::{Edges, Slice, edge_bytes, with_edges};
pub use exact_sum::ExactSum;
pub use extent::Extent;
pub(crate) use forest::{GOLDEN_GAMMA, pick};
pub use forest::{Summary, Total, mix, scramble};
pub use weight::{Numbers, Weight, Weights, float_key, integer_key, key_float, key_integer};

/// The largest number of vertices: ids are `u32`, and n itself must fit one.
pub const MOST_VERTICES: u64 = u32::MAX as u64;
