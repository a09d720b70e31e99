//! Taking edges in, and folding them where they are more than a rank may hold.
//!
//! MSF(A + B) = MSF(MSF(A) + B), so a rank may replace the edges it holds by their forest whenever it
//! likes, as long as positions keep their order. The next edges are read meanwhile.

use super::batch::{Batch, complement};
use super::{Memory, Request};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::graph::{Edge, Weights};
use std::ops::RangeInclusive;

/// Copies of the most edges held that a rank needs at once: what is folded, the work on it, and half of
/// that again for what is read meanwhile, with room to spare.
const COPIES: u64 = 3;
/// What a fold needs for each vertex, bytes.
const VERTEX_BYTES: u64 = 8;

/// What a process takes for itself and its MPI, bytes.
const PROCESS: u64 = if cfg!(test) { 0 } else { 32 << 20 };
/// Bytes that are read at once, at most and at least.
const BLOCK: RangeInclusive<u64> = if cfg!(test) { 64 } else { 1 << 18 }..=1 << 24;

/// The part of the budget that one line may take: of METIS a line holds all neighbours of a vertex.
const LINE: u64 = 4;

/// Bytes that are read at once to be shown and forgotten.
const SHOWN: u64 = 1 << 20;

/// What edges are taken in for.
pub(super) enum Purpose<'a> {
    /// To be held.
    Hold(Budget),
    /// To be shown once, with the keys of these weights in 64 bits.
    Show(Weights, Visit<'a>),
}

impl Purpose<'_> {
    /// Whether edges are held for a maximum forest.
    pub(super) fn descending(&self) -> bool {
        matches!(self, Self::Hold(Budget { descending: true, .. }))
    }

    /// The bytes that are best read at once: little beside what may be held.
    pub(super) fn block(&self) -> u64 {
        match self {
            Self::Hold(Budget { memory: Memory::Folding(bytes), .. }) => {
                (bytes / 64).clamp(*BLOCK.start(), *BLOCK.end())
            }
            Self::Hold(_) => *BLOCK.end(),
            Self::Show(..) => SHOWN,
        }
    }
}

impl Purpose<'_> {
    /// The bytes that one line may take.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Hold(Budget { memory: Memory::Folding(bytes), .. }) => (bytes / LINE).max(SHOWN),
            Self::Hold(_) | Self::Show(..) => u64::MAX,
        }
    }
}

/// Sees some consecutive edges.
pub(super) type Visit<'a> = &'a mut (dyn FnMut(&[Edge<u64>]) -> Result<()> + Send);

/// How much a rank may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) memory: Memory,
    /// Whether heavier comes first.
    pub(super) descending: bool,
    /// This rank's part of what its process takes for itself, bytes.
    pub(super) process: u64,
}

impl Budget {
    /// What `request` gives each rank of `comm`.
    pub(super) fn of(comm: &Comm, request: &Request<'_>) -> Self {
        let sharing = if comm.topology().one_process { comm.size() as u64 } else { 1 };
        let Request { memory, descending, .. } = *request;
        Self { memory, descending, process: PROCESS / sharing }
    }
}

/// What a rank holds of the edges that it has taken in.
pub(super) struct FoldBuffer<'a, P> {
    purpose: Purpose<'a>,
    /// The number of vertices, as far as it is known.
    n: u64,
    /// How many edges are held.
    len: usize,
    /// The edges, or what stands for them, in the order of the input.
    pub(super) pieces: Vec<P>,
    /// How often they were folded.
    pub(super) folds: u64,
}

impl<'a, P: Batch> FoldBuffer<'a, P> {
    /// Nothing yet, of a graph of `n` vertices if a header tells.
    pub(super) fn new(purpose: Purpose<'a>, n: Option<u64>) -> Self {
        Self { purpose, n: n.unwrap_or(0), len: 0, pieces: Vec::new(), folds: 0 }
    }

    /// Takes in all that `next` gives, on the current rayon pool: while what is held is folded, the
    /// next edges are read.
    ///
    /// # Errors
    /// As `next`; [`Error::TooLarge`] if the budget does not hold the forests of so many vertices.
    pub(super) fn pull(
        &mut self,
        mut next: impl FnMut() -> Result<Option<Vec<P>>> + Send,
    ) -> Result<()> {
        let mut ended = self.fill(&mut next, 1)?;
        while !ended {
            let budget = self.budget_to_fold()?;
            let held = std::mem::take(&mut self.pieces);
            let n = self.n as usize;
            let mut ahead = Self::new(Purpose::Hold(budget), Some(self.n));
            let (forest, read) = rayon::join(
                || P::fold(held, n, budget.descending),
                // Half, since the forest may take the other half.
                || ahead.fill(&mut next, 2),
            );
            ended = read?;
            self.replace(forest)?;
            self.add(ahead.pieces)?;
        }
        Ok(())
    }

