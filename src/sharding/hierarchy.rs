//! The hierarchy of components that an algorithm has made, each rank holding what is about the
//! vertices and components that it owns.
//!
//! It is a claim. A proof that uses it must not depend on its being right.

use super::Owners;
use crate::comm::Comm;

/// The stages of a run, the first one about vertices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hierarchy {
    pub(crate) stages: Vec<MergeStage>,
}

/// A stage: components that edges up to a cut have merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MergeStage {
    /// The heaviest edges that were looked at; `None` if all were.
    pub(crate) cut: Option<KeyCut>,
    pub(crate) merges: Merges,
    /// For each component of the rank's block, the component of the next stage that it is a part of;
    /// empty in the last stage.
    pub(crate) numbers: Vec<u32>,
}

/// Which edges were looked at: those with lighter keys, and those of equal keys up to a rank's. A
/// greater cut has more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyCut {
    pub(crate) key: u64,
    pub(crate) rank: usize,
}

impl KeyCut {
    /// Whether edges of that key, on that rank, may have been looked at.
    #[inline]
    pub(crate) fn has(self, key: u64, rank: usize) -> bool {
        key < self.key || key == self.key && rank <= self.rank
    }
}

/// Which components of a rank's block have joined others, and when. A component joins another one
/// once at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merges {
    /// For each component of the block, the one that it has joined; itself if it has joined none.
    pub(crate) to: Vec<u32>,
    /// The round in which it did, counted from 0.
    pub(crate) rounds: Vec<u8>,
    /// How many rounds there were.
    pub(crate) count: u8,
}

impl Merges {
    /// No component has joined another one.
    pub(crate) fn none(comm: &Comm, components: Owners) -> Self {
        let ids = components.ids(comm.rank());
        Self { rounds: vec![0; ids.len()], to: ids.collect(), count: 0 }
    }

    /// Ends a round. `joined` has pairs of components, the first ones of the block that begins at
    /// `start`: each has joined the second one, if that is another one.
    pub(crate) fn end_round(&mut self, start: u32, joined: impl Iterator<Item = (u32, u32)>) {
        for (id, to) in joined.filter(|(id, to)| id != to) {
            let place = (id - start) as usize;
            (self.to[place], self.rounds[place]) = (to, self.count);
        }
        self.count += 1;
    }
}
