//! How much memory a rank may use for edges, and what happens to them.

use super::ids::VertexNumbers;
use super::join::rekeyed;
use super::{Memory, Request};
use crate::comm::Comm;
use crate::error::Result;
use crate::graph::{Batch, Edge, Edges, Weights};
use std::ops::RangeInclusive;

/// Memory that a rank needs, in multiples of the largest number of edges it holds: the edges being
/// folded, the work on them, half as much for the edges read meanwhile, and some room to spare.
pub(super) const COPIES: u64 = 3;
/// Bytes for the id at each end of an edge, where ids are listed: in the lists of batches, in one list of
/// all, and while that is sorted and vertices are numbered.
pub(super) const LISTED_BYTES: u64 = 24;
/// Bytes that a fold needs for each vertex.
pub(super) const VERTEX_BYTES: u64 = 8;

/// Bytes that a process needs for itself and its MPI library.
const PROCESS: u64 = if cfg!(test) { 0 } else { 32 << 20 };
/// Bytes that are read at once: the least and the most.
pub(super) const BLOCK: RangeInclusive<u64> = if cfg!(test) { 64 } else { 1 << 18 }..=1 << 24;

/// A block takes the budget divided by this.
pub(super) const BLOCKS: u64 = 64;

/// One line may take the budget divided by this: in METIS, a line holds all neighbours of a vertex.
const LINE: u64 = 4;

/// Bytes that are read at once if the edges are shown and not held.
const SHOWN: u64 = 1 << 20;

/// What happens to the edges.
pub(super) enum Sink<'a> {
    /// They are held, within a budget.
    Hold(Budget),
    /// They are shown once.
    Show(Shown<'a>),
}

impl Sink<'_> {
    /// Whether edges are held for a maximum forest.
    pub(super) fn descending(&self) -> bool {
        matches!(self, Self::Hold(Budget { descending: true, .. }))
    }

    /// The bytes to read at once: few, compared with what may be held.
    pub(super) fn block(&self) -> u64 {
        match self {
            Self::Hold(Budget { memory: Memory::Folding(bytes), .. }) => {
                (bytes / BLOCKS).clamp(*BLOCK.start(), *BLOCK.end())
            }
            Self::Hold(_) => *BLOCK.end(),
            Self::Show(_) => SHOWN,
        }
    }

    /// The bytes that one line may take.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Hold(Budget { memory: Memory::Folding(bytes), .. }) => (bytes / LINE).max(SHOWN),
            Self::Hold(_) | Self::Show(_) => u64::MAX,
        }
    }
}

/// A callback that is shown some consecutive edges.
pub(super) type Visit<'a> = &'a mut (dyn FnMut(&[Edge<u64>]) -> Result<()> + Send);

/// To whom edges are shown, and how.
pub(super) struct Shown<'a> {
    /// They have the 64-bit keys for these weights.
    pub(super) weights: Weights,
    /// The numbers of the vertices, where those are not their ids.
    pub(super) numbers: Option<&'a VertexNumbers>,
    /// Batches with ids that this rank did not have when it first read: they are shown later, when all
    /// ranks can ask for the numbers.
    pub(super) deferred: &'a mut Vec<Batch>,
    pub(super) visit: Visit<'a>,
}

impl Shown<'_> {
    /// Shows the edges of a batch, or defers it.
    ///
    /// # Errors
    /// As `visit`.
    pub(super) fn show(&mut self, batch: Batch) -> Result<()> {
        let mut batch = batch;
        let is_numbered = match self.numbers {
            Some(numbers) => numbers.renumber(&mut batch),
            None => batch.ids().is_none(),
        };
        if !is_numbered {
            self.deferred.push(batch);
            return Ok(());
        }
        match rekeyed(batch, self.weights.widened()) {
            Edges::Wide(edges) => (self.visit)(&edges),
            Edges::Narrow(_) => unreachable!("the keys were converted to 64 bits"),
        }
    }
}

/// How much a rank may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) memory: Memory,
    /// Whether heavier edges come first.
    pub(super) descending: bool,
    /// This rank's part of the bytes that its process needs for itself.
    pub(super) process: u64,
}

impl Budget {
    /// The budget that `request` gives each rank of `comm`.
    pub(super) fn of(comm: &Comm, request: &Request<'_>) -> Self {
        let sharing = if comm.topology().one_process { comm.size() as u64 } else { 1 };
        let Request { memory, descending, .. } = *request;
        Self { memory, descending, process: PROCESS / sharing }
    }
}
