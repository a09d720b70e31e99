//! One round of Borůvka: from the lightest edge of each vertex to the components that they join.

use super::contracted_edge::ContractedEdge;
use super::edge_like::EdgeLike;
use super::edge_set::EdgeSet;
use super::lightest::lightest_of_each;
use super::memory::zeroed;
use super::{Components, NONE, PIECE};
use crate::graph::{Key, Vertex};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The result of one round.
pub(super) struct Round {
    /// The new component of each vertex that has edges.
    labels: Box<[AtomicU32]>,
    /// The number of new components.
    pub(super) components: usize,
}

impl Round {
    /// Lets each vertex of `0..n` take its lightest edge, and marks these edges in `taken`. `at`
    /// returns the record at an index, where each piece counts as [`PIECE`] records, and its
    /// position in the input.
    ///
    /// New components are numbered in the order of vertices, so that locality is kept.
    pub(super) fn of<R: EdgeLike>(
        n: usize,
        pieces: &[&[R]],
        taken: &EdgeSet,
        at: impl Fn(u32) -> (R, u32) + Sync,
    ) -> Self {
        let lightest = lightest_of_each(n, pieces, PIECE);
        let edge = |v: Vertex| R::Key::position(lightest[v as usize]);
        let parents = Components::new(n);
        let vertices: Vec<Range<Vertex>> = (0..n)
            .step_by(PIECE)
            .map(|first| first as Vertex..(first + PIECE).min(n) as Vertex)
            .collect();
        let hook = |vertices: &Range<Vertex>| {
            let mut roots = 0;
            for v in vertices.clone().filter(|&v| edge(v) != NONE) {
                let (record, position) = at(edge(v));
                let (a, b) = record.ends();
                let other = a ^ b ^ v;
                // Of two vertices that chose the same edge, the lower becomes the root. Edges are
                // strictly ordered, so there are no longer cycles than this.
                let root = (v < other) & (edge(other) == edge(v));
                parents.set_parent(v, if root { v } else { other });
                taken.mark(position);
                roots += u32::from(root);
            }
            roots
        };
        let roots: Vec<u32> = vertices.par_iter().map(hook).collect();
        let labels: Box<[AtomicU32]> = zeroed(n);
        let number = |(vertices, first): (&Range<Vertex>, u32)| {
            let mut next = first;
            for v in vertices.clone() {
                labels[v as usize].store(next, Relaxed);
                let parent = parents.parent(v);
                next += u32::from((parent == v) & (edge(v) != NONE));
                parents.set_parent(v, parents.parent(parent)); // so that most vertices find their root in one step
            }
        };
        let mut components = 0;
        let firsts: Vec<u32> = roots
            .iter()
            .map(|roots| {
                components += roots;
                components - roots
            })
            .collect();
        vertices.par_iter().zip(firsts).for_each(number);
        drop(lightest);
        let label = |vertices: &Range<Vertex>| {
            for v in vertices.clone() {
                let root = parents.root(v);
                if root != v {
                    labels[v as usize].store(labels[root as usize].load(Relaxed), Relaxed);
                }
            }
        };
        vertices.par_iter().for_each(label);
        Self { labels, components: components as usize }
    }

    /// The same edge between new components.
    pub(super) fn relabel<K: Key>(&self, live: ContractedEdge<K>) -> ContractedEdge<K> {
        let label = |v: Vertex| self.labels[v as usize].load(Relaxed);
        ContractedEdge { u: label(live.u), v: label(live.v), ..live }
    }
}
