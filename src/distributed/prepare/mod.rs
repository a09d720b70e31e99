//! What the ranks do before they combine their forests.

mod contract;
mod shared;
mod shuffle;

pub(super) use contract::contract;
pub(super) use shuffle::shuffle;

/// What the ranks do before they combine their forests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prepare {
    /// Nothing.
    Nothing,
    /// Each rank contracts the edges that it can be sure of.
    Contract,
    /// Edges go to the ranks that own their lower ends, which then contract.
    Shuffle,
}
