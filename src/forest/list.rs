//! Edges in memory in the layout of whoever has them, and how they become the library's own.

use super::{check_count, too_many};
use crate::error::{Error, Result};
use crate::graph::{
    Extent, IdList, Key, MOST_IDS, MOST_VERTICES, Numbers, Vertex, Weight, Weights, float_key,
    integer_key, is_numbered_anew,
};
use crate::local::{ContractedEdge, zeroed};
use rayon::prelude::*;
use std::ops::Range;

/// How many edges a thread reads at once: few enough for its nearest cache.
const PIECE: usize = 1 << 10;

/// Edges in memory in any layout: a list of tuples, columns, a sparse matrix.
///
/// They are read twice, in pieces, by several threads. If they change meanwhile, the answer is an
/// error.
pub trait EdgeList: Sync {
    /// How many edges there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What kind of number the weights are.
    fn numbers(&self) -> Numbers;

    /// Appends the edges at `positions`, which are below [`EdgeList::len`], to `piece`, their weights as
    /// `numbers`, which is what [`EdgeList::numbers`] has said.
    fn read(&self, positions: Range<usize>, numbers: Numbers, piece: &mut Piece);
}

/// Some edges of a list, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// One end of each edge.
    pub u: Vec<u64>,
    /// The other end of each edge.
    pub v: Vec<u64>,
    /// The weights, if they are integers.
    pub integers: Vec<i64>,
    /// The weights, if they are floats.
    pub floats: Vec<f64>,
}

impl<W: Copy + Into<Weight> + Sync> EdgeList for &[(Vertex, Vertex, W)] {
    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn numbers(&self) -> Numbers {
        let is_float = |&(.., weight): &(_, _, W)| matches!(weight.into(), Weight::Float(_));
        let any = self.par_iter().with_min_len(PIECE).any(is_float);
        if any { Numbers::Floats } else { Numbers::Integers }
    }

    fn read(&self, positions: Range<usize>, numbers: Numbers, piece: &mut Piece) {
        let edges = &self[positions];
        piece.u.extend(edges.iter().map(|&(u, ..)| u64::from(u)));
        piece.v.extend(edges.iter().map(|&(_, v, _)| u64::from(v)));
        for &(.., weight) in edges {
            match (weight.into(), numbers) {
                (Weight::Integer(weight), Numbers::Integers) => piece.integers.push(weight),
                (Weight::Integer(weight), Numbers::Floats) => piece.floats.push(weight as f64),
                (Weight::Float(weight), _) => piece.floats.push(weight),
            }
        }
    }
}

/// What the edges of a list are like.
#[derive(Clone, Copy)]
pub(super) struct Census {
    /// The number of vertices.
    pub(super) n: u64,
    /// How their weights are held.
    pub(super) weights: Weights,
}

/// Checks each edge of a list, and finds the number of its vertices, if `n` does not give it, and the
/// narrowest encoding of its weights.
///
/// # Errors
/// [`Error::Vertex`] or [`Error::Weight`] for the first edge that is wrong.
pub(super) fn census(list: &dyn EdgeList, n: Option<u64>) -> Result<Census> {
    check_count("edges", list.len())?;
    if let Some(n) = n
        && n > MOST_IDS
    {
        return Err(too_many("vertices", n));
    }
    let (end, numbers) = (n.unwrap_or(MOST_IDS), list.numbers());
    let look = |piece: &mut Piece, positions: Range<usize>| {
        piece.fill(list, positions.clone(), numbers);
        piece.look(positions.start, end, numbers)
    };
    let found = pieces(list).map_init(Piece::default, look).reduce(|| Found::NOTHING, Found::and);
    if let Some(wrong) = found.wrong {
        return Err(wrong.error());
    }
    let extent = found.extent.of_numbers(numbers);
    Ok(Census { n: n.unwrap_or(found.vertices), weights: Weights::narrowest(extent) })
}

