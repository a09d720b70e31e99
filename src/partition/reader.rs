//! The traits of a reader of graphs. How its edges are loaded is the same for all readers
//! (`loader`).

use super::assignment::Assignment;
use super::fold_buffer::FoldBuffer;
use super::outline::GraphFacts;
use super::segment::Segment;
use crate::comm::{Comm, Progress};
use crate::error::{ContentFault, Error, Result};
use crate::format::Census;
use crate::graph::{Batch, Numbers};
use std::ops::Range;
use std::path::Path;

/// The counts over the edges of all ranks.
pub(super) struct TotalCounts {
    pub(super) census: Census,
    /// The kind of number that the weights are.
    pub(super) numbers: Numbers,
    /// Whether some rank has dropped edges by comparing integers that `f64` cannot represent
    /// exactly.
    pub(super) beyond_floats: bool,
    /// Whether edges were folded for a checkpoint.
    pub(super) saved: bool,
}

impl TotalCounts {
    /// Refuses weights of which some were compared as integers and would be ties as floats.
    ///
    /// # Errors
    /// [`Error::Content`] with the path of the input.
    pub(super) fn check_floats(&self, path: &Path) -> Result<()> {
        if self.numbers == Numbers::Floats && self.beyond_floats {
            let what = if self.saved {
                "some weights are floats and some are integers beyond 2^53, which may become \
                 equal as floats; --checkpoint folded some as integers before the first float was \
                 read: leave it out, or write all weights as floats, for example \
                 9007199254740993.0"
            } else {
                "some weights are floats and some are integers beyond 2^53; such weights must be \
                 in memory together: give a larger --memory"
            };
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        Ok(())
    }
}

/// What is known of a graph after all of it was read.
pub(super) struct Conclusion {
    pub(super) n: u64,
    /// Whether n follows from the largest id, since no header gives it.
    pub(super) n_by_ids: bool,
    /// Notes for the user on how it was read, one line each.
    pub(super) notes: Vec<String>,
}

/// A graph that is being read.
pub(super) trait GraphInput: Sync {
    /// What is known before its edges are read.
    fn facts(&self) -> GraphFacts;

    /// Compares what was known before with what was `seen`.
    ///
    /// # Errors
    /// [`crate::Error::Content`] if they differ.
    fn conclude(&self, seen: &TotalCounts) -> Result<Conclusion>;
}

/// A graph whose parts are read by the ranks that need them.
pub(super) trait Reader: GraphInput {
    /// Words that distinguish the graph from others.
    fn identity(&self) -> String;

    /// The whole input, in its own units.
    fn whole(&self) -> Range<u64>;

    /// The part of it that is this rank's, if each rank can read only its own.
    fn own(&self) -> Option<Range<u64>> {
        None
    }

    /// Moves the cut `at` inside `rest` to a position at or after it where the input can be cut.
    ///
    /// # Errors
    /// If the input cannot be read.
    fn cut(&self, rest: &Range<u64>, at: u64) -> Result<u64>;

    /// Prepares to read this rank's part into `buffer`. Returns the total of the steps that
    /// [`Reader::next`] will count: all that is unread, unless a reader has more to do. Called by all
    /// ranks.
    ///
    /// # Errors
    /// If the input cannot be read, or does not fit this host's memory.
    fn prepare(
        &mut self,
        _: &Comm,
        assignment: &mut Assignment,
        _: &FoldBuffer<'_>,
    ) -> Result<u64> {
        Ok(assignment.unread())
    }

    /// Reads the next units of a segment's rest; `None` at its end. Moves the start of the rest
    /// behind them, and adds them to the segment's counts and to what is done of `progress`.
    ///
    /// # Errors
    /// Whatever is wrong with the input, with its place.
    fn next(&self, segment: &mut Segment, progress: &Progress) -> Result<Option<Vec<Batch>>>;
}

/// A graph that rank 0 reads for all.
pub(super) trait RootReader: GraphInput {
    /// The edges in a block of this rank's part. `census` has the counts of the part before it;
    /// those of the block are added.
    ///
    /// # Errors
    /// Whatever is wrong with the input, with its place.
    fn decode(&self, block: &[u8], census: &mut Census, progress: &Progress) -> Result<Vec<Batch>>;
}
