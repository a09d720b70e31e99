//! Sends bytes of any length between ranks, and counts them.
//!
//! Traffic is counted here as payload bytes to and from *other* ranks, and as messages with
//! payload. A collective counts as if each rank sent its bytes directly to the ranks that get them,
//! whatever tree the MPI library uses, and an all-reduce as if pairs of ranks, then pairs of pairs,
//! told each other their results.
//! Meetings and lengths are not counted.

use super::reduction::Reduction;
use super::{Comm, World};
use std::ops::Range;

/// The most bytes that one call copies into a buffer of its own, from or for the lists.
const BUFFER: usize = 1 << 26;

impl Comm {
    /// Sends bytes to a receiver that knows how many they are.
    pub(super) fn send_bytes(&self, to: usize, bytes: &[u8]) {
        for part in bytes.chunks(self.most_bytes.get()) {
            on_world!(self, member => member.send(to, part));
        }
        self.count_sent(bytes.len(), 1);
    }

    /// Receives as many bytes as `bytes` has room for.
    pub(super) fn receive_bytes(&self, from: usize, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(self.most_bytes.get()) {
            on_world!(self, member => member.receive(from, part));
        }
        self.count_received(bytes.len(), 1);
    }

    /// Sends bytes to a receiver that does not know how many they are.
    ///
    /// A message shorter than the limit is the last one, so no message is needed for the length.
    pub(super) fn send_frame(&self, to: usize, bytes: &[u8]) {
        for part in self.frame(bytes) {
            on_world!(self, member => member.send(to, part));
            self.count_sent(part.len(), 1);
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

    /// Sends a frame to rank `to` and receives one from rank `from`, both at the same time.
    pub(super) fn exchange_frames(&self, to: usize, bytes: &[u8], from: usize) -> Vec<u8> {
        let mut received: Vec<u8> = Vec::new();
        let mut parts = self.frame(bytes);
        let mut complete = false;
        loop {
            match (parts.next(), complete) {
                (Some(part), false) => {
                    let arrived = on_world!(self, member => member.exchange(to, part, from));
                    self.count_sent(part.len(), 1);
                    complete = self.take_part(&mut received, arrived);
                }
                (Some(part), true) => {
                    on_world!(self, member => member.send(to, part));
                    self.count_sent(part.len(), 1);
                }
                (None, false) => {
                    let arrived = on_world!(self, member => member.receive_any(from));
                    complete = self.take_part(&mut received, arrived);
                }
                (None, true) => return received,
            }
        }
    }

    /// Cuts a frame into its messages.
    fn frame<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let most = self.most_bytes.get();
        let last = bytes.len() / most * most;
        bytes[..last].chunks(most).chain([&bytes[last..]])
    }

    /// Appends a message of a frame to `bytes`. Returns whether it was the last.
    fn take_part(&self, bytes: &mut Vec<u8>, part: Vec<u8>) -> bool {
        self.count_received(part.len(), 1);
        let last = part.len() < self.most_bytes.get();
        if bytes.is_empty() {
            *bytes = part;
        } else {
            bytes.extend(part);
        }
        last
    }

    /// Counts `bytes` sent to each of `ranks` ranks.
    fn count_sent(&self, bytes: usize, ranks: usize) {
        let messages = bytes.div_ceil(self.most_bytes.get());
        self.clock.borrow_mut().sent(bytes * ranks, messages * ranks);
    }

    /// Counts `bytes` received from each of `ranks` ranks.
    fn count_received(&self, bytes: usize, ranks: usize) {
        let messages = bytes.div_ceil(self.most_bytes.get());
        self.clock.borrow_mut().received(bytes * ranks, messages * ranks);
    }

    /// Counts a gather on rank `root`, or on all ranks: this rank's bytes sent, and the bytes of
    /// `lens` received.
    pub(super) fn count_gathered(
        &self,
        root: Option<usize>,
        mine: usize,
        lens: impl Iterator<Item = usize>,
    ) {
        let takers = match root {
            None => self.size() - 1,
            Some(root) => usize::from(root != self.rank()),
        };
        self.count_sent(mine, takers);
        let others = lens.enumerate().filter(|&(rank, _)| rank != self.rank());
        others.for_each(|(_, len)| self.count_received(len, 1));
    }

    /// Gives all ranks the `bytes` of rank `root`.
    pub(super) fn broadcast_bytes(&self, root: usize, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(self.most_bytes.get()) {
            on_world!(self, member => member.broadcast(root, part));
        }
        match self.rank() == root {
            true => self.count_sent(bytes.len(), self.size() - 1),
            false => self.count_received(bytes.len(), 1),
        }
    }

    /// Combines the words of all ranks. Ranks that are threads have brought theirs to the meeting.
    pub(super) fn reduce_words(&self, words: &mut [u64], reduction: Reduction) {
        let most = (self.most_bytes.get() / size_of::<u64>()).max(1);
        on_world!(self, member => member.combine(words, reduction, most));
        let rounds = self.size().next_power_of_two().trailing_zeros() as usize;
        self.count_sent(size_of_val(words), rounds);
        self.count_received(size_of_val(words), rounds);
    }

    /// Gives all ranks a number of each rank. It is not counted.
    pub(super) fn all_gather_word(&self, word: usize) -> Vec<usize> {
        let mut words = vec![0; self.size()];
        let (mine, all) = (bytemuck::bytes_of(&word), bytemuck::cast_slice_mut(&mut words));
        on_world!(self, member => member.all_gather(mine, all, None));
        words
    }

    /// Gives rank `root` a number of each rank, and the other ranks nothing. It is not counted.
    pub(super) fn gather_word(&self, root: usize, word: usize) -> Vec<usize> {
        let mut words = vec![0; if self.rank() == root { self.size() } else { 0 }];
        let (mine, all) = (bytemuck::bytes_of(&word), bytemuck::cast_slice_mut(&mut words));
        on_world!(self, member => member.gather(root, mine, all, None));
        words
    }

    /// Sends one number to each rank and returns the number received from each. It is not counted.
    pub(super) fn all_to_all_words(&self, words: &[u64]) -> Vec<u64> {
        let mut received = vec![0; words.len()];
        let (sent, all) = (bytemuck::cast_slice(words), bytemuck::cast_slice_mut(&mut received));
        on_world!(self, member => member.all_to_all(sent, all, None));
        received
    }

    /// Gives all ranks the bytes of each rank: `all` has room for them in rank order, and `lens`
    /// gives their lengths.
    pub(super) fn all_gather_bytes(&self, mine: &[u8], all: &mut [u8], lens: &[usize]) {
        let most = self.most_bytes.get();
        let even = lens.iter().all(|len| *len == lens[0]) && all.len() <= most;
        let mut done = 0;
        for window in all.chunks_mut(most) {
            let end = done + window.len();
            let mut start = 0;
            let part = |&len: &usize| {
                let within = |place: usize| place.saturating_sub(start).min(len);
                let part = within(done)..within(end);
                start += len;
                part
            };
            let parts: Vec<Range<usize>> = lens.iter().map(part).collect();
            let own = &mine[parts[self.rank()].clone()];
            let parts: Vec<usize> = parts.into_iter().map(|part| part.len()).collect();
            on_world!(self, member => member.all_gather(own, window, (!even).then_some(&parts)));
            done = end;
        }
        self.count_gathered(None, mine.len(), lens.iter().copied());
    }

    /// Gives rank `root` the bytes of each rank. There `lists` has room for them, one list per
    /// rank; elsewhere it is empty. `longest` is the largest length, and `even` says whether all
    /// ranks have it.
    pub(super) fn gather_bytes(
        &self,
        root: usize,
        mine: &[u8],
        lists: &mut [&mut [u8]],
        longest: usize,
        even: bool,
    ) {
        let lens: Vec<usize> = lists.iter().map(|list| list.len()).collect();
        for round in self.rounds(longest) {
            let parts: Vec<usize> = lens.iter().map(|&len| round.of(len).len()).collect();
            let mut received = vec![0; parts.iter().sum()];
            let own = &mine[round.of(mine.len())];
            on_world!(self, member => {
                member.gather(root, own, &mut received, (!even).then_some(&parts))
            });
            round.deal(&received, lists);
        }
        self.count_gathered(Some(root), mine.len(), lens.into_iter());
    }

    /// Sends each list of `sent` to its rank; `received` has room for the bytes from each rank. No
    /// rank has more than `longest` bytes for another.
    pub(super) fn all_to_all_bytes(
        &self,
        sent: &[&[u8]],
        received: &mut [&mut [u8]],
        longest: usize,
    ) {
        for round in self.rounds(longest) {
            let going: Vec<&[u8]> = sent.iter().map(|list| &list[round.of(list.len())]).collect();
            let sends: Vec<usize> = going.iter().map(|part| part.len()).collect();
            let arrives: Vec<usize> =
                received.iter().map(|list| round.of(list.len()).len()).collect();
            let mut arrived = vec![0; arrives.iter().sum()];
            on_world!(self, member => {
                member.all_to_all(&going.concat(), &mut arrived, Some((&sends, &arrives)))
            });
            round.deal(&arrived, received);
        }
        sent.iter().for_each(|list| self.count_sent(list.len(), 1));
        received.iter().for_each(|list| self.count_received(list.len(), 1));
    }

    /// The rounds that lists of up to `longest` bytes need, one list from or to each rank, so that
    /// what a rank sends or receives in one round is within the limit.
    fn rounds(&self, longest: usize) -> impl Iterator<Item = TransferRound> + use<> {
        let most = (self.most_bytes.get().min(BUFFER) / self.size()).max(1);
        (0..longest).step_by(most).map(move |start| TransferRound { start, most })
    }
}

/// One of several calls that carry lists too long for one call: which part of each list it carries.
struct TransferRound {
    start: usize,
    most: usize,
}

impl TransferRound {
    /// Returns the range that this round carries of a list of `len` bytes.
    fn of(&self, len: usize) -> Range<usize> {
        self.start.min(len)..(self.start + self.most).min(len)
    }

    /// Copies the parts of all lists, which follow one another, to their places.
    fn deal(&self, parts: &[u8], lists: &mut [&mut [u8]]) {
        let mut rest = parts;
        for list in lists {
            let place = self.of(list.len());
            let part = rest.split_off(..place.len()).expect("`parts` has a part of each list");
            list[place].copy_from_slice(part);
        }
    }
}
