//! Finds the heaviest edge between any two vertices of a forest.

use super::Flaw;
use super::flaw::widen;
use crate::graph::{Edge, Key, Vertex};
use rayon::prelude::*;
use std::hint::select_unpredictable;
use std::mem;

/// The order of a vertex that has no parent: later than any other.
const ROOT: u32 = u32::MAX;

/// Tells which edge is the heaviest on the forest path between two vertices.
///
/// The forest's edges, lightest first, link the trees of a union-find by size, without path
/// compression. So each tree has a height of at most log2 n; links on the way to a root get later,
/// and so no lighter; and the latest link between two vertices is the heaviest edge of their forest
/// path. It replaces the Borůvka tree of King, "A Simpler Minimum Spanning Tree Verification
/// Algorithm", Algorithmica 1997, at the price of a logarithm.
///
/// # Complexity
/// O(n log n) time to build, O(log n) for a query; memory 16 bytes per vertex with 32-bit keys, 24
/// with 64-bit keys, and 4 per edge if the forest is not sorted.
pub struct PathMaxima<'f, K> {
    links: Vec<TreeEdge>,
    summits: Vec<RootAndMax<K>>,
    forest: &'f [Edge<K>],
    /// The position in the forest of each link; `None` if the forest is sorted, so that they are
    /// equal.
    positions: Option<Vec<u32>>,
}

/// The memory, in bytes per vertex, to build a [`PathMaxima`] with 64-bit keys.
pub const VERTEX_BYTES: u64 = 32;

/// A vertex's parent, and when it got it. All links have different orders, which breaks ties of
/// keys.
#[derive(Clone, Copy)]
struct TreeEdge {
    parent: Vertex,
    order: u32,
}

/// The root above a vertex, and the key of the last link on the way to it, which is the heaviest.
#[derive(Clone, Copy)]
struct RootAndMax<K> {
    root: Vertex,
    key: K,
}

impl<'f, K: Key> PathMaxima<'f, K> {
    /// Builds the structure for a forest on the vertices `0..n`, its edges in any order.
    ///
    /// # Errors
    /// [`Flaw::OutOfRange`] or [`Flaw::Loop`] for the first such edge; otherwise [`Flaw::Cycle`]
    /// for the first edge in (key, position) order that closes a cycle.
    pub fn new(n: u64, forest: &'f [Edge<K>]) -> Result<Self, Flaw> {
        for (edge, position) in forest.iter().zip(0..) {
            if u64::from(edge.u.max(edge.v)) >= n {
                return Err(Flaw::OutOfRange { position, edge: widen(edge), n });
            }
            if edge.is_loop() {
                return Err(Flaw::Loop { position, edge: widen(edge) });
            }
        }
        let forest = &forest[..forest.len().min(n as usize)]; // n edges must close a cycle
        let positions = (!forest.is_sorted_by_key(|e| e.key)).then(|| {
            let mut positions: Vec<u32> = (0..forest.len() as u32).collect();
            positions
                .par_sort_unstable_by_key(|&position| (forest[position as usize].key, position));
            positions
        });
        let links = (0..n as u32).map(|parent| TreeEdge { parent, order: ROOT }).collect();
        let mut maxima = Self { links, summits: Vec::new(), forest, positions };
        let mut sizes = vec![1u32; n as usize];
        for order in 0..forest.len() as u32 {
            maxima.link(order, &mut sizes)?;
        }
        maxima.summits = (0..n as u32).into_par_iter().map(|v| maxima.summit(v)).collect();
        Ok(maxima)
    }

    /// Joins the two trees of the next edge, the smaller one below the larger.
    fn link(&mut self, order: u32, sizes: &mut [u32]) -> Result<(), Flaw> {
        let position = self.position(order);
        let edge = &self.forest[position];
        let (mut small, mut large) = (self.root(edge.u), self.root(edge.v));
        if small == large {
            return Err(Flaw::Cycle { position: position as u64, edge: widen(edge) });
        }
        if sizes[small as usize] > sizes[large as usize] {
            mem::swap(&mut small, &mut large);
        }
        sizes[large as usize] += sizes[small as usize];
        self.links[small as usize] = TreeEdge { parent: large, order };
        Ok(())
    }

    fn root(&self, mut v: Vertex) -> Vertex {
        loop {
            let parent = self.links[v as usize].parent;
            if parent == v {
                return v;
            }
            v = parent;
        }
    }

    fn summit(&self, v: Vertex) -> RootAndMax<K> {
        let mut summit = RootAndMax { root: v, key: K::zeroed() };
        let mut last = ROOT;
        loop {
            let TreeEdge { parent, order } = self.links[summit.root as usize];
            if order == ROOT {
                break;
            }
            (summit.root, last) = (parent, order);
        }
        if last != ROOT {
            summit.key = self.forest[self.position(last)].key;
        }
        summit
    }

    fn position(&self, order: u32) -> usize {
        self.positions.as_ref().map_or(order, |positions| positions[order as usize]) as usize
    }

