//! Components under union: the forest of parents.

use super::PIECE;
use super::memory::{prefetch, zeroed};
use crate::graph::Vertex;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The components of a growing forest on the vertices `0..n`.
///
/// Path halving and linking in random order: Tarjan, van Leeuwen, "Worst-Case Analysis of Set Union
/// Algorithms", JACM 1984; Goel et al., "Disjoint Set Union with Randomized Linking", SODA 2014.
/// Memory 4n bytes, of which only those of joined vertices are ever touched.
///
/// Threads may look for roots at the same time: they shorten paths, and whatever they see of each
/// other's work is an ancestor (Jayanti, Tarjan, "A randomized concurrent algorithm for disjoint
/// set union", PODC 2016). Only one thread may join.
#[derive(Debug)]
pub(crate) struct Components {
    /// The parent of `v` is `links[v] ^ v`: memory that comes zeroed from the system is all roots,
    /// so a graph with few edges on very many vertices costs little.
    links: Box<[AtomicU32]>,
}

impl Components {
    /// Each vertex of `0..n` is a component.
    pub(crate) fn new(n: usize) -> Self {
        Self { links: zeroed(n) }
    }

    /// The number of vertices.
    pub(crate) fn n(&self) -> usize {
        self.links.len()
    }

    /// Joins the components of `u` and `v`. Returns whether they were two.
    ///
    /// # Panics
    /// If an endpoint is not below n.
    #[inline]
    pub(crate) fn join(&mut self, u: Vertex, v: Vertex) -> bool {
        let (u, v) = (self.root(u), self.root(v));
        let (child, parent) = if priority(u) < priority(v) { (u, v) } else { (v, u) };
        // If there is one root this changes nothing, and a branch here would be mispredicted too
        // often.
        self.set_parent(child, parent);
        u != v
    }

    /// The representative of the component of `v`. Shortens the path to it.
    #[inline]
    pub(crate) fn root(&self, v: Vertex) -> Vertex {
        let mut v = v;
        loop {
            let parent = self.parent(v);
            let grandparent = self.parent(parent);
            if parent == grandparent {
                return parent;
            }
            self.set_parent(v, grandparent);
            v = grandparent;
        }
    }

    /// The grandparent of `v`, which becomes its parent: a search for the root can start from it.
    ///
    /// A search does not know how many steps it takes, so the branch at its end is mispredicted.
    /// After two steps without a branch, taken while earlier joins are under way, few searches have
    /// more steps to take.
    #[inline]
    pub(super) fn climb(&self, v: Vertex) -> Vertex {
        let grandparent = self.parent(self.parent(v));
        self.set_parent(v, grandparent);
        grandparent
    }

    /// Makes every vertex a child of its root, so that [`Components::parent`] returns the root. On
    /// the current rayon pool, in O(n).
    pub(crate) fn flatten(&mut self) {
        let flatten = |v: usize| self.set_parent(v as Vertex, self.root(v as Vertex));
        (0..self.n()).into_par_iter().with_min_len(PIECE).for_each(flatten);
    }

    /// The next vertex on the way to the root of `v`.
    #[inline]
    pub(crate) fn parent(&self, v: Vertex) -> Vertex {
        // Relaxed: no link depends on another.
        self.links[v as usize].load(Relaxed) ^ v
    }

    #[inline]
    pub(super) fn set_parent(&self, v: Vertex, parent: Vertex) {
        self.links[v as usize].store(parent ^ v, Relaxed);
    }

    /// Prefetches the link of `v`.
    #[inline]
    pub(super) fn prefetch(&self, v: Vertex) {
        prefetch(&self.links, v as usize);
    }
}

/// A fixed pseudo-random order of the vertices; of two roots, the later in it becomes the parent.
///
/// The ids themselves do not work: roads and paths are numbered along their way, and linking by id
/// then builds chains of length n. An odd factor permutes 32-bit integers, so no two are equal; it
/// is 2^32 over the golden ratio.
fn priority(v: Vertex) -> u32 {
    v.wrapping_mul(0x9e37_79b1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petgraph::unionfind::UnionFind;
    use proptest::prelude::*;

    /// Joins along ids, as a path or a road has them, keep the trees low.
    #[test]
    fn ordered_joins_make_no_chains() {
        let n = 1 << 16;
        let forwards = (1..n).map(|v| (v - 1, v));
        let backwards = (1..n).rev().map(|v| (v - 1, v));
        for joins in [forwards.collect::<Vec<_>>(), backwards.collect()] {
            let mut components = Components::new(n as usize);
            joins.into_iter().for_each(|(u, v)| assert!(components.join(u, v)));
            let depth = |mut v: Vertex| {
                let mut depth = 0;
                while components.parent(v) != v {
                    v = components.parent(v);
                    depth += 1;
                }
                depth
            };
            let deepest = (0..n).map(depth).max().expect("vertices");
            assert!(deepest < 100, "{deepest}");
        }
    }

    proptest! {
        #[test]
        fn joins_as_petgraph_does(pairs in prop::collection::vec((0u32..40, 0u32..40), 0..80)) {
            let (mut components, mut oracle) = (Components::new(40), UnionFind::new(40));
            for (u, v) in pairs {
                prop_assert_eq!(components.join(u, v), oracle.union(u, v));
                prop_assert_eq!(components.root(u), components.root(v));
            }
            components.flatten();
            for v in 0..40 {
                prop_assert_eq!(components.parent(v), components.root(v));
            }
        }
    }
}
