//! From parsed pieces to a slice: all ranks agree on n, m and how weights are held.

use crate::comm::{Comm, Reduction};
use crate::error::{Error, Result};
use crate::format::Census;
use crate::graph::{Extent, Numbers, Raw, Slice, Weights};
use rayon::prelude::*;
use std::path::Path;

/// The slice of this rank's `pieces`, in order, with keys of 32 bits if all ranks' weights fit; `mine`
/// is what was counted when they were read; `saved` says whether they were folded for a checkpoint.
///
/// # Errors
/// [`Error::Content`] if integers beyond 2^53 were folded and turn out to stand among floats.
pub(super) fn assemble(
    comm: &Comm,
    path: &Path,
    n: u64,
    mine: Census,
    pieces: Vec<Raw>,
    saved: bool,
) -> Result<Slice> {
    let mut pieces = pieces;
    let mut sums = [mine.records - mine.loops, mine.loops];
    comm.all_reduce(&mut sums, Reduction::Sum);
    let floats = pieces.iter().any(|piece| piece.numbers == Numbers::Floats);
    let beyond = pieces.iter().any(|piece| piece.beyond_floats);
    let mut any = [u64::from(floats), u64::from(beyond)];
    comm.all_reduce(&mut any, Reduction::BitwiseOr);
    if any == [1, 1] {
        let what = if saved {
            "some weights are floats and some are integers beyond 2^53, which are floats, too, then and may be \
             equal: --checkpoint has folded some of them as integers before the first float was read; leave it \
             out, or write all weights as floats, as 9007199254740993.0"
        } else {
            "some weights are floats and some are integers beyond 2^53, which have to be in memory together; \
             say --memory with more"
        };
        return Err(Error::content(path, what));
    }
    let numbers = if any[0] == 1 { Numbers::Floats } else { Numbers::Integers };
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
    comm.all_reduce(&mut range, Reduction::Minimum);
    let weights = Weights::narrowest(numbers, range[0], !range[1], range[2] == 1);
    let edges = comm.compute(|| Raw::hold(pieces, weights));
    Ok(Slice { n, m: sums[0], loops: sums[1], edges, weights })
}
