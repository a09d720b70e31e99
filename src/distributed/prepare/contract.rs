//! Contract: find the forest edges that a rank can be sure of without asking another rank.
//!
//! All edges at an interior vertex lie on one rank. So the rank knows the lightest edge from a set
//! of interior vertices to the outside, which belongs to the minimum spanning forest by the cut
//! property. The edges found in this way are the forest of the rank after all shared vertices are
//! made one; what is left of the rank's forest joins shared vertices.

use super::shared::shared;
use crate::comm::Comm;
use crate::graph::{Edge, Key, Numbering, Vertex, choose};
use crate::local::{self, Components, ContractedEdge};
use crate::measure::Phase;
use bytemuck::Zeroable;
use fixedbitset::FixedBitSet;

/// A rank's forest, split into the certain edges and those left to compare.
pub(in crate::distributed) struct Contraction<K> {
    /// Edges of the minimum spanning forest.
    pub(in crate::distributed) fixed: Vec<Edge<K>>,
    /// The others, between shared vertices, which get new numbers: a forest, sorted by key and then
    /// by position. `origin` is the place in the rank's forest.
    pub(in crate::distributed) rest: Vec<ContractedEdge<K>>,
    /// The number of shared vertices.
    pub(in crate::distributed) n: usize,
}

/// Contracts the edges that each rank can be sure of in its own `forest` on the vertices `0..n`.
/// Edges of equal weight are in the order of positions.
///
/// # Complexity
/// O(n/64 + |forest|), and a sort of the chains between shared vertices, which are fewer than twice
/// these vertices; memory 12n bytes, touched only where there are edges. Traffic as [`shared()`].
pub(in crate::distributed) fn contract<K: Key>(
    comm: &Comm,
    n: usize,
    forest: &[Edge<K>],
) -> Contraction<K> {
    comm.enter(Phase::Contract);
    let touched = comm.compute(|| {
        let mut touched = FixedBitSet::with_capacity(n);
        forest.iter().flat_map(|e| [e.u, e.v]).for_each(|v| touched.insert(v as usize));
        touched
    });
    let shared = shared(comm, &touched);
    comm.compute(|| {
        let mut nodes = nodes(n, forest);
        let mut fixed = strip(&mut nodes, forest, &shared);
        let chains = chains(&nodes, forest, &shared, &mut fixed);
        drop(nodes);
        let shared = Numbering::of(shared);
        let rest = split(n, chains, &shared, &mut fixed);
        Contraction { fixed: choose(forest, &fixed), rest, n: shared.set().count_ones(..) }
    })
}

/// A vertex of a forest that is being stripped. The places of all its edges are combined by
/// exclusive or in one word, and so are their other ends: when one edge is left, the words are its
/// place and end.
#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
struct Node {
    /// How many edges are left.
    degree: u32,
    /// The places of these edges in the forest.
    places: u32,
    /// The other ends of these edges.
    others: Vertex,
}

impl Node {
    /// Adds or removes an edge.
    fn toggle(&mut self, place: u32, other: Vertex) {
        self.places ^= place;
        self.others ^= other;
    }
}

/// How many edges ahead memory is prefetched.
const AHEAD: usize = 24;

/// Prefetches the ends of the edge [`AHEAD`] places after `place`.
fn prefetch_ends<K: Key>(nodes: &[Node], forest: &[Edge<K>], place: usize) {
    if let Some(e) = forest.get(place + AHEAD) {
        local::prefetch(nodes, e.u as usize);
        local::prefetch(nodes, e.v as usize);
    }
}

/// Returns the vertices of `forest`.
fn nodes<K: Key>(n: usize, forest: &[Edge<K>]) -> Box<[Node]> {
    let mut nodes: Box<[Node]> = local::zeroed(n);
    for (place, e) in forest.iter().enumerate() {
        prefetch_ends(&nodes, forest, place);
        for (v, other) in [(e.u, e.v), (e.v, e.u)] {
            let node = &mut nodes[v as usize];
            node.degree += 1;
            node.toggle(place as u32, other);
        }
    }
    nodes
}

