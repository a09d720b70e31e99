//! Gather: every rank's forest goes to rank 0, which merges them all.
//!
//! The plain way, against which the others are measured: rank 0 receives up to (p - 1)(n - 1)
//! edges.

use super::merge_tree::{Merged, merge_up};
use crate::comm::Comm;
use crate::local::EdgeLike;

/// Up to this product of vertices and ranks, a gather costs less than the latency of any other way.
pub(in crate::distributed) const CHEAP: usize = if cfg!(test) { 1 << 4 } else { 1 << 16 };

/// Returns this rank's part of the minimum spanning forest of all ranks' forests, on the vertices
/// `0..n`; on rank 0 also the components.
///
/// `run` is this rank's forest, sorted by key and then by position. Positions rise with the rank.
///
/// # Complexity
/// A rank sends its forest, coded, and receives one bit per edge. Rank 0 receives all forests,
/// merges them in O(pn log p) and joins them in O(pn α(n)).
pub(in crate::distributed) fn gather<R: EdgeLike>(comm: &Comm, n: usize, run: &[R]) -> Merged<R> {
    merge_up(comm, n, run, &[(comm.rank() > 0).then_some(0)])
}
