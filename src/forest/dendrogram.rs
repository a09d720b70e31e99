//! Single-linkage clustering: the order in which the edges of a forest join clusters.

use super::Forest;
use crate::error::{Error, Result};
use crate::graph::{Edge, Vertex};
use crate::local::Components;

/// Two clusters that become one.
///
/// Of a graph with n vertices, the clusters below n are the vertices, and n + i is what the merge at
/// position i makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// The two clusters, the lower one first.
    pub clusters: [u64; 2],
    /// The weight of the edge that joins them; infinite if none does.
    pub height: f64,
    /// How many vertices the new cluster has.
    pub size: u64,
}

impl Forest {
    /// The single-linkage dendrogram of the graph, in the order of the weights: a merge for each edge
    /// and then, if `joined`, one at an infinite height for each further component, in the order of
    /// their lowest vertices.
    ///
    /// Gower, Ross, "Minimum Spanning Trees and Single Linkage Cluster Analysis", Applied Statistics
    /// 1969. Heights are `f64`: integers beyond 2^53 are rounded, but keep their order.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if only vertices at edges have numbers; [`Error::Usage`] for a maximum
    /// spanning forest, whose heights would fall.
    ///
    /// # Complexity
    /// O(n α(n)) time and 20 bytes a vertex, besides the merges.
    pub fn dendrogram(&self, joined: bool) -> Result<Vec<Merge>> {
        if self.graph.ids.is_some() {
            let what = format!(
                "a dendrogram has all {} vertices as leaves; number those at edges from 0 first",
                self.vertices()
            );
            return Err(Error::TooLarge { needed: None, left: None, what });
        }
        if self.graph.weights.descending() {
            let what = "the merges of a maximum spanning forest do not rise; find the minimum \
                        spanning forest of distances";
            return Err(Error::usage("maximum", what));
        }
        let mut clusters = Clusters::of(self.graph.n as usize);
        let mut merges = Vec::with_capacity(self.graph.n.saturating_sub(1) as usize);
        let weights = self.graph.weights;
        for Edge { u, v, key } in self.graph.edges.iter() {
            merges.push(clusters.merge(u, v, weights.weight(key).value()));
        }
        if joined {
            for v in 1..self.graph.n as Vertex {
                if clusters.joined.root(0) != clusters.joined.root(v) {
                    merges.push(clusters.merge(0, v, f64::INFINITY));
                }
            }
        }
        Ok(merges)
    }
}

/// The clusters so far.
struct Clusters {
    joined: Components,
    /// Of the representative of each cluster: the cluster's number and its size.
    at: Vec<(u64, u64)>,
    next: u64,
}

impl Clusters {
    fn of(n: usize) -> Self {
        let at = (0..n as u64).map(|v| (v, 1)).collect();
        Self { joined: Components::new(n), at, next: n as u64 }
    }

    fn merge(&mut self, u: Vertex, v: Vertex, height: f64) -> Merge {
        let [(a, of_a), (b, of_b)] = [u, v].map(|v| self.at[self.joined.root(v) as usize]);
        self.joined.join(u, v);
        let size = of_a + of_b;
        self.at[self.joined.root(u) as usize] = (self.next, size);
        self.next += 1;
        Merge { clusters: [a.min(b), a.max(b)], height, size }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Wanted, forest_of};
    use proptest::prelude::*;

    /// The clusters that are left if the closest two are merged, again and again, the plain way.
    fn closest_first(n: u32, edges: &[(u32, u32, i32)]) -> Vec<(f64, u64)> {
        let mut clusters: Vec<Vec<u32>> = (0..n).map(|v| vec![v]).collect();
        let mut merges = Vec::new();
        loop {
            let of =
                |v: u32| clusters.iter().position(|cluster| cluster.contains(&v)).expect("one");
            let apart = edges.iter().filter(|(u, v, _)| of(*u) != of(*v));
            let Some(&(u, v, weight)) = apart.min_by_key(|(.., weight)| *weight) else { break };
            let (a, b) = (of(u).min(of(v)), of(u).max(of(v)));
            let more = clusters.remove(b);
            clusters[a].extend(more);
            merges.push((f64::from(weight), clusters[a].len() as u64));
        }
        while clusters.len() > 1 {
            let more = clusters.remove(1);
            clusters[0].extend(more);
            merges.push((f64::INFINITY, clusters[0].len() as u64));
        }
        merges
    }

    proptest! {
        #[test]
        fn the_closest_clusters_merge_first(
            n in 1u32..25,
            list in prop::collection::vec((any::<u32>(), any::<u32>(), -4i32..4), 0..50),
        ) {
            let edges: Vec<(u32, u32, i32)> =
                list.iter().map(|&(u, v, weight)| (u % n, v % n, weight)).collect();
            let forest = crate::forest(n as usize, &edges).expect("right");
            let merges = forest.dendrogram(true).expect("right");
            let expected = closest_first(n, &edges);
            // Clusters may be listed in another order where components are joined.
            let finite = |list: &[(f64, u64)]| {
                list.iter().copied().filter(|merge| merge.0.is_finite()).collect::<Vec<_>>()
            };
            let found: Vec<(f64, u64)> = merges.iter().map(|m| (m.height, m.size)).collect();
            prop_assert_eq!(finite(&found), finite(&expected));
            prop_assert_eq!(found.len(), expected.len());
            prop_assert_eq!(found.last().map(|m| m.1), (n > 1).then_some(n.into()));
            // Each cluster is merged once, after it has been made.
            let mut merged: Vec<u64> = merges.iter().flat_map(|merge| merge.clusters).collect();
            for (at, merge) in merges.iter().enumerate() {
                prop_assert!(merge.clusters[0] < merge.clusters[1]);
                prop_assert!(merge.clusters[1] < u64::from(n) + at as u64);
            }
            merged.sort_unstable();
            prop_assert!(merged.iter().copied().eq(0..merged.len() as u64));
            let apart = forest.dendrogram(false).expect("right");
            prop_assert_eq!(&apart[..], &merges[..forest.len()]);
        }
    }

    #[test]
    fn what_has_no_dendrogram_is_refused() {
        let edges = [(0u32, 1u32, 5)];
        let heaviest = crate::maximum_forest(2, &edges).expect("right").dendrogram(true);
        assert!(heaviest.unwrap_err().to_string().contains("do not rise"));
        let wanted = Wanted { n: Some(1 << 40), ..Wanted::default() };
        let sparse = forest_of(&edges.as_slice(), wanted).expect("right").dendrogram(true);
        assert!(sparse.unwrap_err().to_string().contains("all 1099511627776 vertices"));
    }
}
