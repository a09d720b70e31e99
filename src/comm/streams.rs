//! Blocks from ranks to other ranks, one after another, so that work on the first can start before
//! the last is made.

use super::Comm;
use super::header::{Header, Op};
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
    #[track_caller]
    pub fn streams(&self, to: Option<usize>, len: usize) -> Streams<'_> {
        let rank = self.rank();
        // A rank that sends to itself says that it sends to none.
        let target = to.unwrap_or(rank);
        let at = Location::caller();
        let calls = self.meet(Header::new(Op::Streams, target, 1, len, at));
        let sends_here = |&(from, call): &(usize, &Header)| from != rank && call.target() == rank;
        let sources = calls.iter().enumerate().filter(sends_here);
        let sources = sources.map(|(from, call)| (from, call.len as usize)).collect();
        Streams { comm: self, to: to.filter(|&to| to != rank), sources }
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
