//! The meeting that begins every collective: do all ranks make the same call, and has none failed?
//!
//! It is one all-reduce of five words, whatever p is. All calls are equal if the minimum of their
//! keys equals the maximum. The maximum of some words is the complement of the minimum of their
//! complements, so one minimum gives both. Only if calls differ do the ranks gather them, to say
//! which.

use super::header::{self, CallHeader};
use super::reduction::Reduction;
use super::{Comm, World};
use std::time::Instant;

/// What all ranks know after a meeting; the same on each.
pub(super) struct Met {
    /// The lowest rank that has failed.
    pub(super) failed: Option<usize>,
    /// The smallest length in the ranks' calls.
    pub(super) shortest: usize,
    /// The largest length in the ranks' calls.
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
    /// If the calls differ: rank 0 panics with the message, and the other ranks end with it.
    pub(super) fn meet(&self, call: &CallHeader) -> Met {
        self.meet_or_fail(call, false)
    }

    /// As [`Comm::meet`]; `failed` says whether this rank has failed before.
    pub(super) fn meet_or_fail(&self, call: &CallHeader, failed: bool) -> Met {
        let (key, failed) = (call.key(), if failed { self.rank() as u64 } else { u64::MAX });
        let mut words = [key, !key, failed, call.len, !call.len];
        let arrived = Instant::now();
        let sleeps = call.may_sleep();
        on_world!(self, member => member.reduce(&mut words, Reduction::Minimum, sleeps));
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

    /// Returns the calls of all ranks. Called by every rank.
    pub(super) fn calls(&self, call: &CallHeader) -> Vec<CallHeader> {
        let mut calls: Vec<CallHeader> = bytemuck::zeroed_vec(self.size());
        let (mine, all) = (bytemuck::bytes_of(call), bytemuck::cast_slice_mut(&mut calls));
        on_world!(self, member => member.all_gather(mine, all, None));
        calls
    }
}
