//! Bytes of any length from rank to rank, and the count of them.
//!
//! Traffic is counted here as payload bytes to and from *other* ranks, and as messages that carry
//! some. A broadcast and an all-gather count as if each rank sent its bytes to each other one
//! directly, whatever tree the MPI library uses.

use super::{Comm, World};

impl Comm {
    /// Sends bytes of which the receiver knows how many they are.
    pub(super) fn send_bytes(&self, to: usize, bytes: &[u8]) {
        for part in bytes.chunks(self.most_bytes.get()) {
            on_world!(self, member => member.send(to, part));
            self.clock.borrow_mut().sent(part.len(), 1);
        }
    }

    /// Receives as many bytes as there is room for.
    pub(super) fn receive_bytes(&self, from: usize, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(self.most_bytes.get()) {
            on_world!(self, member => member.receive(from, part));
            self.clock.borrow_mut().received(part.len(), 1);
        }
    }

    /// Sends bytes of which the receiver does not know how many they are.
    ///
    /// A message that is shorter than it may be is the last, so a length needs none of its own.
    pub(super) fn send_frame(&self, to: usize, bytes: &[u8]) {
        for part in self.frame(bytes) {
            on_world!(self, member => member.send(to, part));
            self.count_sent(part);
        }
    }

    /// Receives what [`Comm::send_frame`] sends.
    pub(super) fn receive_frame(&self, from: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let part = on_world!(self, member => member.receive_any(from));
            if self.take_part(&mut bytes, part) {
                return bytes;
            }
        }
    }

    /// Sends a frame to rank `to` and receives one from rank `from`, both at once.
    pub(super) fn exchange_frames(&self, to: usize, bytes: &[u8], from: usize) -> Vec<u8> {
        let mut received: Vec<u8> = Vec::new();
        let mut parts = self.frame(bytes);
        let mut complete = false;
        loop {
            match (parts.next(), complete) {
                (Some(part), false) => {
                    let arrived = on_world!(self, member => member.exchange(to, part, from));
                    self.count_sent(part);
                    complete = self.take_part(&mut received, arrived);
                }
                (Some(part), true) => {
                    on_world!(self, member => member.send(to, part));
                    self.count_sent(part);
                }
                (None, false) => {
                    let arrived = on_world!(self, member => member.receive_any(from));
                    complete = self.take_part(&mut received, arrived);
                }
                (None, true) => return received,
            }
        }
    }

    /// The messages of a frame.
    fn frame<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let most = self.most_bytes.get();
        let last = bytes.len() / most * most;
        bytes[..last].chunks(most).chain([&bytes[last..]])
    }

    /// Adds a message of a frame to `bytes`; whether it was the last.
    fn take_part(&self, bytes: &mut Vec<u8>, part: Vec<u8>) -> bool {
        self.clock.borrow_mut().received(part.len(), usize::from(!part.is_empty()));
        let last = part.len() < self.most_bytes.get();
        if bytes.is_empty() {
            *bytes = part;
        } else {
            bytes.extend(part);
        }
        last
    }

    fn count_sent(&self, part: &[u8]) {
        self.clock.borrow_mut().sent(part.len(), usize::from(!part.is_empty()));
    }

    /// Gives all ranks the `bytes` of rank `root`.
    pub(super) fn broadcast_bytes(&self, root: usize, bytes: &mut [u8]) {
        let others = self.size() - 1;
        for part in bytes.chunks_mut(self.most_bytes.get()) {
            on_world!(self, member => member.broadcast(root, part));
            let mut clock = self.clock.borrow_mut();
            if self.rank() == root {
                clock.sent(part.len() * others, others);
            } else {
                clock.received(part.len(), 1);
            }
        }
    }

    /// Gives all ranks the bytes of each: `all` has those of every rank in rank order, as many as
    /// `lens` says, and this rank's are there already.
    pub(super) fn all_gather_bytes(&self, all: &mut [u8], lens: &[usize]) {
        let most = (self.most_bytes.get() / lens.len()).max(1);
        let longest = lens.iter().copied().max().unwrap_or(0);
        for done in (0..longest).step_by(most) {
            let mut start = 0;
            let part = |len: &usize| {
                let part = (start + done.min(*len), len.saturating_sub(done).min(most));
                start += len;
                part
            };
            let parts: Vec<(usize, usize)> = lens.iter().map(part).collect();
            on_world!(self, member => member.all_gather(all, &parts));
            let others = parts.len() - 1;
            let mut clock = self.clock.borrow_mut();
            for (rank, (_, len)) in parts.into_iter().enumerate().filter(|(_, (_, len))| *len > 0) {
                match rank == self.rank() {
                    true => clock.sent(len * others, others),
                    false => clock.received(len, 1),
                }
            }
        }
    }
}
