//! A stage: joins components by the edges that have come last.

use super::live::Live;
use super::pointers::Pointers;
use super::round::round;
use crate::comm::Comm;
use crate::graph::Key;
use crate::sharding::{Merges, Owners, VertexLabels};
use fixedbitset::FixedBitSet;

/// Turns edges between vertices into edges between components.
pub(super) fn fetch<K: Key>(comm: &Comm, labels: &VertexLabels, fresh: Live<K>) -> Live<K> {
    if labels.are_vertices() {
        return fresh;
    }
    let components = labels.look_up(comm, &fresh.ids);
    fresh.renamed(labels.components().n, &components)
}

/// Joins components until no edge joins two. Sets in `chosen` this rank's edges
/// that do so. Returns the pointers of the components, which lead towards roots,
/// and what each has joined when.
pub(super) fn join<K: Key>(
    comm: &Comm,
    components: Owners,
    live: Live<K>,
    chosen: &mut FixedBitSet,
) -> (Pointers, Merges) {
    let mut pointers = Pointers::roots(comm, components);
    let mut merges = Merges::none(comm, components);
    let mut live = live;
    while let Some(left) = round(comm, &mut pointers, live, chosen, &mut merges) {
        live = left;
    }
    (pointers, merges)
}