/// The edges of a list with keys, and where they come from. Vertices are places in `ids`, if that is
/// given.
///
/// # Errors
/// [`Error::Changed`] if an edge is not what the census has seen.
pub(super) fn keyed<K: Key>(
    list: &dyn EdgeList,
    Census { n, weights }: Census,
    ids: Option<&IdList>,
) -> Result<Vec<ContractedEdge<K>>> {
    let vertex = |id: u64| match ids {
        Some(ids) => ids.place(id),
        None => (id < n).then_some(id as Vertex),
    };
    let numbers = weights.numbers();
    let mut edges = zeroed::<ContractedEdge<K>>(list.len()).into_vec();
    let pieces = edges.par_chunks_mut(PIECE).enumerate();
    pieces.try_for_each_init(Piece::default, |piece, (number, edges)| {
        let first = number * PIECE;
        piece.fill(list, first..first + edges.len(), numbers);
        for (at, edge) in edges.iter_mut().enumerate() {
            let (u, v) = (vertex(piece.u[at]), vertex(piece.v[at]));
            let key = weights.key(piece.weight(at, numbers)).and_then(K::narrow);
            let position = first + at;
            let (Some(u), Some(v), Some(key)) = (u, v, key) else {
                return Err(Error::Changed { position });
            };
            *edge = ContractedEdge { u, v, key, origin: position as u32 };
        }
        Ok(())
    })?;
    Ok(edges)
}

/// The ids at the edges of a list, if its vertices are numbered anew.
///
/// # Errors
/// [`Error::TooLarge`] if there are more than [`MOST_VERTICES`].
pub(super) fn ids(list: &dyn EdgeList, Census { n, weights }: Census) -> Result<Option<IdList>> {
    if !is_numbered_anew(n, list.len() as u64) {
        return Ok(None);
    }
    let ends = pieces(list).flat_map_iter(|positions| {
        let mut piece = Piece::default();
        piece.fill(list, positions, weights.numbers());
        piece.u.into_iter().chain(piece.v)
    });
    match IdList::unless_too_many(ends.collect()) {
        Some(ids) => Ok(Some(ids)),
        None => Err(too_many("vertices at edges", MOST_VERTICES + 1)),
    }
}

fn pieces(list: &dyn EdgeList) -> impl IndexedParallelIterator<Item = Range<usize>> {
    let m = list.len();
    let piece = move |number| number * PIECE..m.min((number + 1) * PIECE);
    (0..m.div_ceil(PIECE)).into_par_iter().map(piece)
}

impl Piece {
    /// Reads some edges of a list, and forgets those that it had.
    ///
    /// # Panics
    /// If the list does not give as many as it says.
    fn fill(&mut self, list: &dyn EdgeList, positions: Range<usize>, numbers: Numbers) {
        self.u.clear();
        self.v.clear();
        self.integers.clear();
        self.floats.clear();
        let len = positions.len();
        list.read(positions, numbers, self);
        let weights = match numbers {
            Numbers::Integers => self.integers.len(),
            Numbers::Floats => self.floats.len(),
        };
        assert_eq!([self.u.len(), self.v.len(), weights], [len; 3], "a list gives each edge once");
    }

    fn weight(&self, at: usize, numbers: Numbers) -> Weight {
        match numbers {
            Numbers::Integers => Weight::Integer(self.integers[at]),
            Numbers::Floats => Weight::Float(self.floats[at]),
        }
    }

    /// Looks at the edges, the first of which is at position `first` of a list whose ids must be below
    /// `end`.
    fn look(&self, first: usize, end: u64, numbers: Numbers) -> Found {
        let largest =
            |ids: &[u64]| ids.iter().copied().fold(None, |a: Option<u64>, b| a.max(Some(b)));
        let largest = largest(&self.u).max(largest(&self.v));
        let vertices = largest.map_or(0, |largest| largest.saturating_add(1));
        let finite = self.floats.iter().all(|weight| weight.is_finite());
        if vertices > end || !finite {
            return Found { wrong: self.first_wrong(first, end, numbers), ..Found::NOTHING };
        }
        let extent = match numbers {
            Numbers::Integers => Extent::of(numbers, self.integers.iter().map(|w| integer_key(*w))),
            Numbers::Floats => {
                let key = |weight: &f64| float_key(*weight).expect("they are finite");
                Extent::of(numbers, self.floats.iter().map(key))
            }
        };
        Found { vertices, extent, wrong: None }
    }

    /// The first edge with a larger end that is not below `end`, or else a weight that is not finite.
    fn first_wrong(&self, first: usize, end: u64, numbers: Numbers) -> Option<Wrong> {
        (0..self.u.len()).find_map(|at| {
            let (position, vertex) = (first + at, self.u[at].max(self.v[at]));
            match self.weight(at, numbers) {
                _ if vertex >= end => Some(Wrong::Vertex { position, vertex, n: end }),
                Weight::Float(weight) if !weight.is_finite() => {
                    Some(Wrong::Weight { position, weight })
                }
                _ => None,
            }
        })
    }
}

