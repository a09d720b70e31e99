//! Ids beyond 32 bits: a rank's batches name vertices by places in one list of ids, and all ranks
//! together number the vertices at edges anew.

use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::graph::with_edges;
use crate::graph::{Batch, Edge, Key, MOST_VERTICES, Vertex, distinct_ids, listed, place_of};
use crate::sharding::{IdIndex, distinct};
use rayon::prelude::*;

/// The numbers that stand for the ids of a graph's vertices at edges, in the order of the ids.
#[derive(Clone, Debug)]
pub struct VertexNumbers {
    index: IdIndex,
    /// The ids at this rank's edges, and the number of each.
    here: (Vec<u64>, Vec<Vertex>),
}

impl VertexNumbers {
    /// Numbers the vertices at the edges of all ranks, in place of their ids.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there are more than 2^32 - 1. All ranks return the same.
    pub(super) fn of(comm: &Comm, batches: &mut [Batch]) -> Result<Self> {
        let ids = comm.compute(|| in_one_list(batches));
        let index = IdIndex::of(comm, ids.clone());
        if index.len() > MOST_VERTICES {
            let what = format!(
                "{} vertices have edges, but at most {MOST_VERTICES} can be numbered with 32 bits",
                index.len()
            );
            return Err(Error::TooLarge { needed: None, left: None, what });
        }
        let numbers = index.numbers(comm, &ids);
        let number = |number: Option<Vertex>| number.expect("every id at an edge has a number");
        let numbers: Vec<Vertex> = numbers.into_iter().map(number).collect();
        comm.compute(|| {
            batches.par_iter_mut().for_each(|batch| {
                batch.take_ids();
                batch.rename(|place| numbers[place as usize]);
            });
        });
        Ok(Self { index, here: (ids, numbers) })
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

    /// The ids of all vertices, if one rank has them.
    pub(super) fn all(&self) -> Option<&[u64]> {
        (self.index.own().len() as u64 == self.len()).then_some(self.index.own())
    }

    /// Forgets the ids at this rank's edges, which only [`VertexNumbers::renumber`] needs.
    pub(super) fn forget_own(&mut self) {
        self.here = (Vec::new(), Vec::new());
    }

    /// Numbers the vertices of a batch that this rank has read once before. Returns an id that it did
    /// not have then, if there is one.
    pub(super) fn renumber(&self, batch: &mut Batch) -> Option<u64> {
        let (known, numbers) = &self.here;
        let ids = batch.take_ids();
        let id = |v: Vertex| ids.as_ref().map_or(v.into(), |ids| ids[v as usize]);
        let new = batch.edges().iter().flat_map(|e| [id(e.u), id(e.v)]);
        if let Some(new) = new.into_iter().find(|id| place_of(known, *id).is_none()) {
            return Some(new);
        }
        batch.rename(|v| numbers[place_of(known, id(v)).expect("looked up above") as usize]);
        None
    }
}

/// Makes all batches name vertices by places in one list of ids, which is returned.
///
/// # Complexity
/// O(k log k) for k ends of edges; the list takes 8 bytes an id.
pub(super) fn in_one_list(batches: &mut [Batch]) -> Vec<u64> {
    let lists: Vec<Vec<u64>> = batches.par_iter_mut().map(own_list).collect();
    let ids = distinct_ids(lists.concat());
    batches.par_iter_mut().zip(lists).for_each(|(batch, list)| {
        let place = |id: u64| place_of(&ids, id).expect("the list has the ids of all batches");
        let places: Vec<Vertex> = list.into_iter().map(place).collect();
        batch.rename(|v| places[v as usize]);
    });
    ids
}

/// The ids at the edges of a batch, which name vertices by places in this list from now on.
fn own_list(batch: &mut Batch) -> Vec<u64> {
    if let Some(ids) = batch.take_ids() {
        return ids;
    }
    let ends: Vec<u64> = batch.edges().iter().flat_map(|e| [e.u.into(), e.v.into()]).collect();
    let (ids, places) = listed(&ends);
    let (places, _) = places.as_chunks::<2>();
    with_edges!(batch.edges_mut(), list => {
        list.iter_mut().zip(places).for_each(|(e, &[u, v])| (e.u, e.v) = (u, v));
    });
    ids
}
