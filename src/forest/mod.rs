//! The forest of a graph in memory, in one call from a list of edges.

mod dendrogram;
mod labels;
mod list;

use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::TextOptions;
use crate::graph::{Edge, IdList, Key, Slice, Summary, Total, Vertex, Weight, Weights, with_edges};
use crate::local::{self, ContractedEdge};
use crate::partition::{self, Loaded, Memory, Request, Source, fair_share};
use crate::verify::verify;
pub use dendrogram::Merge;
pub use labels::Labels;
use list::Census;
pub use list::{EdgeList, Piece};
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
    /// Its edges in the same order, as a graph of their own.
    graph: Slice,
    summary: Summary,
}

impl Forest {
    /// The positions of its edges in the input, from 0: the lightest edge first, those of equal
    /// weight in input order.
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Its edges as `(u, v, weight)`, in the order of [`Forest::positions`].
    pub fn edges(&self) -> impl ExactSizeIterator<Item = (u64, u64, Weight)> + Clone {
        self.graph.weighted()
    }

    /// The number of vertices, those without edges included.
    pub fn vertices(&self) -> u64 {
        self.graph.vertices()
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

    /// The component of each vertex.
    ///
    /// # Complexity
    /// O(n α(n)) time and 4.2 bytes a vertex, or a vertex at an edge if most have none.
    pub fn labels(&self) -> Labels {
        self.labels_by_first(self.len())
    }

    /// As [`Forest::labels`], if only the first `edges` edges of the forest are there: the clusters of
    /// single linkage.
    ///
    /// # Panics
    /// If the forest has not as many edges.
    pub fn labels_by_first(&self, edges: usize) -> Labels {
        Labels::of(&self.graph, edges)
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
/// below `n`, or a weight that is not finite; [`Error::TooLarge`] for 2^32 - 1 or more edges, or 2^32
/// or more vertices at edges.
///
/// # Complexity
/// O(m + n log n) time on most graphs; memory 4n bytes, and 16 to 24 bytes per edge if the caller's
/// edges take 12 to 16.
pub fn forest<W: Copy + Into<Weight> + Sync>(
    n: usize,
    edges: &[(Vertex, Vertex, W)],
) -> Result<Forest> {
    forest_of(&edges, Wanted { n: Some(n as u64), ..Wanted::default() })
}

/// As [`forest()`], but returns the maximum spanning forest, the heaviest edge first.
///
/// # Errors
/// As [`forest()`].
pub fn maximum_forest<W: Copy + Into<Weight> + Sync>(
    n: usize,
    edges: &[(Vertex, Vertex, W)],
) -> Result<Forest> {
    forest_of(&edges, Wanted { n: Some(n as u64), maximum: true, ..Wanted::default() })
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
        let Self { n, isolated, weights, .. } = *self;
        let frame = Frame { n, isolated, weights, ids: self.ids.clone() };
        with_edges!(&self.edges, edges => {
            check_count("edges", edges.len())?;
            let traced = |(position, e): (usize, &Edge<_>)| {
                let Edge { u, v, key } = *e;
                ContractedEdge { u, v, key, origin: position as u32 }
            };
            let traced = edges.par_iter().with_min_len(PIECE).enumerate().map(traced).collect();
            frame.forest(traced, false)
        })
    }
}

/// A graph without its edges.
struct Frame {
    /// Vertices that edges name.
    n: u64,
    isolated: u64,
    weights: Weights,
    ids: Option<Arc<[u64]>>,
}

impl Frame {
    /// The forest of `edges`, whose origins are their positions.
    fn forest<K: Key>(self, edges: Vec<ContractedEdge<K>>, proved: bool) -> Result<Forest> {
        let Self { n, isolated, weights, ids } = self;
        let mut forest = local::auto(usize::try_from(n).expect("32 bits"), &edges);
        local::sort(&mut forest);
        let found = untraced(&forest);
        if proved {
            verify(n, &found, &untraced(&edges)).map_err(|flaw| flaw.describe(weights))?;
        }
        drop(edges);
        let id = |v: Vertex| ids.as_ref().map_or(v.into(), |ids| ids[v as usize]);
        let summary = Summary::of_named(n + isolated, &found, weights, id);
        let positions = forest.iter().map(|e| e.origin as usize).collect();
        let graph = Slice { isolated, ids, ..Slice::whole(n, K::pack(found), weights) };
        Ok(Forest { positions, graph, summary })
    }
}

fn untraced<K: Key>(edges: &[ContractedEdge<K>]) -> Vec<Edge<K>> {
    let edge = |e: &ContractedEdge<K>| Edge { u: e.u, v: e.v, key: e.key };
    edges.par_iter().with_min_len(PIECE).map(edge).collect()
}

/// What is wanted of a forest, besides that it is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// The number of vertices; `None`: one more than the largest id at an edge.
    pub n: Option<u64>,
    /// The maximum spanning forest, the heaviest edge first.
    pub maximum: bool,
    /// A proof that the forest is right.
    pub proved: bool,
}

/// Returns the minimum spanning forest of edges in any layout, as [`forest()`] does of a list of
/// tuples.
///
/// Ids may have up to 63 bits. If they are large, or most vertices have no edge, vertices without
/// edges take no memory.
///
/// # Errors
/// As [`forest()`], but of all vertices only those at edges are limited; [`Error::Changed`] if an
/// edge changes while the list is read; [`Error::Proof`] if the proof that is wanted fails.
///
/// # Complexity
/// As [`forest()`]. A proof takes O((n + m) log n) time, in parallel, and 12 to 16 bytes an edge.
pub fn forest_of(list: &dyn EdgeList, wanted: Wanted) -> Result<Forest> {
    let census = list::census(list, wanted.n)?;
    let weights = census.weights.in_order(wanted.maximum);
    let census = Census { weights, ..census };
    let ids = list::ids(list, census)?;
    if weights.is_narrow() {
        of_census::<u32>(list, census, ids.as_ref(), wanted.proved)
    } else {
        of_census::<u64>(list, census, ids.as_ref(), wanted.proved)
    }
}

fn of_census<K: Key>(
    list: &dyn EdgeList,
    census: Census,
    ids: Option<&IdList>,
    proved: bool,
) -> Result<Forest> {
    let edges = list::keyed::<K>(list, census, ids)?;
    let ids = ids.map(|ids| ids.ids().clone());
    let n = ids.as_ref().map_or(census.n, |ids| ids.len() as u64);
    let frame = Frame { n, isolated: census.n - n, weights: census.weights, ids };
    frame.forest(edges, proved)
}

fn check_count(what: &'static str, count: usize) -> Result<()> {
    if count < ContractedEdge::<u32>::MOST { Ok(()) } else { Err(too_many(what, count as u64)) }
}

fn too_many(what: &'static str, count: u64) -> Error {
    let what = format!("{count} {what} are too many: they are numbered with 32 bits");
    Error::TooLarge { needed: None, left: None, what }
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
