//! The forest of a graph in memory, in one call from a list of edges.

use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::TextOptions;
use crate::graph::{
    Edge, Extent, Key, MOST_VERTICES, Numbers, Slice, Summary, Total, Vertex, Weight, Weights,
    float_key, integer_key, with_edges,
};
use crate::local::{self, ContractedEdge};
use crate::partition::{self, Loaded, Memory, Request, Source, fair_share};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// How many edges a thread converts at once.
const PIECE: usize = 1 << 14;

/// The minimum spanning forest of a graph, by the positions of its edges.
///
/// ```
/// let edges = [(0, 1, 4.0), (1, 2, 2.5), (2, 0, 1.0), (3, 4, 7.0)];
/// let forest = mst::forest(5, &edges)?;
/// assert_eq!(forest.positions(), [2, 1, 3]); // lightest first
/// assert_eq!((forest.total().value(), forest.components()), (10.5, 2));
/// # Ok::<(), mst::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forest {
    positions: Vec<usize>,
    summary: Summary,
}

impl Forest {
    /// The positions of its edges in the input, from 0: the lightest edge first, those of equal
    /// weight in input order.
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// How many edges it has.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether it has no edges.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The number of its trees, including vertices without edges.
    pub fn components(&self) -> u64 {
        self.summary.components()
    }

    /// The exact sum of its weights.
    pub fn total(&self) -> &Total {
        &self.summary.weight
    }

    /// A checksum that tells it from other forests. It does not depend on the order and direction
    /// of the edges, and is the one that the program `mst` prints.
    pub fn checksum(&self) -> u64 {
        self.summary.checksum
    }
}

/// Returns the minimum spanning forest of the graph on the vertices `0..n` with `edges`. Each edge
/// is two ends and a weight: an integer or a float.
///
/// Loops and parallel edges are allowed. Of equal weights the edge that comes first is taken, so
/// the forest is the same for any number of threads. They are those of the current rayon pool.
///
/// # Errors
/// [`Error::Vertex`] or [`Error::Weight`] with the position of the first edge that has an end not
/// below `n`, or a weight that is not finite; [`Error::TooLarge`] for 2^32 - 1 or more edges, or
/// 2^32 or more vertices.
///
/// # Complexity
/// O(m + n log n) time on most graphs; memory 4n bytes, and 16 to 24 bytes per edge if the caller's
/// edges take 12 to 16.
pub fn forest<W: Copy + Into<Weight> + Sync>(
    n: usize,
    edges: &[(Vertex, Vertex, W)],
) -> Result<Forest> {
    of_list(n, edges, false)
}

/// As [`forest()`], but returns the maximum spanning forest, the heaviest edge first.
///
/// # Errors
/// As [`forest()`].
pub fn maximum_forest<W: Copy + Into<Weight> + Sync>(
    n: usize,
    edges: &[(Vertex, Vertex, W)],
) -> Result<Forest> {
    of_list(n, edges, true)
}

/// Reads a graph from a file whose format is known by its content or name. `slice` holds all its
/// edges, and `notes` says how it was read if that was not obvious.
///
/// # Errors
/// What is wrong with the file, and where; [`Error::TooLarge`] if this host lacks the memory for
/// it.
pub fn read(path: impl AsRef<Path>) -> Result<Loaded> {
    let comm = Comm::solo(rayon::current_num_threads(), Arc::default())?;
    let text = TextOptions::default();
    let source = Source::File { path: path.as_ref().to_owned(), format: None, text };
    let memory = Memory::Within(fair_share(&comm));
    partition::load(&comm, &Request { memory, ..Request::of(&source) })
}

impl Slice {
    /// Returns the minimum spanning forest of a graph held as a whole; the maximum one if its keys
    /// are descending.
    ///
    /// # Errors
    /// As [`forest()`].
    pub fn forest(&self) -> Result<Forest> {
        let n = usize::try_from(self.n).expect("a slice's vertices are in memory");
        with_edges!(&self.edges, edges => {
            check_count("edges", edges.len())?;
            let traced = edges.par_iter().with_min_len(PIECE).enumerate();
            let traced = traced.map(|(position, e)| trace(position, e.u, e.v, e.key)).collect();
            let summary = |forest: &[Edge<_>]| {
                Summary::of_named(self.vertices(), forest, self.weights, |v| self.id(v))
            };
            Ok(of_traced(n, traced, summary))
        })
    }
}

