//! Ids beyond 32 bits: a rank's batches name vertices by places in one list of ids, and all ranks
//! together number the vertices at edges anew.

use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::graph::{Batch, Edge, IdList, Key, MOST_VERTICES, Vertex, listed, with_edges};
use crate::sharding::{IdIndex, distinct};
use rayon::prelude::*;
use std::sync::Arc;

/// The numbers that stand for the ids of a graph's vertices at edges, in the order of the ids.
#[derive(Clone, Debug)]
pub struct VertexNumbers {
    index: IdIndex,
    /// The ids at this rank's edges, and the number of each, as long as they are needed.
    here: Option<(IdList, Vec<Vertex>)>,
}

impl VertexNumbers {
    /// Numbers the vertices at the edges of all ranks, in place of their ids.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there are more than 2^32 - 1. All ranks return the same.
    pub(super) fn of(comm: &Comm, batches: &mut [Batch]) -> Result<Self> {
        let lists = comm.compute(|| lists_of(batches));
        let ids = comm.compute(|| IdList::unless_too_many(lists.concat()));
        let ids = comm.agree(ids.ok_or_else(|| too_many(MOST_VERTICES + 1)))?;
        let index = IdIndex::of(comm, ids.ids()).map_err(too_many)?;
        let numbers = index.numbers(comm, ids.ids());
        let number = |number: Option<Vertex>| number.expect("every id at an edge has a number");
        let numbers: Vec<Vertex> = numbers.into_iter().map(number).collect();
        comm.compute(|| rename(batches, &lists, &ids, |place| numbers[place as usize]));
        Ok(Self { index, here: Some((ids, numbers)) })
    }

    /// How many vertices are at edges.
    pub fn len(&self) -> u64 {
        self.index.len()
    }

    /// Whether no vertex is at an edge.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of each of this rank's `ids`, which are sorted and distinct; `None` for one that is
    /// at no edge of the graph. Called by all ranks.
    pub fn numbers(&self, comm: &Comm, ids: &[u64]) -> Vec<Option<Vertex>> {
        self.index.numbers(comm, ids)
    }

    /// Replaces the vertices of edges by places in a list of ids, which is returned, sorted. The edges
    /// of every rank may be any ones on the graph's numbered vertices. Called by all ranks.
    ///
    /// # Complexity
    /// O(k log k) time for k edges on this rank, and two exchanges of their ends.
    pub fn listed<K: Key>(&self, comm: &Comm, edges: &[Edge<K>]) -> (Vec<u64>, Vec<Edge<K>>) {
        let ends: Vec<Vertex> = edges.iter().flat_map(|e| [e.u, e.v]).collect();
        let (numbers, places) = distinct(&ends, self.len() as usize);
        let (places, _) = places.as_chunks::<2>();
        let edge = |(e, &[u, v]): (&Edge<K>, &[Vertex; 2])| Edge { u, v, key: e.key };
        (self.index.ids(comm, &numbers), edges.iter().zip(places).map(edge).collect())
    }

    /// The ids of all vertices, if this rank has them.
    pub(super) fn all(&self) -> Option<Arc<[u64]>> {
        let own = self.index.own();
        (own.len() as u64 == self.len()).then(|| own.clone())
    }

    /// Forgets the ids at this rank's edges, which are kept for [`VertexNumbers::renumber`].
    pub(super) fn forget_own(&mut self) {
        self.here = None;
    }

    /// Numbers the vertices of a batch that this rank has read once before. Returns false, and does
    /// nothing, if there is an id that it did not have then, or if it has forgotten them.
    pub(super) fn renumber(&self, batch: &mut Batch) -> bool {
        let Some((known, numbers)) = &self.here else { return false };
        let list = list_of(batch);
        if list.iter().any(|id| known.place(*id).is_none()) {
            batch.set_ids(list);
            return false;
        }
        let number = |place: Vertex| numbers[place as usize];
        rename(std::slice::from_mut(batch), std::slice::from_ref(&list), known, number);
        true
    }

    /// As [`VertexNumbers::renumber`], for batches with any ids of the graph; it learns those that it
    /// did not have. Called by all ranks.
    ///
    /// # Errors
    /// An id that is at no edge of the graph.
    pub(super) fn learn(&self, comm: &Comm, batches: &mut [Batch]) -> Result<(), u64> {
        let lists = lists_of(batches);
        let ids = IdList::of(lists.concat());
        let found = self.index.numbers(comm, ids.ids());
        if let Some(place) = found.iter().position(Option::is_none) {
            return Err(ids.ids()[place]);
        }
        rename(batches, &lists, &ids, |place| found[place as usize].expect("all were found"));
        Ok(())
    }
}

fn too_many(vertices: u64) -> Error {
    let what = format!(
        "{vertices} vertices or more have edges, but at most {MOST_VERTICES} can be numbered with 32 \
         bits"
    );
    Error::TooLarge { needed: None, left: None, what }
}

/// Makes all batches name vertices by places in one list of ids, which is returned.
///
/// # Panics
/// If they have more than half of [`MOST_VERTICES`] edges.
///
/// # Complexity
/// O(k log k) for k ends of edges; the list takes 9 bytes an id.
pub(super) fn in_one_list(batches: &mut [Batch]) -> Arc<[u64]> {
    let lists = lists_of(batches);
    let ids = IdList::of(lists.concat());
    rename(batches, &lists, &ids, |place| place);
    ids.ids().clone()
}

/// The ids at the edges of each batch, which name vertices by places in this list from now on.
fn lists_of(batches: &mut [Batch]) -> Vec<Arc<[u64]>> {
    batches.par_iter_mut().map(list_of).collect()
}

/// The ids at the edges of a batch, which name vertices by places in this list from now on.
fn list_of(batch: &mut Batch) -> Arc<[u64]> {
    if let Some(ids) = batch.take_ids() {
        return ids;
    }
    let ends: Vec<[u64; 2]> = batch.edges().iter().map(|e| [e.u.into(), e.v.into()]).collect();
    let (ids, places) = listed(&ends);
    with_edges!(batch.edges_mut(), list => {
        list.iter_mut().zip(places).for_each(|(e, [u, v])| (e.u, e.v) = (u, v));
    });
    ids
}

/// Gives the vertices of each batch, which are places in its list, the names of their places among
/// `ids`.
fn rename(
    batches: &mut [Batch],
    lists: &[Arc<[u64]>],
    ids: &IdList,
    name: impl Fn(Vertex) -> Vertex + Sync,
) {
    batches.par_iter_mut().zip(lists).for_each(|(batch, list)| {
        let names: Vec<Vertex> = ids.places(list).into_iter().map(&name).collect();
        batch.rename(|v| names[v as usize]);
    });
}
