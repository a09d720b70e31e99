//! Edges on the wire: sorted by key, packed, in streams that are merged while they arrive.

mod edges;
mod merge;
pub(super) mod pack;
mod stream;

pub(super) use edges::{decode_by_end, encode_by_end};
pub(super) use stream::{receive_runs, send_run};
