//! Streams of blocks between ranks, so that a receiver can work on the first block before the last
//! one is made.

use super::header::{CallHeader, Op};
use super::{Comm, World};
use bytemuck::Pod;
use std::panic::Location;

/// A round in which some ranks send blocks to others.
///
/// If one of two ranks has named the other as its target, messages may go both ways between them;
/// each side knows from the announced number how many to expect.
pub struct Streams<'a> {
    comm: &'a Comm,
    to: Option<usize>,
    sources: Vec<(usize, usize)>,
}

impl Comm {
    /// Starts a round in which this rank sends blocks to rank `to`, or to none. `len` is a number
    /// for the receiver, from which it knows what to expect. Called by every rank.
    ///
    /// # Complexity
    /// The meeting, and under MPI an all-to-all of one word; neither is counted. Each block is
    /// counted as it is sent.
    #[track_caller]
    pub fn streams(&self, to: Option<usize>, len: usize) -> Streams<'_> {
        let to = to.filter(|&to| to != self.rank());
        if let (World::Threads(member), Some(to)) = (&self.world, to) {
            member.announce(to, len);
        }
        self.meet(&CallHeader::new(Op::Streams, 0, 1, len, Location::caller()));
        let sources = match &self.world {
            World::Threads(member) => member.announced(),
            #[cfg(feature = "mpi")]
            World::Mpi(_) => self.announced(to, len),
        };
        Streams { comm: self, to, sources }
    }

    /// Tells rank `to` the announced number, and returns who has announced what to this rank.
    #[cfg(feature = "mpi")]
    fn announced(&self, to: Option<usize>, len: usize) -> Vec<(usize, usize)> {
        let mut told = vec![0; self.size()];
        if let Some(to) = to {
            told[to] = len as u64 + 1;
        }
        let told = self.all_to_all_words(&told).into_iter().enumerate();
        told.filter_map(|(from, len)| Some((from, len.checked_sub(1)? as usize))).collect()
    }
}

impl Streams<'_> {
    /// The rank that this rank sends to.
    pub fn target(&self) -> Option<usize> {
        self.to
    }

    /// The ranks that send to this one, in rank order, and the number that each announced.
    pub fn sources(&self) -> &[(usize, usize)] {
        &self.sources
    }

    /// Sends a block to a rank that this one named, or that named this one.
    pub fn send<T: Pod>(&self, to: usize, block: &[T]) {
        self.comm.send_frame(to, bytemuck::cast_slice(block));
    }

    /// Receives the next block from a rank that this one named, or that named this one.
    pub fn receive<T: Pod>(&self, from: usize) -> Vec<T> {
        bytemuck::pod_collect_to_vec(&self.comm.receive_frame(from))
    }
}