    /// Takes in more, and folds what is held if that is too much.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the budget does not hold the forests of so many vertices.
    pub(super) fn push(&mut self, pieces: Vec<P>) -> Result<()> {
        self.add(pieces)?;
        if self.len < self.room() {
            return Ok(());
        }
        let budget = self.budget_to_fold()?;
        let held = std::mem::take(&mut self.pieces);
        self.replace(P::fold(held, self.n as usize, budget.descending))
    }

    /// Folds what is held, so that it is one forest, or nothing if nothing came.
    pub(super) fn settle(&mut self) -> Option<&P> {
        if let (Purpose::Hold(budget), false) = (&self.purpose, self.pieces.is_empty()) {
            let held = std::mem::take(&mut self.pieces);
            let forest = P::fold(held, self.n as usize, budget.descending);
            (self.len, self.folds) = (forest.len(), self.folds + 1);
            self.pieces = vec![forest];
        }
        self.pieces.first()
    }

    /// Takes in what `next` gives up to a `share` of the room; whether that was all.
    fn fill(
        &mut self,
        next: &mut impl FnMut() -> Result<Option<Vec<P>>>,
        share: usize,
    ) -> Result<bool> {
        while self.len < self.room() / share {
            match next()? {
                Some(pieces) => self.add(pieces)?,
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    fn add(&mut self, pieces: Vec<P>) -> Result<()> {
        let len = pieces.iter().map(P::len).sum::<usize>();
        if let Purpose::Show(weights, visit) = &mut self.purpose {
            // One without edges of each kind, which says what numbers there were.
            for held in pieces.iter().map(P::held) {
                if !self.pieces.iter().any(|kept| kept.held() == held) {
                    self.pieces.push(P::restore(held, &[]));
                }
            }
            return pieces.into_iter().try_for_each(|piece| {
                let mut edges = piece.canonical(*weights);
                if weights.descending() {
                    complement(&mut edges);
                }
                visit(&edges)
            });
        }
        self.n = pieces.iter().map(P::bound).fold(self.n, u64::max);
        self.len += len;
        self.pieces.extend(pieces);
        Ok(())
    }

    /// The budget, where what is held may be folded and that will do.
    fn budget_to_fold(&self) -> Result<Budget> {
        match self.purpose {
            Purpose::Hold(budget @ Budget { memory: Memory::Folding(_), .. })
                if self.room() > 1 =>
            {
                Ok(budget)
            }
            _ => Err(self.too_large()),
        }
    }

    /// Puts the forest in the place of what was held.
    fn replace(&mut self, forest: P) -> Result<()> {
        (self.len, self.folds) = (forest.len(), self.folds + 1);
        if self.len > self.room() / 2 {
            return Err(self.too_large());
        }
        self.pieces = vec![forest];
        Ok(())
    }

    fn too_large(&self) -> Error {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let Purpose::Hold(Budget { memory, .. }) = self.purpose else {
            unreachable!("edges that are only shown take no room")
        };
        let (needed, left) = match memory {
            Memory::Folding(bytes) => {
                (Some(self.besides() + COPIES * self.bytes(2 * self.len + 2)), bytes)
            }
            Memory::Within(bytes) => (None, bytes),
            Memory::Unlimited => unreachable!("there is always room"),
        };
        let what = match needed {
            Some(needed) => format!(
                "the forest of {} vertices and the edges that come next take {:.1} MB and more, and a \
                 rank may take {:.1} MB; say --memory with more, or use fewer ranks a host",
                self.n,
                megabytes(needed),
                megabytes(left)
            ),
            None => format!(
                "the edges take more than the {:.1} MB that this host has left for a rank; use more \
                 hosts, or mst solve, which folds them as they are read",
                megabytes(left)
            ),
        };
        Error::TooLarge { needed: needed.map(u128::from), left: Some(left), what }
    }

    fn bytes(&self, len: usize) -> u64 {
        len as u64 * self.pieces.first().map_or(16, |piece| piece.held().edge_bytes()) as u64
    }

    /// Whether so many edges are to be held, and all at once: they fit, or may not be folded.
    pub(super) fn holds(&self, edges: u64) -> bool {
        match self.purpose {
            Purpose::Hold(Budget { memory: Memory::Folding(_), .. }) => {
                usize::try_from(edges).is_ok_and(|edges| edges < self.room())
            }
            Purpose::Hold(_) => true,
            Purpose::Show(..) => false,
        }
    }

    /// How many edges may be held.
    fn room(&self) -> usize {
        let Purpose::Hold(budget) = self.purpose else { return usize::MAX };
        let room = match budget.memory {
            Memory::Unlimited => return usize::MAX,
            Memory::Within(bytes) => bytes / (2 * self.bytes(1)),
            Memory::Folding(bytes) => {
                bytes.saturating_sub(self.besides()) / (COPIES * self.bytes(1))
            }
        };
        usize::try_from(room).unwrap_or(usize::MAX).max(1)
    }

    /// What folding needs besides the edges, bytes.
    fn besides(&self) -> u64 {
        let process = match self.purpose {
            Purpose::Hold(Budget { process, .. }) => process,
            Purpose::Show(..) => 0,
        };
        process + VERTEX_BYTES * self.n + COPIES * self.purpose.block()
    }
}
