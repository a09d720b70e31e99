//! Edges as readers make them, and their forest.

use super::segment::Held;
use crate::graph::{Edge, Edges, Key, Numbers, Raw, Weights, integer_key, with_edges};
use crate::local::fold;

/// The integers up to here are floats too.
const EXACT: i64 = 1 << 53;

/// Some consecutive edges of the input, as a reader makes them.
pub(super) trait Batch: Send + Sized {
    /// How many there are.
    fn len(&self) -> usize;

    /// How they are held.
    fn held(&self) -> Held;

    /// The edges as plain old data.
    fn bytes(&self) -> &[u8];

    /// The edges of [`Batch::bytes`] that were held so; of text the loops are counted elsewhere.
    fn restore(held: Held, bytes: &[u8]) -> Self;

    /// The largest vertex + 1, where no header tells how many there are.
    fn bound(&self) -> u64;

    /// The forest of consecutive pieces, in which edges of equal weight keep their order; `n` is no
    /// less than any piece's bound.
    fn fold(pieces: Vec<Self>, n: usize, descending: bool) -> Self;

    /// The edges with canonical keys of the numbers that `weights` are.
    fn canonical(self, weights: Weights) -> Vec<Edge<u64>>;
}

impl Batch for Raw {
    fn len(&self) -> usize {
        self.edges.len()
    }

    fn held(&self) -> Held {
        Held { narrow: false, numbers: self.numbers, beyond_floats: self.beyond_floats }
    }

    fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.edges)
    }

    fn restore(held: Held, bytes: &[u8]) -> Self {
        let edges: Vec<Edge<u64>> = bytemuck::pod_collect_to_vec(bytes);
        let bound = edges.iter().map(|e| u64::from(e.u.max(e.v)) + 1).max().unwrap_or(0);
        let Held { numbers, beyond_floats, .. } = held;
        Self { edges, numbers, loops: 0, bound, lowest: u64::MAX, beyond_floats }
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
            extent.lowest < *exact.start()
                || extent.lowest <= extent.highest && extent.highest > *exact.end()
        };
        // What an earlier fold has dropped stays dropped when floats come.
        let dropped = pieces.iter().any(|piece| piece.beyond_floats);
        let beyond_floats = dropped || !floats && pieces.iter().any(beyond);
        let lists = pieces.into_iter().map(|piece| piece.edges).collect();
        Self {
            edges: forest(lists, n, descending),
            numbers,
            loops: 0,
            bound,
            lowest: u64::MAX,
            beyond_floats,
        }
    }

    fn canonical(self, weights: Weights) -> Vec<Edge<u64>> {
        let mut piece = self;
        if weights.numbers() == Numbers::Floats {
            piece.make_floats();
        }
        piece.edges
    }
}

impl Batch for Edges {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn held(&self) -> Held {
        let narrow = matches!(self, Self::Narrow(_));
        Held { narrow, numbers: Numbers::Integers, beyond_floats: false }
    }

    fn bytes(&self) -> &[u8] {
        with_edges!(self, list => bytemuck::cast_slice(list))
    }

    fn restore(held: Held, bytes: &[u8]) -> Self {
        if held.narrow {
            Self::Narrow(bytemuck::pod_collect_to_vec(bytes))
        } else {
            Self::Wide(bytemuck::pod_collect_to_vec(bytes))
        }
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

    fn canonical(self, weights: Weights) -> Vec<Edge<u64>> {
        // As they were read, before an order was turned round.
        let held = if weights.descending() { weights.reversed() } else { weights };
        self.iter().map(|e| Edge { key: held.canonical(e.key), ..e }).collect()
    }
}

fn forest<K: Key>(lists: Vec<Vec<Edge<K>>>, n: usize, descending: bool) -> Vec<Edge<K>> {
    let mut lists = lists;
    if descending {
        lists.iter_mut().for_each(|list| complement(list));
    }
    let slices: Vec<&[Edge<K>]> = lists.iter().map(Vec::as_slice).collect();
    let mut forest = fold(n, &slices);
    if descending {
        complement(&mut forest);
    }
    forest
}

/// Turns the order of the keys round.
pub(super) fn complement<K: Key>(edges: &mut [Edge<K>]) {
    edges.iter_mut().for_each(|e| e.key = !e.key);
}
