//! What a reader of graphs has to know; how its edges are taken in is the same for all.

use super::assignment::Assignment;
use super::fold_buffer::FoldBuffer;
use super::outline::Told;
use super::segment::Segment;
use crate::comm::{Comm, Progress};
use crate::error::Result;
use crate::format::Census;
use crate::graph::{Batch, Numbers};
use std::ops::Range;

/// What was counted of the edges of all ranks.
pub(super) struct Seen {
    pub(super) census: Census,
    /// The kind of number that the weights are.
    pub(super) numbers: Numbers,
    /// Whether some rank has dropped edges by comparing integers that no `f64` holds.
    pub(super) beyond_floats: bool,
    /// Whether edges were folded for a checkpoint.
    pub(super) saved: bool,
}

/// What is known of a graph when all of it was seen.
pub(super) struct Conclusion {
    pub(super) n: u64,
    /// Whether the largest id tells that, and no header does.
    pub(super) n_by_ids: bool,
    /// What is to be said of how it was read, a line each.
    pub(super) notes: Vec<String>,
}

/// A graph that is being read.
pub(super) trait Described: Sync {
    /// What it tells before its edges are read.
    fn told(&self) -> Told;

    /// Holds what it told against what was `seen`.
    ///
    /// # Errors
    /// [`crate::Error::Content`] if they differ.
    fn conclude(&self, seen: &Seen) -> Result<Conclusion>;
}

/// One whose parts are read by the ranks that need them.
pub(super) trait Reader: Described {
    /// What tells the graph from others, in words.
    fn identity(&self) -> String;

    /// All of it, in its own units.
    fn whole(&self) -> Range<u64>;

    /// Moves a cut in a rest to where it can be cut, at that place or further on.
    ///
    /// # Errors
    /// If the input cannot be read.
    fn cut(&self, rest: &Range<u64>, at: u64) -> Result<u64>;

    /// Prepares to read this rank's part into `buffer`; what reading all of it will come to, in the steps that
    /// [`Reader::next`] counts. Called by all ranks.
    ///
    /// # Errors
    /// If the input cannot be read, or what it takes does not fit this host's memory.
    fn prepare(
        &mut self,
        comm: &Comm,
        assignment: &mut Assignment,
        buffer: &FoldBuffer<'_>,
    ) -> Result<u64>;

    /// What the next units of a segment's rest hold, which begins behind them then and has counted them; `None`
    /// at its end. Adds to what is done of `progress`.
    ///
    /// # Errors
    /// Whatever is wrong with the input, with its place.
    fn next(&self, segment: &mut Segment, progress: &Progress) -> Result<Option<Vec<Batch>>>;
}

/// One that rank 0 reads for all.
pub(super) trait Dealt: Described {
    /// What a block of this rank's part holds, where `census` was counted of the part before it; it is counted, too,
    /// then.
    ///
    /// # Errors
    /// Whatever is wrong with the input, with its place.
    fn decode(&self, block: &[u8], census: &mut Census, progress: &Progress) -> Result<Vec<Batch>>;
}
