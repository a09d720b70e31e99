//! Taking edges in, and folding them where they are more than a rank may hold.
//!
//! MSF(A + B) = MSF(MSF(A) + B), so a rank may replace the edges it holds by their forest whenever it
//! likes, as long as positions keep their order. The next edges are read meanwhile.

use crate::error::{Error, Result};
use crate::graph::{Edge, Edges, Key, Numbers, Raw, integer_key};
use crate::local::fold;

/// Copies of its edges that a rank needs at most: what it holds, two more while these are folded, and
/// what is read meanwhile.
const COPIES: u64 = 4;
/// What a fold needs for each vertex, bytes.
const VERTEX_BYTES: u64 = 8;

/// The integers up to here are floats too.
const EXACT: i64 = 1 << 53;

/// How much a rank may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// The memory for edges and all work on them, bytes; without it there is no limit.
    pub(super) bytes: Option<u64>,
    /// Whether heavier comes first.
    pub(super) descending: bool,
}

/// Some consecutive edges of the input, as a reader makes them.
pub(super) trait Piece: Send + Sized {
    /// How many there are.
    fn len(&self) -> usize;

    /// The bytes of one.
    fn edge_bytes(&self) -> usize;

    /// The largest vertex + 1, where no header tells how many there are.
    fn bound(&self) -> u64;

    /// The forest of consecutive pieces, in which edges of equal weight keep their order; `n` is no
    /// less than any piece's bound.
    fn fold(pieces: Vec<Self>, n: usize, descending: bool) -> Self;
}

/// What a rank holds of the edges that it has taken in.
pub(super) struct Intake<P> {
    budget: Budget,
    /// The number of vertices, as far as it is known.
    n: u64,
    /// How many edges are held.
    len: usize,
    /// The edges, or what stands for them, in the order of the input.
    pub(super) pieces: Vec<P>,
    /// How often they were folded.
    pub(super) folds: u64,
}

impl<P: Piece> Intake<P> {
    /// Nothing yet, of a graph of `n` vertices if a header tells.
    pub(super) fn new(budget: Budget, n: Option<u64>) -> Self {
        Self { budget, n: n.unwrap_or(0), len: 0, pieces: Vec::new(), folds: 0 }
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
            let held = std::mem::take(&mut self.pieces);
            let (n, descending) = (self.n as usize, self.budget.descending);
            let mut ahead = Self::new(self.budget, Some(self.n));
            let (forest, read) = rayon::join(
                || P::fold(held, n, descending),
                // Half, since the forest may take the other half.
                || ahead.fill(&mut next, 2),
            );
            ended = read?;
            self.replace(forest)?;
            self.add(ahead.pieces);
        }
        Ok(())
    }

    /// Takes in more, and folds what is held if that is too much.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the budget does not hold the forests of so many vertices.
    pub(super) fn push(&mut self, pieces: Vec<P>) -> Result<()> {
        self.add(pieces);
        if self.len < self.room() {
            return Ok(());
        }
        let held = std::mem::take(&mut self.pieces);
        self.replace(P::fold(held, self.n as usize, self.budget.descending))
    }

    /// Takes in what `next` gives up to a `share` of the room; whether that was all.
    fn fill(
        &mut self,
        next: &mut impl FnMut() -> Result<Option<Vec<P>>>,
        share: usize,
    ) -> Result<bool> {
        while self.len < self.room() / share {
            match next()? {
                Some(pieces) => self.add(pieces),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    fn add(&mut self, pieces: Vec<P>) {
        self.n = pieces.iter().map(P::bound).fold(self.n, u64::max);
        self.len += pieces.iter().map(P::len).sum::<usize>();
        self.pieces.extend(pieces);
    }

    /// Puts the forest in the place of what was held.
    fn replace(&mut self, forest: P) -> Result<()> {
        (self.len, self.folds) = (forest.len(), self.folds + 1);
        let needed = VERTEX_BYTES * self.n + 2 * COPIES * self.bytes(self.len + 1);
        if self.len > self.room() / 2 {
            return Err(Error::TooLarge(format!(
                "a forest of {} edges on {} vertices and what comes next take {:.1} MB, more than the \
                 {:.1} MB that a rank may take; say --memory with more, or use fewer ranks a host",
                self.len,
                self.n,
                needed as f64 / 1e6,
                self.budget.bytes.unwrap_or(0) as f64 / 1e6
            )));
        }
        self.pieces = vec![forest];
        Ok(())
    }

    fn bytes(&self, len: usize) -> u64 {
        len as u64 * self.pieces.first().map_or(16, P::edge_bytes) as u64
    }

    /// How many edges may be held.
    fn room(&self) -> usize {
        let Some(bytes) = self.budget.bytes else { return usize::MAX };
        let room = bytes.saturating_sub(VERTEX_BYTES * self.n) / (COPIES * self.bytes(1));
        usize::try_from(room).unwrap_or(usize::MAX).max(1)
    }
}

impl Piece for Raw {
    fn len(&self) -> usize {
        self.edges.len()
    }

    fn edge_bytes(&self) -> usize {
        size_of::<Edge<u64>>()
    }

    fn bound(&self) -> u64 {
        self.bound
    }

    fn fold(pieces: Vec<Self>, n: usize, descending: bool) -> Self {
        let mut pieces = pieces;
        let floats = pieces.iter().any(|piece| piece.numbers == Numbers::Floats);
        if floats {
            pieces.iter_mut().for_each(Self::make_floats);
        }
        let numbers = if floats { Numbers::Floats } else { Numbers::Integers };
        let bound = pieces.iter().map(|piece| piece.bound).max().unwrap_or(0);
        let beyond = |piece: &Self| {
            let extent = piece.extent();
            let exact = integer_key(-EXACT)..=integer_key(EXACT);
            piece.beyond_floats
                || extent.lowest < *exact.start()
                || extent.lowest <= extent.highest && extent.highest > *exact.end()
        };
        let beyond_floats = !floats && pieces.iter().any(beyond);
        let lists = pieces.into_iter().map(|piece| piece.edges).collect();
        Self { edges: forest(lists, n, descending), numbers, loops: 0, bound, beyond_floats }
    }
}

impl Piece for Edges {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn edge_bytes(&self) -> usize {
        self.bytes_per_edge()
    }

    fn bound(&self) -> u64 {
        0
    }

    fn fold(pieces: Vec<Self>, n: usize, descending: bool) -> Self {
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        for piece in pieces {
            match piece {
                Self::Narrow(list) => narrow.push(list),
                Self::Wide(list) => wide.push(list),
            }
        }
        if wide.is_empty() {
            Self::Narrow(forest(narrow, n, descending))
        } else {
            Self::Wide(forest(wide, n, descending))
        }
    }
}

fn forest<K: Key>(lists: Vec<Vec<Edge<K>>>, n: usize, descending: bool) -> Vec<Edge<K>> {
    let mut lists = lists;
    let complement = |list: &mut Vec<Edge<K>>| list.iter_mut().for_each(|e| e.key = !e.key);
    if descending {
        lists.iter_mut().for_each(complement);
    }
    let slices: Vec<&[Edge<K>]> = lists.iter().map(Vec::as_slice).collect();
    let mut forest = fold(n, &slices);
    if descending {
        complement(&mut forest);
    }
    forest
}
