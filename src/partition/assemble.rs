//! From parsed pieces to a slice: all ranks agree on n, m and how weights are held.

use crate::comm::Comm;
use crate::graph::{Extent, Numbers, Raw, Slice, Weights};
use rayon::prelude::*;

/// The slice of this rank's `pieces`, in order, with keys of 32 bits if all ranks' weights fit.
pub(super) fn assemble(comm: &Comm, n: u64, pieces: Vec<Raw>) -> Slice {
    let mut pieces = pieces;
    let floats = pieces.iter().any(|piece| piece.numbers == Numbers::Floats);
    let count = |count: fn(&Raw) -> u64| pieces.iter().map(count).sum();
    let mut sums = [count(|piece| piece.edges.len() as u64), count(|piece| piece.loops)];
    comm.all_reduce(&mut sums, |a, b| a + b);
    let mut any_floats = [u64::from(floats)];
    comm.all_reduce(&mut any_floats, |a, b| a | b);
    let numbers = if any_floats[0] == 1 { Numbers::Floats } else { Numbers::Integers };
    let extent = comm.compute(|| {
        let extents = pieces.par_iter_mut().map(|piece| {
            if numbers == Numbers::Floats {
                piece.make_floats();
            }
            piece.extent()
        });
        extents.reduce(|| Extent::NONE, Extent::and)
    });
    let mut range = [extent.lowest, !extent.highest, u64::from(extent.singles)];
    comm.all_reduce(&mut range, u64::min);
    let weights = Weights::narrowest(numbers, range[0], !range[1], range[2] == 1);
    let edges = comm.compute(|| Raw::hold(pieces, weights));
    Slice { n, m: sums[0], loops: sums[1], edges, weights }
}
