//! A stage: joins components by the edges that have come last.

use super::judge::Judge;
use super::live::Live;
use super::pointers::Pointers;
use crate::comm::Comm;
use crate::graph::Key;
use crate::sharding::{Merges, Owners};
use fixedbitset::FixedBitSet;

/// What a rank knows of the components that it owns, from round to round.
pub(super) struct Stage<'a> {
    pub(super) pointers: Pointers,
    /// What each has joined when.
    pub(super) merges: Merges,
    pub(super) judge: Judge,
    /// The places of this rank's edges that have joined components.
    pub(super) chosen: &'a mut FixedBitSet,
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
    let pointers = Pointers::roots(comm, components);
    let judge = Judge::of(pointers.block());
    let merges = Merges::none(comm, components);
    let mut stage = Stage { pointers, merges, judge, chosen };
    let mut live = live;
    while let Some(left) = stage.round(comm, live) {
        live = left;
    }
    (stage.pointers, stage.merges)
}