/// Strips the edges that connect only interior vertices to the rest of `forest`: those at a leaf,
/// then those at a vertex that has become a leaf. Removes them from `nodes` and returns them.
fn strip<K: Key>(nodes: &mut [Node], forest: &[Edge<K>], shared: &FixedBitSet) -> FixedBitSet {
    let mut stripped = FixedBitSet::with_capacity(forest.len());
    for (place, e) in forest.iter().enumerate() {
        prefetch_ends(nodes, forest, place);
        for end in [e.u, e.v] {
            let mut leaf = end;
            while nodes[leaf as usize].degree == 1 && !shared.contains(leaf as usize) {
                let Node { places: place, others: other, .. } = nodes[leaf as usize];
                stripped.insert(place as usize);
                nodes[leaf as usize].degree = 0;
                let node = &mut nodes[other as usize];
                node.degree -= 1;
                node.toggle(place, leaf);
                leaf = other;
            }
        }
    }
    stripped
}

/// Returns the heaviest edge of each chain, between the chain's ends, and adds the chain's other
/// edges to `fixed`. Chains are made of edges not yet `fixed`; their inner vertices are interior
/// and have no other edges.
fn chains<K: Key>(
    nodes: &[Node],
    forest: &[Edge<K>],
    shared: &FixedBitSet,
    fixed: &mut FixedBitSet,
) -> Vec<ContractedEdge<K>> {
    let mut chains = Vec::new();
    let mut passed = fixed.clone();
    for (first, e) in forest.iter().enumerate() {
        if passed.contains(first) {
            continue;
        }
        let mut heaviest = first;
        let [u, v] = [(e.v, e.u), (e.u, e.v)].map(|(mut before, mut end)| {
            let mut place = first;
            while nodes[end as usize].degree == 2 && !shared.contains(end as usize) {
                let Node { places, others, .. } = nodes[end as usize];
                (before, end) = (end, others ^ before);
                place ^= places as usize;
                passed.insert(place);
                let lighter =
                    std::cmp::min_by_key(place, heaviest, |&place| (forest[place].key, place));
                fixed.insert(lighter);
                heaviest ^= place ^ lighter;
            }
            end
        });
        chains.push(ContractedEdge { u, v, key: forest[heaviest].key, origin: heaviest as u32 });
    }
    chains
}

/// Adds the `chains` that are certain to `fixed`, and returns the others.
fn split<K: Key>(
    n: usize,
    mut chains: Vec<ContractedEdge<K>>,
    shared: &Numbering,
    fixed: &mut FixedBitSet,
) -> Vec<ContractedEdge<K>> {
    // A chain has the position of its heaviest edge.
    chains.sort_unstable_by_key(|chain| chain.origin);
    local::sort(&mut chains);
    let mut components = Components::new(n);
    // For the root of each component, the number of its only shared vertex, from 1; 0 if it has
    // none.
    let mut anchors: Box<[u32]> = local::zeroed(n);
    for v in chains.iter().flat_map(|e| [e.u, e.v]).filter(|&v| shared.set().contains(v as usize)) {
        anchors[v as usize] = shared.number(v) + 1;
    }
    let mut rest = Vec::new();
    for edge in chains {
        let ends = [edge.u, edge.v].map(|v| anchors[components.root(v) as usize]);
        if ends.contains(&0) {
            components.join(edge.u, edge.v);
            anchors[components.root(edge.u) as usize] = ends[0] | ends[1];
            fixed.insert(edge.origin as usize);
        } else {
            rest.push(edge);
        }
    }
    // Only now does every component have a shared vertex.
    let anchor = |v: Vertex| anchors[components.root(v) as usize] - 1;
    rest.into_iter()
        .map(|edge| ContractedEdge { u: anchor(edge.u), v: anchor(edge.v), ..edge })
        .collect()
}
