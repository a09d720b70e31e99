//! Worlds of some of the ranks: for runs with fewer ranks than the job has.

use super::header::{CallHeader, Op};
use super::{Comm, Topology, World};
use crate::error::Result;
use std::mem::ManuallyDrop;
use std::panic::Location;

impl Comm {
    /// Runs `job` on the ranks `members` of this world, as a world of their own in which they are
    /// ranks 0, 1, ... in that order, with `threads` threads each. Returns what `job` returned;
    /// `None` on ranks that are not members, which do not wait.
    ///
    /// Every rank calls it, with the same members. Time and traffic of `job` are counted by the
    /// world that it gets, not by this one.
    ///
    /// # Errors
    /// [`crate::Error::Launch`] on all members if one has no room for its threads; other ranks do
    /// not hear of it, so [`Comm::agree`] on the result.
    #[track_caller]
    pub fn among<R>(
        &self,
        members: &[usize],
        threads: usize,
        job: impl FnOnce(&Self) -> R,
    ) -> Result<Option<R>> {
        self.meet(&CallHeader::new(Op::Among, 0, 0, members.len(), Location::caller()));
        let place = members.iter().position(|&member| member == self.rank());
        let Some(world) = self.world_among(place, members.len()) else { return Ok(None) };
        let mut part = Self::new(world);
        part.most_bytes.set(self.most_bytes.get());
        part.progress = self.progress.clone();
        part.join(Some(threads))?;
        // If `job` panics, its world is not freed: some libraries would wait for the other ranks.
        let part = ManuallyDrop::new(part);
        let result = job(&part);
        ManuallyDrop::into_inner(part).finish();
        Ok(Some(result))
    }

    fn world_among(&self, place: Option<usize>, size: usize) -> Option<World> {
        match &self.world {
            World::Threads(member) => member.part(place, size).map(World::Threads),
            #[cfg(feature = "mpi")]
            World::Mpi(member) => member.part(place, size).map(World::Mpi),
        }
    }
}

impl Topology {
    /// Returns `count` ranks, as evenly spread over the hosts as can be, in rank order. Rank 0 is
    /// one of them.
    ///
    /// # Panics
    /// If there are fewer ranks.
    pub fn spread(&self, count: usize) -> Vec<usize> {
        assert!(count <= self.ranks.len(), "{count} of {} ranks", self.ranks.len());
        // The ranks in the order of their number on their host.
        let beside = |rank: &usize| {
            let host = &self.ranks[*rank];
            self.ranks[..*rank].iter().filter(|other| other.is(host)).count()
        };
        let mut ranks: Vec<usize> = (0..self.ranks.len()).collect();
        ranks.sort_by_key(beside);
        ranks.truncate(count);
        ranks.sort_unstable();
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm::{Host, run};

    #[test]
    fn few_ranks_are_spread_over_all_hosts() {
        let host = |name: &&str| Host {
            name: (*name).to_owned(),
            boot: (*name).to_owned(),
            cores: 2,
            bound: 2,
        };
        let spread = |hosts: &[&str], count| {
            let ranks: Vec<Host> = hosts.iter().map(host).collect();
            Topology { threads: vec![1; ranks.len()], ranks, one_process: false }.spread(count)
        };
        assert_eq!(spread(&["a", "a", "b", "b", "c"], 1), [0]);
        assert_eq!(spread(&["a", "a", "b", "b", "c"], 2), [0, 2]);
        assert_eq!(spread(&["a", "a", "b", "b", "c"], 3), [0, 2, 4]);
        assert_eq!(spread(&["a", "a", "b", "b", "c"], 4), [0, 1, 2, 4]);
        assert_eq!(spread(&["a", "b", "a", "b"], 3), [0, 1, 2]);
        assert_eq!(spread(&["a", "b", "a", "b"], 4), [0, 1, 2, 3]);
    }

    #[test]
    fn only_the_members_of_a_part_count_its_traffic() {
        let logs = run(3, Some(1), |comm| {
            let count = |part: &Comm| {
                part.all_gather(&[0u8; 7]);
                part.take_log()[0].bytes_sent
            };
            let inside = comm.among(&[0, 2], 1, count).expect("room");
            (inside, comm.take_log()[0].bytes_sent)
        });
        assert_eq!(logs, [(Some(7), 0), (None, 0), (Some(7), 0)]);
    }
}
