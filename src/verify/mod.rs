//! Proves that a forest is spanning, acyclic, minimum, and part of its graph.
//!
//! The proof uses no algorithm that finds forests, so none can hide its own mistake. It rests on
//! the cycle property: a spanning forest is minimum exactly when no graph edge is lighter than the
//! heaviest forest edge between its endpoints. Komlós, "Linear Verification for Spanning Trees",
//! Combinatorica 1985. A graph edge of the same weight is a tie and correct.
//!
//! Each graph edge is checked alone, against [`PathMaxima`] of the whole forest, so ranks check
//! their slices without messages; afterwards they only combine what [`check_slice`] has found.

mod distributed;
mod flaw;
mod path_maxima;
mod sharded;

#[cfg(test)]
mod tests;

use crate::graph::{Edge, Key};
pub(crate) use distributed::Proof;
pub use distributed::verify_slice;
pub use flaw::Flaw;
use flaw::widen;
pub use path_maxima::{PathMaxima, VERTEX_BYTES};
use rayon::prelude::*;
pub(crate) use sharded::{Given, OfGiven, verify_sharded};
use std::sync::atomic::{AtomicU64, Ordering};

/// Proves that `forest` is a minimum spanning forest of `graph` on the vertices `0..n`.
///
/// Both may be in any order; loops in the graph are ignored.
///
/// # Errors
/// The first [`Flaw`]: first those of the forest itself, then those by position in the graph, then
/// forest edges that are not in the graph. It is the same for any number of threads.
///
/// # Complexity
/// O((n + m) log n) time, the part in m in parallel; memory as for [`PathMaxima`].
///
/// # Panics
/// If an endpoint in `graph` is not below `n`. Readers refuse such edges, so this is a bug.
///
/// # Examples
/// ```
/// # use mst::{graph::Edge, verify::{Flaw, verify}};
/// let graph = [Edge { u: 0, v: 1, key: 5u32 }, Edge { u: 1, v: 2, key: 3 }, Edge { u: 2, v: 0, key: 4 }];
/// assert_eq!(verify(3, &[graph[1], graph[2]], &graph), Ok(()));
/// assert!(matches!(verify(3, &[graph[0], graph[1]], &graph), Err(Flaw::NotMinimum { position: 2, .. })));
/// ```
pub fn verify<K: Key>(n: u64, forest: &[Edge<K>], graph: &[Edge<K>]) -> Result<(), Flaw> {
    let maxima = PathMaxima::new(n, forest)?;
    let found = check_slice(&maxima, graph, 0)?;
    all_found(&found, forest)
}

/// Checks a slice of the graph against the forest. `first` is the position in the graph of its
/// first edge.
///
/// Returns which forest edges the slice holds: bit i % 64 of word i / 64 stands for the edge at
/// position i. Pass the union over all slices to [`all_found`].
///
/// # Errors
/// [`Flaw::NotSpanning`] or [`Flaw::NotMinimum`] for the first edge that has one.
///
/// # Complexity
/// O(m log n) time in parallel; memory of one bit per forest edge.
///
/// # Panics
/// If an endpoint is not a vertex of the forest.
pub fn check_slice<K: Key>(
    maxima: &PathMaxima<'_, K>,
    slice: &[Edge<K>],
    first: u64,
) -> Result<Vec<u64>, Flaw> {
    let words = maxima.forest().len().div_ceil(64);
    let found: Vec<AtomicU64> = (0..words).map(|_| AtomicU64::new(0)).collect();
    let flaw = slice.par_iter().enumerate().find_map_first(|(position, edge)| {
        check_edge(maxima, edge, first + position as u64, &found).err()
    });
    match flaw {
        Some(flaw) => Err(flaw),
        None => Ok(found.into_iter().map(AtomicU64::into_inner).collect()),
    }
}

/// Checks one edge of the graph, and marks it in `found` if it is in the forest.
#[inline]
fn check_edge<K: Key>(
    maxima: &PathMaxima<'_, K>,
    edge: &Edge<K>,
    position: u64,
    found: &[AtomicU64],
) -> Result<(), Flaw> {
    if edge.is_loop() || maxima.is_far_outweighed_by(edge) {
        return Ok(());
    }
    let Some(on_path) = maxima.heaviest(edge.u, edge.v) else {
        return Err(Flaw::NotSpanning { position, edge: widen(edge) });
    };
    let heaviest = &maxima.forest()[on_path];
    if edge.key < heaviest.key {
        let (edge, heaviest) = (widen(edge), widen(heaviest));
        return Err(Flaw::NotMinimum { position, edge, heaviest });
    }
    // The path between the ends of a forest edge is that edge alone: no other needs comparing.
    if edge.key == heaviest.key && edge.ends() == heaviest.ends() {
        found[on_path / 64].fetch_or(1 << (on_path % 64), Ordering::Relaxed);
    }
    Ok(())
}

/// Checks that the slices of the graph together held every edge of `forest`.
///
/// # Errors
/// [`Flaw::NotInGraph`] for the first edge whose bit is not set.
pub fn all_found<K: Key>(found: &[u64], forest: &[Edge<K>]) -> Result<(), Flaw> {
    let is_found = |position: usize| found[position / 64] >> (position % 64) & 1 == 1;
    match (0..forest.len()).find(|&position| !is_found(position)) {
        Some(position) => {
            let edge = widen(&forest[position]);
            Err(Flaw::NotInGraph { position: position as u64, edge })
        }
        None => Ok(()),
    }
}
