//! Contract: the forest edges that a rank can be sure of without asking another one.
//!
//! All edges at an interior vertex lie on one rank. A set of interior vertices therefore knows its lightest
//! edge to the outside, which belongs to the minimum spanning forest by the cut property. The edges
//! found so are those of the rank's forest after all shared vertices are made one: what is left
//! of it joins shared vertices.

use super::shared::shared;
use crate::comm::Comm;
use crate::distributed::bits::choose;
use crate::distributed::numbering::Numbering;
use crate::graph::{Edge, Key, Vertex};
use crate::local::{self, Components, ContractedEdge};
use crate::measure::Phase;
use bytemuck::Zeroable;
use fixedbitset::FixedBitSet;

/// A rank's forest, split in what is certain and what is left to be compared.
pub(in crate::distributed) struct Contraction<K> {
    /// Edges of the minimum spanning forest.
    pub(in crate::distributed) fixed: Vec<Edge<K>>,
    /// The others, between shared vertices, which are numbered anew: a forest, sorted by key, and of
    /// equal keys by position. `origin` is the place in the rank's forest.
    pub(in crate::distributed) rest: Vec<ContractedEdge<K>>,
    /// How many shared vertices there are.
    pub(in crate::distributed) n: usize,
}

/// Contracts what every rank can be sure of in its own `forest` on the vertices `0..n`, edges of equal
/// weight in the order of positions.
///
/// # Complexity
/// O(n/64 + |forest|) but for the chains between shared vertices, fewer than twice as many as those, which
/// are sorted; memory 12n bytes, touched where there are edges. Traffic as [`shared()`].
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

/// A vertex of a forest that is stripped: of its edges all in one word, by exclusive or, so that what is
/// asked of the last one is there when it is needed.
#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
struct Node {
    /// How many edges it has left.
    degree: u32,
    /// Their places in the forest.
    places: u32,
    /// Their other ends.
    others: Vertex,
}

impl Node {
    /// Adds or takes away an edge.
    fn toggle(&mut self, place: u32, other: Vertex) {
        self.places ^= place;
        self.others ^= other;
    }
}

/// Edges between asking for memory and using it.
const AHEAD: usize = 24;

/// Asks for the ends of an edge that comes some time after the one at `place`.
fn prefetch_ends<K: Key>(nodes: &[Node], forest: &[Edge<K>], place: usize) {
    if let Some(e) = forest.get(place + AHEAD) {
        local::prefetch(nodes, e.u as usize);
        local::prefetch(nodes, e.v as usize);
    }
}

/// The vertices of `forest`.
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

/// The edges that hang from the rest of `forest` by interior vertices alone, which `nodes` lose: those at
/// a leaf, then at what has become one.
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

/// The heaviest edge of each chain of those that are not `fixed` yet, between the chain's ends; adds the
/// others to `fixed`. A chain's inner vertices are interior and have no other edges.
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

/// Of the `chains`, adds to `fixed` those that are certain and returns the others.
fn split<K: Key>(
    n: usize,
    mut chains: Vec<ContractedEdge<K>>,
    shared: &Numbering,
    fixed: &mut FixedBitSet,
) -> Vec<ContractedEdge<K>> {
    // A chain stands where its heaviest edge does.
    chains.sort_unstable_by_key(|chain| chain.origin);
    local::sort(&mut chains);
    let mut components = Components::new(n);
    // Of each component's root the number of its shared vertex, from 1; it has one at most.
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
    // Only now is every component anchored.
    let anchor = |v: Vertex| anchors[components.root(v) as usize] - 1;
    rest.into_iter()
        .map(|edge| ContractedEdge { u: anchor(edge.u), v: anchor(edge.v), ..edge })
        .collect()
}
