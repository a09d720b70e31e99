//! The steps of what ranks tell each other in the sharded algorithm.

use super::Phase;
use crate::comm::Stage;

/// A step of the sharded algorithm that is timed on its own; its cost is part of [`Phase::Exchange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardedStep {
    /// Ranks agree on the key up to which a stage looks at edges.
    Pivot,
    /// Owners of vertices are asked for the components at a stage's edges.
    Fetch,
    /// Owners of components get the upper bits of each rank's lightest key.
    Candidates,
    /// They answer which may be the lightest.
    Verdicts,
    /// Those ranks say where their edges lead.
    Ends,
    /// Owners follow pointers until these lead to roots.
    Jump,
    /// Owners tell what has become of each component.
    Labels,
    /// Roots get new numbers after a stage, and vertices these as their components.
    Renumber,
}

impl ShardedStep {
    /// All steps, in order.
    pub const ALL: [Self; 8] = [
        Self::Pivot,
        Self::Fetch,
        Self::Candidates,
        Self::Verdicts,
        Self::Ends,
        Self::Jump,
        Self::Labels,
        Self::Renumber,
    ];

    /// Returns the name in tables and columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pivot => "pivot",
            Self::Fetch => "fetch",
            Self::Candidates => "candidates",
            Self::Verdicts => "verdicts",
            Self::Ends => "ends",
            Self::Jump => "jump",
            Self::Labels => "labels",
            Self::Renumber => "renumber",
        }
    }

    /// Returns its place in a log.
    pub(super) const fn number(self) -> usize {
        Phase::ALL.len() + self as usize
    }
}

impl From<ShardedStep> for Stage {
    /// A step is shown as its phase: it is over before a name could be read.
    fn from(step: ShardedStep) -> Self {
        Self::new(step.number(), Phase::Exchange.name())
    }
}

const _: () = assert!(Phase::ALL.len() + ShardedStep::ALL.len() <= Stage::MOST);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn steps_are_numbered_after_the_phases_and_named_apart() {
        let numbers: Vec<usize> =
            ShardedStep::ALL.iter().map(|&step| Stage::from(step).number()).collect();
        let first = Phase::ALL.len();
        assert_eq!(numbers, (first..first + ShardedStep::ALL.len()).collect::<Vec<_>>());
        let names: BTreeSet<_> = ShardedStep::ALL.iter().map(|step| step.name()).collect();
        assert_eq!(names.len(), ShardedStep::ALL.len());
    }
}
