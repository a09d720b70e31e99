//! Contract: the forest edges that a rank can be sure of without asking another one.
//!
//! All edges at an interior vertex lie on one rank. A set of interior vertices therefore knows its lightest
//! edge to the outside, which belongs to the minimum spanning forest by the cut property. The edges
//! found so are those of the rank's forest after all shared vertices are made one: what is left
//! of it joins shared vertices.

use super::bits::Bits;
use super::shared::shared;
use crate::comm::{Comm, Phase};
use crate::graph::{Edge, Key, Vertex};
use crate::local::{self, Components, Live};

/// A rank's forest, split in what is certain and what is left to be compared.
pub(super) struct Contracted<K> {
    /// Edges of the minimum spanning forest.
    pub(super) fixed: Vec<Edge<K>>,
    /// The others, between shared vertices, which are numbered anew: a forest, sorted by key, and of
    /// equal keys by position. `origin` is the place in the rank's forest.
    pub(super) rest: Vec<Live<K>>,
    /// How many shared vertices there are.
    pub(super) n: usize,
}

/// Contracts what every rank can be sure of in its own `forest` on the vertices `0..n`, edges of equal
/// weight in the order of positions.
///
/// # Complexity
/// O(n/64 + |forest|) but for the paths between shared vertices, which are sorted; memory 12n bytes,
/// touched where there are edges. Traffic as [`shared()`].
pub(super) fn contract<K: Key>(comm: &Comm, n: usize, forest: &[Edge<K>]) -> Contracted<K> {
    comm.enter(Phase::Contract);
    let touched = comm.compute(|| {
        let mut touched = Bits::zeros(n);
        forest.iter().flat_map(|e| [e.u, e.v]).for_each(|v| touched.set(v as usize));
        touched
    });
    let shared = shared(comm, &touched);
    comm.compute(|| {
        let mut fixed = strip(n, forest, &shared);
        let left: Vec<usize> =
            fixed.iter().enumerate().filter(|(_, fixed)| !fixed).map(|(place, _)| place).collect();
        let rest = split(n, forest, &left, &shared, &mut fixed);
        Contracted { fixed: fixed.choose(forest), rest, n: shared.count_ones() }
    })
}

/// The edges that hang from the rest of `forest` by interior vertices alone: those at a leaf, then at
/// what has become one.
fn strip<K: Key>(n: usize, forest: &[Edge<K>], shared: &Bits) -> Bits {
    // Of each vertex the number of its edges and their places, all in one word by exclusive or: that
    // of the last one is there when it is needed.
    let mut degrees: Box<[u32]> = bytemuck::allocation::zeroed_slice_box(n);
    let mut places: Box<[u32]> = bytemuck::allocation::zeroed_slice_box(n);
    for (place, e) in forest.iter().enumerate() {
        for v in [e.u as usize, e.v as usize] {
            degrees[v] += 1;
            places[v] ^= place as u32;
        }
    }
    let mut stripped = Bits::zeros(forest.len());
    for e in forest {
        for leaf in [e.u, e.v] {
            let mut leaf = leaf as usize;
            while degrees[leaf] == 1 && !shared.get(leaf) {
                let place = places[leaf];
                let e = &forest[place as usize];
                stripped.set(place as usize);
                degrees[leaf] = 0;
                leaf ^= (e.u ^ e.v) as usize;
                degrees[leaf] -= 1;
                places[leaf] ^= place;
            }
        }
    }
    stripped
}

/// Of the edges `left` of `forest`, adds to `fixed` those that are certain and returns the others.
fn split<K: Key>(
    n: usize,
    forest: &[Edge<K>],
    left: &[usize],
    shared: &Bits,
    fixed: &mut Bits,
) -> Vec<Live<K>> {
    let live = |&place: &usize| {
        let Edge { u, v, key } = forest[place];
        Live { u, v, key, origin: place as u32 }
    };
    let mut edges: Vec<Live<K>> = left.iter().map(live).collect();
    local::sort(&mut edges);
    let numbers = Numbers::among(shared);
    let mut components = Components::new(n);
    // Of each component's root the number of its shared vertex, from 1; it has one at most.
    let mut anchors: Box<[u32]> = bytemuck::allocation::zeroed_slice_box(n);
    for v in edges.iter().flat_map(|e| [e.u, e.v]).filter(|&v| shared.get(v as usize)) {
        anchors[v as usize] = numbers.of(v) + 1;
    }
    let mut rest = Vec::new();
    for edge in edges {
        let ends = [edge.u, edge.v].map(|v| anchors[components.root(v) as usize]);
        if ends.contains(&0) {
            components.join(edge.u, edge.v);
            anchors[components.root(edge.u) as usize] = ends[0] | ends[1];
            fixed.set(edge.origin as usize);
        } else {
            rest.push(edge);
        }
    }
    // Only now is every component anchored.
    let anchor = |v: Vertex| anchors[components.root(v) as usize] - 1;
    rest.into_iter().map(|edge| Live { u: anchor(edge.u), v: anchor(edge.v), ..edge }).collect()
}

/// The shared vertices' numbers among themselves.
struct Numbers<'a> {
    shared: &'a Bits,
    /// How many lie before each word.
    before: Vec<u32>,
}

impl<'a> Numbers<'a> {
    fn among(shared: &'a Bits) -> Self {
        let mut next = 0;
        let before = shared.words().iter().map(|word| {
            next += word.count_ones();
            next - word.count_ones()
        });
        Self { before: before.collect(), shared }
    }

    fn of(&self, v: Vertex) -> u32 {
        let (word, bit) = (v as usize / 64, v % 64);
        let lower = self.shared.words()[word] & ((1 << bit) - 1);
        self.before[word] + lower.count_ones()
    }
}
