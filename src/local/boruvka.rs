//! Borůvka: every component takes its lightest edge, all at once; components that are joined are
//! contracted.
//!
//! Borůvka, "O jistém problému minimálním", 1926. On a graph with locality, where edges that are near
//! each other in the input have near ends, a round is a few passes over memory in order, and
//! threads need no atomic operations: each has its window of vertices and the edges that lie there.

use super::contracted_edge::ContractedEdge;
use super::edge_like::EdgeLike;
use super::edge_set::EdgeSet;
use super::filter_kruskal;
use super::memory::prefetch;
use super::round::Round;
use super::{NONE, PIECE};
use crate::graph::{Edge, Key};
use bytemuck::allocation::zeroed_slice_box;
use rayon::prelude::*;

/// How many edges ahead the memory of an edge is prefetched.
const AHEAD: usize = 256;

/// Returns the forest that [`super::kruskal()`] returns, in the order of the input.
///
/// # Complexity
/// O((n + m) log n) work on the current rayon pool, in at most log2 n rounds; without locality, one
/// thread looks at all edges in each round. Memory 16 to 24 bytes per vertex, as many per edge that
/// the first round leaves, and one byte per edge.
///
/// With 2^32 - 1 edges or more, whose positions do not fit 32 bits, it calls [`filter_kruskal()`],
/// which returns the lightest edge first.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn boruvka<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    if edges.len() >= NONE as usize {
        return filter_kruskal(n, edges);
    }
    let mut contracted = ContractedGraph::of(n, edges);
    while !contracted.pieces().iter().all(|piece| piece.is_empty()) {
        contracted.again();
    }
    contracted.forest(edges, &[])
}

/// A graph after rounds of Borůvka.
pub(super) struct ContractedGraph<K> {
    /// The number of components, without those that were complete before the last round.
    pub(super) n: usize,
    /// Edges between them, in the order of the input; those of each piece are at its start.
    live: Box<[ContractedEdge<K>]>,
    /// How many of them each piece has.
    lens: Vec<usize>,
    /// The edges of the input that belong to the forest.
    taken: EdgeSet,
}

impl<K: Key> ContractedGraph<K> {
    /// The graph after one round.
    ///
    /// # Panics
    /// If positions do not fit 32 bits.
    pub(super) fn of<E: EdgeLike<Key = K>>(n: usize, edges: &[E]) -> Self {
        assert!(edges.len() < NONE as usize, "positions have 32 bits");
        let taken = EdgeSet::none(edges.len());
        let pieces: Vec<&[E]> = edges.chunks(PIECE).collect();
        let round = Round::of(n, &pieces, &taken, |index| (edges[index as usize], index));
        // On small pages: the system provides zeroed memory when it is touched, and only the edges
        // that are left touch it.
        let mut live: Box<[ContractedEdge<K>]> = zeroed_slice_box(edges.len());
        let contract = |piece: usize, to: &mut [ContractedEdge<K>]| {
            let (mut len, first) = (0, piece * PIECE);
            for (index, edge) in pieces[piece].iter().enumerate() {
                prefetch(pieces[piece], index + AHEAD);
                let ((u, v), key) = (edge.ends(), edge.key());
                to[len] =
                    round.relabel(ContractedEdge { u, v, key, origin: (first + index) as u32 });
                len += usize::from(!to[len].is_loop());
            }
            len
        };
        let lens =
            live.par_chunks_mut(PIECE).enumerate().map(|(piece, to)| contract(piece, to)).collect();
        Self { n: round.components, live, lens, taken }
    }

    /// Does another round.
    pub(super) fn again(&mut self) {
        let at = |index| (self.live[index as usize], self.live[index as usize].origin);
        let round = Round::of(self.n, &self.pieces(), &self.taken, at);
        let contract = |(piece, len): (&mut [ContractedEdge<K>], &mut usize)| {
            let mut kept = 0;
            for index in 0..*len {
                piece[kept] = round.relabel(piece[index]);
                kept += usize::from(!piece[kept].is_loop());
            }
            *len = kept;
        };
        self.live.par_chunks_mut(PIECE).zip(&mut self.lens).for_each(contract);
        self.n = round.components;
    }

    /// The edges that are left.
    pub(super) fn pieces(&self) -> Vec<&[ContractedEdge<K>]> {
        self.live.chunks(PIECE).zip(&self.lens).map(|(piece, &len)| &piece[..len]).collect()
    }

    /// The edges taken so far and `others`, as they are in the input and in its order.
    pub(super) fn forest<E: EdgeLike>(self, edges: &[E], others: &[ContractedEdge<K>]) -> Vec<E> {
        let Self { live, taken, .. } = self;
        drop(live);
        others.iter().for_each(|other| taken.mark(other.origin));
        taken.select(edges)
    }
}
