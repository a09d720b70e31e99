//! Gather: every rank's forest goes to rank 0, which merges them all.
//!
//! The plain way that the others are measured against: rank 0 receives up to (p - 1)(n - 1) edges.

use super::merge_tree::{Climbed, climb};
use crate::comm::Comm;
use crate::local::EdgeLike;

/// Vertices times ranks, up to which a gather costs less than the latency of anything else.
pub(in crate::distributed) const CHEAP: usize = if cfg!(test) { 1 << 4 } else { 1 << 16 };

/// Returns this rank's part of the minimum spanning forest that the forests of all ranks have
/// together, on the vertices `0..n`; on rank 0 the components, too.
///
/// `run` is this rank's forest, sorted by key, and of equal keys by position; ranks are in the order of
/// positions.
///
/// # Complexity
/// A rank sends its forest, coded, and receives a bit an edge. Rank 0 receives all of them, merges in
/// O(pn log p) and joins in O(pn α(n)).
pub(in crate::distributed) fn gather<R: EdgeLike>(comm: &Comm, n: usize, run: &[R]) -> Climbed<R> {
    climb(comm, n, run, &[(comm.rank() > 0).then_some(0)])
}
