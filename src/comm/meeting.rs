//! The meeting that every collective begins with: whether all ranks make the same call, and all is well.
//!
//! It is one all-reduce of five words, whatever p is. Calls are equal if the least of their keys is also the most of them,
//! and the most of some words is the complement of the least of their complements, so that one minimum tells both. Only where calls differ
//! do the ranks gather them, to say which.

use super::header::{self, Header};
use super::reduction::Reduction;
use super::{Comm, World};
use std::time::Instant;

/// What all ranks know alike once they have met.
pub(super) struct Met {
    /// The lowest rank that says it has failed.
    pub(super) failed: Option<usize>,
    /// The least of the lengths in the ranks' calls.
    pub(super) shortest: usize,
    /// The most of them.
    pub(super) longest: usize,
}

impl Met {
    /// Whether all lengths are the same.
    pub(super) fn is_even(&self) -> bool {
        self.shortest == self.longest
    }
}

impl Comm {
    /// Waits until all ranks have called.
    ///
    /// # Panics
    /// If the calls differ: on rank 0 with the message, and the other ranks end with it.
    pub(super) fn meet(&self, call: &Header) -> Met {
        self.meet_or_fail(call, false)
    }

    /// As [`Comm::meet`], of ranks of which each may have `failed` before.
    pub(super) fn meet_or_fail(&self, call: &Header, failed: bool) -> Met {
        let (key, failed) = (call.key(), if failed { self.rank() as u64 } else { u64::MAX });
        let mut words = [key, !key, failed, call.len, !call.len];
        let arrived = Instant::now();
        let rests = call.may_rest();
        on_world!(self, member => member.reduce(&mut words, Reduction::Minimum, rests));
        self.clock.borrow_mut().waited(arrived.elapsed());
        let [least, most, failed, shortest, longest] = words;
        if least != !most {
            let difference = header::difference(&self.calls(call));
            self.end_with(&difference.expect("a call with another key"));
        }
        Met {
            failed: (failed != u64::MAX).then_some(failed as usize),
            shortest: shortest as usize,
            longest: !longest as usize,
        }
    }

    /// The calls of all ranks, which all ask for.
    pub(super) fn calls(&self, call: &Header) -> Vec<Header> {
        let mut calls: Vec<Header> = bytemuck::zeroed_vec(self.size());
        let (mine, all) = (bytemuck::bytes_of(call), bytemuck::cast_slice_mut(&mut calls));
        on_world!(self, member => member.all_gather(mine, all, None));
        calls
    }
}