fn of_list<W: Copy + Into<Weight> + Sync>(
    n: usize,
    edges: &[(Vertex, Vertex, W)],
    descending: bool,
) -> Result<Forest> {
    if n as u64 > MOST_VERTICES {
        return Err(too_many("vertices", n));
    }
    check_count("edges", edges.len())?;
    let weights = weights(n, edges)?;
    let weights = weights.in_order(descending);
    Ok(if weights.is_narrow() {
        of_traced(n, keyed::<W, u32>(edges, weights), |forest| {
            Summary::of(n as u64, forest, weights)
        })
    } else {
        of_traced(n, keyed::<W, u64>(edges, weights), |forest| {
            Summary::of(n as u64, forest, weights)
        })
    })
}

fn check_count(what: &'static str, count: usize) -> Result<()> {
    if count < ContractedEdge::<u32>::MOST { Ok(()) } else { Err(too_many(what, count)) }
}

fn too_many(what: &'static str, count: usize) -> Error {
    let what = format!("{count} {what} are too many: they are numbered with 32 bits");
    Error::TooLarge { needed: None, left: None, what }
}

/// Chooses how to hold the weights of all edges, and checks each edge.
fn weights<W: Copy + Into<Weight> + Sync>(
    n: usize,
    edges: &[(Vertex, Vertex, W)],
) -> Result<Weights> {
    let weight = |e: &(Vertex, Vertex, W)| -> Weight { e.2.into() };
    let is_wrong = |e: &(Vertex, Vertex, W)| {
        e.0.max(e.1) as usize >= n
            || matches!(weight(e), Weight::Float(weight) if !weight.is_finite())
    };
    if let Some(position) = edges.par_iter().with_min_len(PIECE).position_first(is_wrong) {
        let ((u, v, _), weight) = (edges[position], weight(&edges[position]));
        return Err(what_is_wrong(n, position, u.max(v), weight));
    }
    let is_float = |e: &(Vertex, Vertex, W)| matches!(weight(e), Weight::Float(_));
    let floats = edges.par_iter().with_min_len(PIECE).any(is_float);
    let numbers = if floats { Numbers::Floats } else { Numbers::Integers };
    let extents = edges
        .par_chunks(PIECE)
        .map(|piece| Extent::of(numbers, piece.iter().map(|e| canonical(weight(e), numbers))));
    let extent = extents.reduce(|| Extent::NONE, Extent::and).of_numbers(numbers);
    Ok(Weights::narrowest(extent))
}

/// Says what is wrong with an edge whose larger end is `vertex`: that end, or else the weight.
fn what_is_wrong(n: usize, position: usize, vertex: Vertex, weight: Weight) -> Error {
    match weight {
        Weight::Float(weight) if (vertex as usize) < n => Error::Weight { position, weight },
        _ => Error::Vertex { position, vertex: vertex.into(), n: n as u64 },
    }
}

/// Returns the canonical key of a weight, if all weights are `numbers`.
fn canonical(weight: Weight, numbers: Numbers) -> u64 {
    match (weight, numbers) {
        (Weight::Integer(weight), Numbers::Integers) => integer_key(weight),
        (Weight::Integer(weight), Numbers::Floats) => float_key(weight as f64).expect("finite"),
        (Weight::Float(weight), _) => float_key(weight).expect("weights were checked"),
    }
}

fn keyed<W: Copy + Into<Weight> + Sync, K: Key>(
    edges: &[(Vertex, Vertex, W)],
    weights: Weights,
) -> Vec<ContractedEdge<K>> {
    let keyed =
        edges.par_iter().with_min_len(PIECE).enumerate().map(|(position, &(u, v, weight))| {
            let key = weights.hold(canonical(weight.into(), weights.numbers()));
            trace(position, u, v, K::narrow(key).expect("the width that all keys fit"))
        });
    keyed.collect()
}

fn trace<K>(position: usize, u: Vertex, v: Vertex, key: K) -> ContractedEdge<K> {
    ContractedEdge { u, v, key, origin: position as u32 }
}

