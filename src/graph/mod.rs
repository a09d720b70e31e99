//! The types everyone shares: edges, weights, edge lists, forests and their checksum. No I/O, no threads.

mod edge;
mod edge_list;
mod exact_sum;
mod forest;
mod raw;
mod weight;

pub use edge::{Edge, Key, Vertex};
pub use edge_list::{Edges, Slice, with_edges};
pub use exact_sum::ExactSum;
pub(crate) use forest::{GOLDEN_GAMMA, pick};
pub use forest::{Summary, Total, mix, scramble};
pub use raw::{Extent, Raw};
pub use weight::{Numbers, Weight, Weights, float_key, integer_key, key_float, key_integer};

/// More vertices than this cannot be: the ids are `u32`, and n itself must fit one.
pub const MOST_VERTICES: u64 = u32::MAX as u64;
