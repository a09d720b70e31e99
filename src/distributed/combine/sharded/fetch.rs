//! The edges of a stage, as edges between components.

use super::deal::PIECE;
use super::live::Live;
use super::pivot::Reach;
use crate::comm::Comm;
use crate::graph::Key;
use crate::local::{ContractedEdge, EdgeLike, sift};
use crate::measure::{Phase, ShardedStep};
use crate::sharding::{DistinctIds, VertexLabels};
use rayon::prelude::*;

/// The records of a rank that a stage is about.
pub(super) enum Window<'a, K> {
    /// Those at some places, in order.
    Light(&'a [u32]),
    /// Those after a cut; all if there is none.
    Heavy(Option<Reach<K>>),
}

/// The records of a window, as a forest of edges between components.
///
/// # Complexity
/// A pass over the records, and another one once their vertices have been looked up
/// ([`VertexLabels::look_up`]). Memory is O(k), for k records that join two components or distinct
/// vertices; and a bit for each vertex of the graph, unless there are far fewer records.
pub(super) fn fetch<R: EdgeLike>(
    comm: &Comm,
    labels: &VertexLabels,
    records: &[R],
    window: &Window<'_, R::Key>,
) -> Live<R::Key> {
    comm.enter(Phase::Local);
    let n = labels.vertices().n;
    if labels.are_vertices() {
        return comm.compute(|| Live::between(n, window.edges(records, |_| true, |id| id)));
    }
    let ids = comm.compute(|| window.vertices(n, records).into_list());
    comm.enter(ShardedStep::Fetch);
    let found = labels.look_up(comm, &ids);
    comm.enter(Phase::Local);
    comm.compute(|| {
        let components = Components::of(n, labels.giant(), &ids, &found);
        drop((ids, found));
        let is_outside = |id| components.outside.has(id);
        let edges = window.edges(records, is_outside, |id| components.of_vertex(id));
        Live::between(labels.components().n, edges)
    })
}

impl<K: Key> Window<'_, K> {
    /// The vertices at its edges.
    fn vertices<R: EdgeLike<Key = K>>(&self, n: usize, records: &[R]) -> DistinctIds {
        let ends = |r: &R| <[u32; 2]>::from(r.ends());
        match *self {
            Self::Light(places) => {
                let ends = places.iter().flat_map(|&place| ends(&records[place as usize]));
                DistinctIds::of(n, 2 * places.len(), ends)
            }
            Self::Heavy(cut) => {
                // Piece by piece, since a branch for each record would be mispredicted too often.
                let heavy = |(number, piece): (usize, &[R])| {
                    sift(
                        piece,
                        |r| may_be_after(cut, r),
                        |place, r| is_after(cut, r.key(), number * PIECE + place).then(|| ends(r)),
                    )
                };
                let heavy = records.chunks(PIECE).enumerate().flat_map(heavy);
                DistinctIds::of(n, records.len(), heavy.flatten())
            }
        }
    }

    /// Its edges that join two components, in order. Those of which `is_outside` holds for neither
    /// vertex join none; `component` is asked about the others.
    fn edges<R: EdgeLike<Key = K>>(
        &self,
        records: &[R],
        is_outside: impl Fn(u32) -> bool + Sync,
        component: impl Fn(u32) -> u32 + Sync,
    ) -> Vec<ContractedEdge<K>> {
        let is_outside = |r: &R| is_outside(r.ends().0) | is_outside(r.ends().1);
        let edge = |place: usize, r: &R| {
            let (u, v) = (component(r.ends().0), component(r.ends().1));
            let edge = || ContractedEdge { u, v, key: r.key(), origin: place as u32 };
            (u != v).then(edge)
        };
        let pieces: Vec<Vec<_>> = match *self {
            Self::Light(places) => {
                let piece = |places: &[u32]| {
                    let records: Vec<R> =
                        places.iter().map(|&place| records[place as usize]).collect();
                    sift(&records, is_outside, |index, r| edge(places[index] as usize, r))
                };
                places.par_chunks(PIECE).map(piece).collect()
            }
            Self::Heavy(cut) => {
                let piece = |(number, records): (usize, &[R])| {
                    sift(records, is_outside, |place, r| {
                        let place = number * PIECE + place;
                        if is_after(cut, r.key(), place) { edge(place, r) } else { None }
                    })
                };
                records.par_chunks(PIECE).enumerate().map(piece).collect()
            }
        };
        pieces.concat()
    }
}

/// Whether a record of that key, at that place, comes after a cut.
#[inline]
fn is_after<K: Key>(cut: Option<Reach<K>>, key: K, place: usize) -> bool {
    !cut.is_some_and(|cut| cut.has(key, place))
}

/// Whether it may, as far as its key tells.
#[inline]
fn may_be_after<R: EdgeLike>(cut: Option<Reach<R::Key>>, r: &R) -> bool {
    cut.is_none_or(|cut| r.key() >= cut.key)
}

/// The components of the vertices at a window's edges.
struct Components {
    /// The vertices that are not in the giant.
    outside: DistinctIds,
    /// The component of each of these, in order.
    labels: Vec<u32>,
    giant: u32,
}

impl Components {
    /// `labels` are the components of `ids`, which are sorted.
    fn of(n: usize, giant: Option<u32>, ids: &[u32], labels: &[u32]) -> Self {
        let is_outside = |(_, label): &(&u32, &u32)| Some(**label) != giant;
        let outside = || ids.iter().zip(labels).filter(is_outside);
        Self {
            outside: DistinctIds::of(n, ids.len(), outside().map(|(&id, _)| id)),
            labels: outside().map(|(_, &label)| label).collect(),
            giant: giant.unwrap_or_default(),
        }
    }

    /// The component of one of the vertices.
    #[inline]
    fn of_vertex(&self, id: u32) -> u32 {
        match self.outside.has(id) {
            true => self.labels[self.outside.place(id) as usize],
            false => self.giant,
        }
    }
}