fn of_traced<K: Key>(
    n: usize,
    edges: Vec<ContractedEdge<K>>,
    summary: impl Fn(&[Edge<K>]) -> Summary,
) -> Forest {
    let mut forest = local::auto(n, &edges);
    drop(edges);
    local::sort(&mut forest);
    let untraced: Vec<Edge<K>> =
        forest.iter().map(|e| Edge { u: e.u, v: e.v, key: e.key }).collect();
    let positions = forest.iter().map(|e| e.origin as usize).collect();
    Forest { positions, summary: summary(&untraced) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Edges;
    use crate::local::kruskal;
    use proptest::prelude::*;

    proptest! {
        /// The positions are those of textbook Kruskal with stable sorting, for every kind of
        /// weight.
        #[test]
        fn as_kruskal_by_position(
            n in 1u32..60,
            list in prop::collection::vec((any::<u32>(), any::<u32>(), -9i64..9), 0..200),
            scale in prop::sample::select(vec![1i64, 1 << 40]),
        ) {
            let edges: Vec<(u32, u32, i64)> =
                list.iter().map(|&(u, v, weight)| (u % n, v % n, weight * scale)).collect();
            let mut order: Vec<usize> = (0..edges.len()).collect();
            order.sort_by_key(|&position| edges[position].2);
            let mut components = local::Components::new(n as usize);
            order.retain(|&position| components.join(edges[position].0, edges[position].1));
            let found = forest(n as usize, &edges).expect("right");
            prop_assert_eq!(found.positions(), order.as_slice());
            prop_assert_eq!(found.len() as u64 + found.components(), u64::from(n));
            let floats: Vec<(u32, u32, f64)> =
                edges.iter().map(|&(u, v, weight)| (u, v, weight as f64 / 2.0)).collect();
            let halved = forest(n as usize, &floats).expect("right");
            prop_assert_eq!(halved.positions(), order.as_slice());
            prop_assert_eq!(halved.total().value() * 2.0, found.total().value());
            let negated: Vec<(u32, u32, i64)> =
                edges.iter().map(|&(u, v, weight)| (u, v, -weight)).collect();
            let heaviest = maximum_forest(n as usize, &negated).expect("right");
            prop_assert_eq!(heaviest.positions(), order.as_slice());
        }
    }

    #[test]
    fn the_checksum_is_that_of_a_slice() {
        let edges = [(0, 1, 5), (1, 2, 3), (2, 0, 5), (1, 1, 0)];
        let found = forest(4, &edges).expect("right");
        let weights = Weights::narrow_integers(0);
        let list: Vec<Edge<u32>> =
            edges.iter().map(|&(u, v, key)| Edge { u, v, key: key as u32 }).collect();
        let expected = Summary::of(4, &kruskal(4, &list), weights);
        assert_eq!((found.checksum(), found.total()), (expected.checksum, &expected.weight));
        let slice = Slice { loops: 1, ..Slice::whole(4, Edges::Narrow(list), weights) };
        assert_eq!(slice.forest().expect("right"), found);
    }

    #[test]
    fn what_is_wrong_with_a_file_has_its_own_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("g.txt");
        assert!(matches!(read(&path), Err(Error::File { action: "open", .. })));
        std::fs::write(&path, "0 1 5\n1 2 heavy\n").expect("written");
        let told = read(&path).expect_err("no weight");
        assert!(matches!(&told, Error::Line { place, .. } if place.line == 2), "{told:?}");
        std::fs::write(&path, "0 1 5\n1 2 7\n0 2 6\n").expect("written");
        let graph = read(&path).expect("a graph").slice;
        assert_eq!(graph.forest().expect("right").positions(), [0, 2]);
        assert_eq!(graph.edge(1), (1, 2, Weight::Integer(7)));
    }

    #[test]
    fn a_wrong_edge_is_told_by_its_position() {
        let told = forest(3, &[(0, 1, 1.0), (1, 3, 2.0), (0, 9, f64::NAN)]).unwrap_err();
        assert!(matches!(told, Error::Vertex { position: 1, vertex: 3, n: 3 }), "{told}");
        let told = forest(3, &[(0, 1, 1.0), (1, 2, f64::INFINITY)]).unwrap_err();
        assert!(matches!(told, Error::Weight { position: 1, .. }), "{told}");
        assert!(forest::<i64>(0, &[]).expect("none").is_empty());
    }
}
