//! The collectives, for any plain old data of any length, over a world's five primitives.
//!
//! Traffic is counted here as payload bytes to and from *other* ranks. A broadcast counts as if its
//! root sent to each rank directly, whatever tree the MPI library uses.

use super::call::{Call, Op};
use super::{Comm, World};
use bytemuck::Pod;
use std::panic::Location;

impl Comm {
    /// Gathers the items of all ranks on rank `root`: one list a rank there, nothing elsewhere.
    #[track_caller]
    pub fn gather<T: Pod>(&self, root: usize, items: &[T]) -> Vec<Vec<T>> {
        let calls = self.call::<T>(Op::Gather, root, items.len(), Location::caller());
        if self.rank() != root {
            self.send_items(root, items);
            return Vec::new();
        }
        let gathered = calls.iter().enumerate().map(|(rank, call)| {
            if rank == root { items.to_vec() } else { self.receive_items(rank, call.len as usize) }
        });
        gathered.collect()
    }

    /// Gathers the items of all ranks on all ranks, one list a rank.
    #[track_caller]
    pub fn all_gather<T: Pod>(&self, items: &[T]) -> Vec<Vec<T>> {
        let calls = self.call::<T>(Op::Gather, 0, items.len(), Location::caller());
        let mut all = Vec::new();
        if self.rank() == 0 {
            all.extend_from_slice(items);
            for (rank, call) in calls.iter().enumerate().skip(1) {
                all.extend(self.receive_items::<T>(rank, call.len as usize));
            }
        } else {
            self.send_items(0, items);
            all.resize(calls.iter().map(|call| call.len as usize).sum(), T::zeroed());
        }
        self.broadcast_bytes(0, bytemuck::cast_slice_mut(&mut all));
        let mut rest = all.as_slice();
        let lists = calls.iter().map(|call| {
            let (list, after) = rest.split_at(call.len as usize);
            rest = after;
            list.to_vec()
        });
        lists.collect()
    }

    /// Gives every rank the items of rank `root`; those that others bring are dropped.
    #[track_caller]
    pub fn broadcast<T: Pod>(&self, root: usize, items: Vec<T>) -> Vec<T> {
        let calls = self.call::<T>(Op::Broadcast, root, items.len(), Location::caller());
        let mut items = items;
        if self.rank() != root {
            items = bytemuck::zeroed_vec(calls[root].len as usize);
        }
        self.broadcast_bytes(root, bytemuck::cast_slice_mut(&mut items));
        items
    }

    /// Combines the items of all ranks position by position with `combine`, in rank order, and
    /// leaves the result in `items` on every rank.
    ///
    /// # Panics
    /// If the ranks bring different numbers of items.
    #[track_caller]
    pub fn all_reduce<T: Pod>(&self, items: &mut [T], combine: impl Fn(T, T) -> T) {
        let calls = self.call::<T>(Op::Reduce, 0, items.len(), Location::caller());
        if let Some(other) = calls.iter().position(|call| call.len != calls[0].len) {
            let (zero, other_len) = (calls[0].len, calls[other].len);
            self.end_with(&format!("rank 0 reduces {zero} items, rank {other} {other_len}"));
        }
        if self.rank() == 0 {
            for rank in 1..self.size() {
                let more = self.receive_items::<T>(rank, items.len());
                items.iter_mut().zip(more).for_each(|(item, more)| *item = combine(*item, more));
            }
        } else {
            self.send_items(0, items);
        }
        self.broadcast_bytes(0, bytemuck::cast_slice_mut(items));
    }

    /// Sends blocks of bytes from rank 0 to each rank in turn, so that a rank holds one at a time.
    ///
    /// On rank 0, `next(rank)` gives that rank's next block until `None`; elsewhere it is not called.
    /// Each rank's `take` gets its blocks in order.
    #[track_caller]
    pub fn scatter_blocks(
        &self,
        mut next: impl FnMut(usize) -> Option<Vec<u8>>,
        mut take: impl FnMut(Vec<u8>),
    ) {
        self.call::<u8>(Op::Scatter, 0, 0, Location::caller());
        if self.rank() != 0 {
            loop {
                match self.receive_control(0) {
                    0 => return,
                    len => take(self.receive_items(0, len as usize)),
                }
            }
        }
        for rank in 0..self.size() {
            while let Some(block) = next(rank).filter(|block| !block.is_empty()) {
                if rank == 0 {
                    take(block);
                } else {
                    self.send_control(rank, block.len() as u64);
                    self.send_items(rank, &block);
                }
            }
            if rank != 0 {
                self.send_control(rank, 0);
            }
        }
    }

    fn call<T>(&self, op: Op, root: usize, len: usize, at: &Location<'_>) -> Vec<Call> {
        self.meet(Call::new(op, root, size_of::<T>(), len, at))
    }

    fn send_items<T: Pod>(&self, to: usize, items: &[T]) {
        let bytes: &[u8] = bytemuck::cast_slice(items);
        for part in bytes.chunks(self.most_bytes.get()) {
            on_world!(self, member => member.send(to, part));
            self.clock.borrow_mut().sent(part.len(), 1);
        }
    }

    fn receive_items<T: Pod>(&self, from: usize, len: usize) -> Vec<T> {
        let mut items = bytemuck::zeroed_vec(len);
        for part in bytemuck::cast_slice_mut(&mut items).chunks_mut(self.most_bytes.get()) {
            on_world!(self, member => member.receive(from, part));
            self.clock.borrow_mut().received(part.len(), 1);
        }
        items
    }

    fn broadcast_bytes(&self, root: usize, bytes: &mut [u8]) {
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

    /// A length on its way is no payload and is not counted.
    fn send_control(&self, to: usize, word: u64) {
        on_world!(self, member => member.send(to, &word.to_le_bytes()));
    }

    fn receive_control(&self, from: usize) -> u64 {
        let mut word = [0; 8];
        on_world!(self, member => member.receive(from, &mut word));
        u64::from_le_bytes(word)
    }
}
