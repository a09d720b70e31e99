//! Components under union: the forest of parents.

use crate::graph::Vertex;

/// The components of a growing forest on the vertices `0..n`.
///
/// Path halving and linking in random order: Tarjan, van Leeuwen, "Worst-Case Analysis of Set Union
/// Algorithms", JACM 1984; Goel et al., "Disjoint Set Union with Randomized Linking", SODA 2014.
/// Memory 4n bytes, of which only those of joined vertices are ever touched.
#[derive(Clone, Debug)]
pub struct Components {
    /// The parent of `v` is `links[v] ^ v`: memory that comes zeroed from the system is all roots,
    /// so a graph with few edges on very many vertices costs little.
    links: Vec<u32>,
}

impl Components {
    /// Each of `0..n` alone.
    pub fn new(n: usize) -> Self {
        Self { links: vec![0; n] }
    }

    /// The number of vertices.
    pub fn n(&self) -> usize {
        self.links.len()
    }

    /// Joins the components of `u` and `v`; whether they were two.
    ///
    /// # Panics
    /// If an endpoint is not below n.
    pub fn join(&mut self, u: Vertex, v: Vertex) -> bool {
        let (u, v) = (self.find(u), self.find(v));
        if u == v {
            return false;
        }
        if priority(u) < priority(v) {
            self.set_parent(u, v)
        } else {
            self.set_parent(v, u)
        }
        true
    }

    /// The representative of the component of `v`.
    pub fn find(&mut self, v: Vertex) -> Vertex {
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

    /// As [`Components::find`], changing nothing, so that threads may ask at once.
    pub fn root(&self, v: Vertex) -> Vertex {
        let mut v = v;
        loop {
            match self.parent(v) {
                parent if parent == v => return v,
                parent => v = parent,
            }
        }
    }

    fn parent(&self, v: Vertex) -> Vertex {
        self.links[v as usize] ^ v
    }

    fn set_parent(&mut self, v: Vertex, parent: Vertex) {
        self.links[v as usize] = parent ^ v;
    }
}

/// A fixed random order of the vertices, in which the later becomes the parent.
///
/// The ids themselves will not do: roads and paths are numbered along their way, and linking by
/// id then builds chains of length n. An odd factor permutes 32-bit integers, so none are equal;
/// it is 2^32 over the golden ratio.
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
                prop_assert_eq!(components.root(u), components.find(v));
            }
        }
    }
}
