//! Borůvka: every component takes its lightest edge, all at once; the joined ones are contracted.
//!
//! Borůvka, "O jistém problému minimálním", 1926; in parallel with one compare-and-swap an edge end:
//! Dhulipala, Blelloch, Shun, "Theoretically Efficient Parallel Graph Algorithms Can Be Fast and
//! Scalable", SPAA 2018.

use crate::graph::{Edge, Key, Vertex};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// No edge yet.
const NONE: usize = usize::MAX;

/// An edge between contracted components, and its position in the input.
#[derive(Clone, Copy)]
struct Live<K> {
    u: Vertex,
    v: Vertex,
    key: K,
    position: usize,
}

/// Returns the forest that [`super::kruskal()`] returns, in the same order.
///
/// # Complexity
/// O((n + m) log n) work on the current rayon pool, at most log2 n rounds; memory 20 bytes a
/// vertex and 24 to 32 an edge.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn boruvka<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    let live = edges.par_iter().enumerate().filter(|(_, e)| !e.is_loop());
    let mut live: Vec<Live<K>> =
        live.map(|(position, &Edge { u, v, key })| Live { u, v, key, position }).collect();
    let mut components = n;
    let mut taken = Vec::new();
    while !live.is_empty() {
        let lightest = lightest_of_each(components, &live);
        let parents = hook(&live, &lightest);
        let joined = parents.par_iter().enumerate().filter(|(c, parent)| *c != **parent as usize);
        taken.par_extend(joined.map(|(c, _)| live[lightest[c]].position));
        let labels = relabel(parents, &mut components);
        live = contract(&live, &labels);
    }
    taken.par_sort_unstable_by_key(|&position| (edges[position].key, position));
    taken.into_par_iter().map(|position| edges[position]).collect()
}

/// For each component, the index of its lightest edge, ties to the first; [`NONE`] without edges.
///
/// `live` keeps the input's order, so an index breaks ties as the position does.
fn lightest_of_each<K: Key>(components: usize, live: &[Live<K>]) -> Vec<usize> {
    let mut lightest = Vec::new();
    (0..components).into_par_iter().map(|_| AtomicUsize::new(NONE)).collect_into_vec(&mut lightest);
    let lighter = |a: usize, b: usize| b == NONE || (live[a].key, a) < (live[b].key, b);
    live.par_iter().enumerate().for_each(|(index, e)| {
        for c in [e.u, e.v] {
            // Relaxed: each cell stands for itself, and the pool's end of work orders the rest.
            let take = |now: usize| lighter(index, now).then_some(index);
            let _ = lightest[c as usize].fetch_update(Relaxed, Relaxed, take);
        }
    });
    lightest.into_par_iter().map(AtomicUsize::into_inner).collect()
}

/// Each component's parent: the other end of its lightest edge, or itself for one of the two that
/// chose the same edge. The order of edges is strict, so there are no longer cycles.
fn hook<K: Key>(live: &[Live<K>], lightest: &[usize]) -> Vec<Vertex> {
    let choose = |(c, &index): (usize, &usize)| {
        let c = c as Vertex;
        let Some(e) = live.get(index) else { return c }; // NONE: isolated
        let other = if e.u == c { e.v } else { e.u };
        if lightest[other as usize] == index && c < other { c } else { other }
    };
    lightest.par_iter().enumerate().map(choose).collect()
}

/// Numbers the trees of `parents` from 0 and returns each component's number; `components`
/// becomes how many there are.
fn relabel(parents: Vec<Vertex>, components: &mut usize) -> Vec<Vertex> {
    let mut roots = parents;
    loop {
        let next: Vec<Vertex> = roots.par_iter().map(|&parent| roots[parent as usize]).collect();
        if next == roots {
            break;
        }
        roots = next;
    }
    let mut numbers: Vec<Vertex> = vec![0; roots.len()];
    let mut count = 0;
    for (c, &root) in roots.iter().enumerate() {
        if c == root as usize {
            numbers[c] = count;
            count += 1;
        }
    }
    *components = count as usize;
    roots.into_par_iter().map(|root| numbers[root as usize]).collect()
}

/// The edges that still join two components, in their order.
fn contract<K: Key>(live: &[Live<K>], labels: &[Vertex]) -> Vec<Live<K>> {
    let renamed =
        live.par_iter().map(|e| Live { u: labels[e.u as usize], v: labels[e.v as usize], ..*e });
    renamed.filter(|e| e.u != e.v).collect()
}