/// What a part of a list is like.
#[derive(Clone, Copy)]
struct Found {
    /// One more than its largest id.
    vertices: u64,
    /// The range of its weights.
    extent: Extent,
    /// What is wrong with its first edge that is wrong.
    wrong: Option<Wrong>,
}

/// What is wrong with an edge.
#[derive(Clone, Copy)]
enum Wrong {
    Vertex { position: usize, vertex: u64, n: u64 },
    Weight { position: usize, weight: f64 },
}

impl Wrong {
    fn error(self) -> Error {
        match self {
            Self::Vertex { position, vertex, n } => Error::Vertex { position, vertex, n },
            Self::Weight { position, weight } => Error::Weight { position, weight },
        }
    }
}

impl Found {
    const NOTHING: Self = Self { vertices: 0, extent: Extent::NONE, wrong: None };

    /// What both parts are like. The edges of `self` come first.
    fn and(self, other: Self) -> Self {
        Self {
            vertices: self.vertices.max(other.vertices),
            extent: self.extent.and(other.extent),
            wrong: self.wrong.or(other.wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Wanted, forest_of};
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Edges whose first weight is another one from the second look on.
    struct Changing {
        looks: AtomicUsize,
        weights: [f64; 2],
    }

    impl EdgeList for Changing {
        fn len(&self) -> usize {
            1
        }

        fn numbers(&self) -> Numbers {
            Numbers::Floats
        }

        fn read(&self, _: Range<usize>, _: Numbers, piece: &mut Piece) {
            piece.u.push(0);
            piece.v.push(1);
            piece.floats.push(self.weights[self.looks.fetch_add(1, Relaxed).min(1)]);
        }
    }

    #[test]
    fn an_edge_that_changes_is_told() {
        for weights in [[1.0, f64::NAN], [1.0, 0.1]] {
            let told = forest_of(&Changing { looks: 0.into(), weights }, Wanted::default());
            assert!(matches!(told, Err(Error::Changed { position: 0 })), "{told:?}");
        }
    }

    #[test]
    fn integers_among_floats_are_floats() {
        let edges = [(0, 1, Weight::Integer(3)), (0, 1, Weight::Float(2.5))];
        let found = crate::forest(2, &edges).expect("right");
        assert_eq!((found.positions(), found.total().value()), (&[1][..], 2.5));
        let only = crate::forest(2, &edges[..1]).expect("right");
        assert_eq!(only.edges().collect::<Vec<_>>(), [(0, 1, Weight::Integer(3))]);
    }

    proptest! {
        /// Gaps between ids change nothing, however large they are.
        #[test]
        fn ids_may_have_gaps(
            n in 1u32..40,
            list in prop::collection::vec((any::<u32>(), any::<u32>(), -9i64..9), 0..100),
            gap in prop::sample::select(vec![1u64, 3, 1 << 30, 1 << 57]),
        ) {
            let dense: Vec<(u32, u32, i64)> =
                list.iter().map(|&(u, v, weight)| (u % n, v % n, weight)).collect();
            let expected = crate::forest(n as usize, &dense).expect("right");
            let spread = Spread { list: &dense, gap };
            let wanted = Wanted { proved: true, ..Wanted::default() };
            let found = forest_of(&spread, wanted).expect("right");
            prop_assert_eq!(found.positions(), expected.positions());
            let ends = dense.iter().map(|&(u, v, _)| u64::from(u.max(v)) * gap + 1);
            prop_assert_eq!(found.vertices(), ends.max().unwrap_or(0));
            for ((u, v, weight), &position) in found.edges().zip(found.positions()) {
                let (a, b, w) = dense[position];
                prop_assert_eq!((u, v), (u64::from(a) * gap, u64::from(b) * gap));
                prop_assert_eq!(weight, Weight::Integer(w));
            }
        }
    }

    /// Edges whose ids are multiples of `gap`.
    struct Spread<'a> {
        list: &'a [(Vertex, Vertex, i64)],
        gap: u64,
    }

    impl EdgeList for Spread<'_> {
        fn len(&self) -> usize {
            self.list.len()
        }

        fn numbers(&self) -> Numbers {
            Numbers::Integers
        }

        fn read(&self, positions: Range<usize>, numbers: Numbers, piece: &mut Piece) {
            self.list.read(positions, numbers, piece);
            let Piece { u, v, .. } = piece;
            u.iter_mut().chain(v).for_each(|id| *id *= self.gap);
        }
    }
}
