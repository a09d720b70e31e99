//! What ranks do before they combine their forests.

mod contract;
mod shared;
mod shuffle;

pub(super) use contract::contract;
pub(super) use shuffle::shuffle;

/// What comes before the ranks combine their forests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prepare {
    /// Nothing.
    Nothing,
    /// Each rank contracts what it can be sure of.
    Contract,
    /// Edges go to the owners of their lower ends, who then contract.
    Shuffle,
}
