//! The parts of the work that are timed.

use crate::comm::Stage;

/// A part of the work that is timed on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Phase {
    /// Whatever is not timed: start, agreement, output.
    #[default]
    Other,
    /// Reading, generating and dealing out the graph.
    Read,
    /// Each rank's own forest.
    Local,
    /// What each rank does alone with what it is sure of: it finds shared vertices and contracts
    /// interior ones.
    Contract,
    /// What all ranks tell each other: components, their lightest edges, edges sent to their
    /// owners.
    Exchange,
    /// Sending forests and merging them into one.
    Merge,
    /// The proof.
    Verify,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 7] = [
        Self::Other,
        Self::Read,
        Self::Local,
        Self::Contract,
        Self::Exchange,
        Self::Merge,
        Self::Verify,
    ];

    /// The phases that make up the time from edges in memory to the forest.
    pub const TIMED: [Self; 4] = [Self::Local, Self::Contract, Self::Exchange, Self::Merge];

    /// Returns the name in tables and columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Read => "read",
            Self::Local => "local",
            Self::Contract => "contract",
            Self::Exchange => "exchange",
            Self::Merge => "merge",
            Self::Verify => "verify",
        }
    }
}

impl From<Phase> for Stage {
    fn from(phase: Phase) -> Self {
        Self::new(phase as usize, phase.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn phases_are_numbered_in_order_and_named_apart() {
        let numbers: Vec<usize> = Phase::ALL.iter().map(|&phase| phase as usize).collect();
        assert_eq!(numbers, (0..Phase::ALL.len()).collect::<Vec<_>>());
        let names: BTreeSet<_> = Phase::ALL.iter().map(|phase| phase.name()).collect();
        assert_eq!(names.len(), Phase::ALL.len());
    }
}