    /// The forest.
    pub fn forest(&self) -> &'f [Edge<K>] {
        self.forest
    }

    /// Whether a graph edge is heavier than all links above its endpoints, and so than all on their
    /// path.
    ///
    /// This holds for most edges of a random graph: two look-ups save them the walk. If it does not
    /// hold, nothing is known.
    #[inline]
    pub(super) fn is_far_outweighed_by(&self, edge: &Edge<K>) -> bool {
        let (a, b) = (self.summits[edge.u as usize], self.summits[edge.v as usize]);
        a.root == b.root && edge.key > a.key.max(b.key)
    }

    /// Returns the position in the forest of the heaviest edge between `u` and `v`; of equal ones
    /// the last.
    ///
    /// `None` if they are in different trees or are the same vertex.
    ///
    /// # Panics
    /// If `u` or `v` is not a vertex.
    #[inline]
    pub fn heaviest(&self, u: Vertex, v: Vertex) -> Option<usize> {
        let at = |v: Vertex| (v, self.links[v as usize]);
        let (mut a, mut b) = (at(u), at(v));
        let mut latest = None;
        while a.0 != b.0 {
            let a_first = a.1.order < b.1.order;
            let (_, link) = select_unpredictable(a_first, a, b);
            b = select_unpredictable(a_first, b, a);
            if link.order == ROOT {
                return None; // both are roots
            }
            latest = Some(link.order); // the earlier of both next links, but later than all before
            a = at(link.parent);
        }
        latest.map(|order| self.position(order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Forests: each vertex but 0 may hang on a lower one; then the edges are shuffled. Keys have
    /// many ties.
    fn forests() -> impl Strategy<Value = (u64, Vec<Edge<u32>>)> {
        let links = prop::collection::vec(prop::option::of((any::<u32>(), 0u32..6)), 0..40);
        let forest = links.prop_map(|links| {
            let n = links.len() as u64 + 1;
            let edge = |(link, u): (Option<(u32, u32)>, u32)| {
                link.map(|(lower, key)| Edge { u, v: lower % u, key })
            };
            (n, links.into_iter().zip(1..).filter_map(edge).collect::<Vec<_>>())
        });
        forest.prop_flat_map(|(n, edges)| (Just(n), Just(edges).prop_shuffle()))
    }

    /// Finds the last edge in (key, position) order on the path from `u` to `v`, by depth-first
    /// search.
    fn searched(
        forest: &[Edge<u32>],
        u: u32,
        v: u32,
        from: Option<usize>,
    ) -> Option<Option<usize>> {
        if u == v {
            return Some(None);
        }
        let mut onward = forest
            .iter()
            .enumerate()
            .filter(|&(position, e)| Some(position) != from && (e.u == u || e.v == u));
        onward.find_map(|(position, e)| {
            let rest = searched(forest, e.u ^ e.v ^ u, v, Some(position))?;
            Some(rest.into_iter().chain([position]).max_by_key(|&on| (forest[on].key, on)))
        })
    }

    proptest! {
        /// It is the one that a search along the path finds, and the height is at most log2 n.
        #[test]
        fn the_heaviest_edge_is_that_of_the_path((n, forest) in forests()) {
            let maxima = PathMaxima::new(n, &forest).unwrap();
            for u in 0..n as u32 {
                for v in 0..n as u32 {
                    let heaviest = searched(&forest, u, v, None).flatten();
                    prop_assert_eq!(maxima.heaviest(u, v), heaviest);
                    for key in 0..7 {
                        if u != v && maxima.is_far_outweighed_by(&Edge { u, v, key }) {
                            prop_assert!(heaviest.is_some_and(|on| forest[on].key < key));
                        }
                    }
                }
                prop_assert!(height(&maxima, u) <= n.ilog2());
            }
        }
    }

    /// A tree grows by one vertex at a time, from either end.
    #[test]
    fn a_path_gives_a_shallow_tree() {
        let n = 64;
        let rising: Vec<_> = (1..n).map(|v| Edge { u: v - 1, v, key: v }).collect();
        let falling: Vec<_> = rising.iter().map(|e| Edge { key: n - e.key, ..*e }).collect();
        let turned: Vec<_> = rising.iter().map(|e| Edge { u: e.v, v: e.u, ..*e }).collect();
        for forest in [rising, falling, turned] {
            let maxima = PathMaxima::new(n.into(), &forest).unwrap();
            assert!((0..n).all(|v| height(&maxima, v) <= 6));
        }
    }

    #[test]
    fn most_heavy_edges_need_no_walk() {
        let forest = [Edge { u: 0, v: 1, key: 3u32 }, Edge { u: 2, v: 1, key: 5 }];
        let maxima = PathMaxima::new(4, &forest).unwrap();
        let outweighed = |u, v, key| maxima.is_far_outweighed_by(&Edge { u, v, key });
        assert!(outweighed(0, 2, 6));
        assert!(!outweighed(0, 2, 5), "it may be the tree's own edge");
        assert!(!outweighed(0, 3, 6), "there is no path");
    }

    fn height(maxima: &PathMaxima<'_, u32>, v: u32) -> u32 {
        let parent = |v: &u32| Some(maxima.links[*v as usize].parent).filter(|above| above != v);
        std::iter::successors(parent(&v), parent).count() as u32
    }
}
