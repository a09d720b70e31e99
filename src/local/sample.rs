//! A sample of many records.

use super::edge_like::EdgeLike;
use crate::graph::pick;

/// The largest number of records in a sample.
const SAMPLE: usize = 1 << 12;

/// Keys and positions of records at pseudo-random positions, sorted; the same for the same pieces.
///
/// Evenly spaced positions would see one column of a grid.
pub(crate) fn sample<R: EdgeLike>(pieces: &[&[R]]) -> Vec<(R::Key, usize)> {
    let m: usize = pieces.iter().map(|piece| piece.len()).sum();
    let stride = m.div_ceil(SAMPLE).max(1);
    let mut sample = Vec::with_capacity(SAMPLE);
    let mut start = 0;
    for piece in pieces {
        for stratum in start / stride..(start + piece.len()).div_ceil(stride) {
            let position = pick(stratum * stride..(stratum + 1) * stride, stratum as u64);
            if let Some(record) = position.checked_sub(start).and_then(|at| piece.get(at)) {
                sample.push((record.key(), position));
            }
        }
        start += piece.len();
    }
    sample.sort_unstable();
    sample
}
