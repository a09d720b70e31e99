//! Blocks from ranks to other ranks, one after another, so that work on the first can start before
//! the last is made.

use super::header::{Header, Op};
use super::{Comm, World};
use bytemuck::Pod;
use std::panic::Location;

/// A round in which some ranks send blocks to others.
///
/// Between ranks that one of them names to the other, messages go both ways; each side knows from
/// what was announced how many there are.
pub struct Streams<'a> {
    comm: &'a Comm,
    to: Option<usize>,
    sources: Vec<(usize, usize)>,
}

impl Comm {
    /// Starts a round in which this rank sends to rank `to`, or to none, blocks of which `len` tells the
    /// receiver what it needs to know. Called by every rank.
    ///
    /// # Complexity
    /// The meeting, and under MPI an all-to-all of one word, which are not counted. Each block is counted as it is sent.
    #[track_caller]
    pub fn streams(&self, to: Option<usize>, len: usize) -> Streams<'_> {
        let to = to.filter(|&to| to != self.rank());
        if let (World::Threads(member), Some(to)) = (&self.world, to) {
            member.announce(to, len);
        }
        self.meet(&Header::new(Op::Streams, 0, 1, len, Location::caller()));
        let sources = match &self.world {
            World::Threads(member) => member.announced(),
            #[cfg(feature = "mpi")]
            World::Mpi(_) => self.announced(to, len),
        };
        Streams { comm: self, to, sources }
    }

    /// Tells rank `to` what is announced to it, and returns who has announced what to this one.
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
    /// Whom this rank sends to.
    pub fn target(&self) -> Option<usize> {
        self.to
    }

    /// The ranks that send to this one, in rank order, and what each announced.
    pub fn sources(&self) -> &[(usize, usize)] {
        &self.sources
    }

    /// Sends a block to a rank that this one named, or that named this one.
    pub fn send<T: Pod>(&self, to: usize, block: &[T]) {
        self.comm.send_frame(to, bytemuck::cast_slice(block));
    }

    /// Receives the next block from such a rank.
    pub fn receive<T: Pod>(&self, from: usize) -> Vec<T> {
        bytemuck::pod_collect_to_vec(&self.comm.receive_frame(from))
    }
}
