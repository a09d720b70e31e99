//! The collectives, for any plain old data of any length, over [`super::transfer`].

use super::Comm;
use super::header::{Header, Op};
use bytemuck::Pod;
use std::panic::Location;

/// A broadcast of as many bytes is dealt out first, so that its root does not send all of it to each.
const LONG: usize = 1 << 15;

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
        let calls = self.call::<T>(Op::AllGather, 0, items.len(), Location::caller());
        let lens: Vec<usize> = calls.iter().map(|call| call.len as usize).collect();
        let mut all: Vec<T> = bytemuck::zeroed_vec(lens.iter().sum());
        let bytes = lens.iter().map(|len| len * size_of::<T>()).collect::<Vec<_>>();
        let first: usize = lens[..self.rank()].iter().sum();
        all[first..first + items.len()].copy_from_slice(items);
        self.all_gather_bytes(bytemuck::cast_slice_mut(&mut all), &bytes);
        let mut rest = all.as_slice();
        let list = |len: usize| rest.split_off(..len).expect("as long as all").to_vec();
        lens.into_iter().map(list).collect()
    }

    /// Sends the items of `lists[rank]` to each rank, and returns what each rank sent to this one, in
    /// rank order.
    ///
    /// # Complexity
    /// p - 1 steps, in each of which a rank sends to one rank and receives from another.
    ///
    /// # Panics
    /// If there is not one list for each rank.
    #[track_caller]
    pub fn all_to_all<T: Pod>(&self, lists: Vec<Vec<T>>) -> Vec<Vec<T>> {
        let (rank, p) = (self.rank(), self.size());
        assert_eq!(lists.len(), p, "a list for each rank");
        self.call::<T>(Op::AllToAll, 0, lists.iter().map(Vec::len).sum(), Location::caller());
        let mut lists = lists;
        let mut received: Vec<Vec<T>> = vec![Vec::new(); p];
        received[rank] = std::mem::take(&mut lists[rank]);
        for step in 1..p {
            let (to, from) = ((rank + step) % p, (rank + p - step) % p);
            let sent = std::mem::take(&mut lists[to]);
            let bytes = self.exchange_frames(to, bytemuck::cast_slice(&sent), from);
            received[from] = bytemuck::pod_collect_to_vec(&bytes);
        }
        received
    }

    /// Gives every rank the items of rank `root`; those that others bring are dropped.
    ///
    /// # Complexity
    /// Of many items the root deals a block to each rank, and all gather them: it sends less than twice
    /// their bytes, whatever p (Barnett et al., "Interprocessor Collective Communication Library",
    /// SHPCC 1994). Few go to each rank at once.
    #[track_caller]
    pub fn broadcast<T: Pod>(&self, root: usize, items: Vec<T>) -> Vec<T> {
        let calls = self.call::<T>(Op::Broadcast, root, items.len(), Location::caller());
        let mut items = items;
        if self.rank() != root {
            items = bytemuck::zeroed_vec(calls[root].len as usize);
        }
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut items);
        if bytes.len() < LONG || self.size() == 2 {
            self.broadcast_bytes(root, bytes);
            return items;
        }
        let ends: Vec<usize> =
            (0..=self.size()).map(|rank| bytes.len() * rank / self.size()).collect();
        for to in (0..self.size()).filter(|&to| to != root) {
            let block = &mut bytes[ends[to]..ends[to + 1]];
            if self.rank() == root {
                self.send_bytes(to, block);
            } else if self.rank() == to {
                self.receive_bytes(root, block);
            }
        }
        let lens: Vec<usize> = ends.windows(2).map(|ends| ends[1] - ends[0]).collect();
        self.all_gather_bytes(bytes, &lens);
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
                match self.receive_frame(0) {
                    end if end.is_empty() => return,
                    block => take(block),
                }
            }
        }
        for rank in 0..self.size() {
            while let Some(block) = next(rank).filter(|block| !block.is_empty()) {
                if rank == 0 {
                    take(block);
                } else {
                    self.send_frame(rank, &block);
                }
            }
            if rank != 0 {
                self.send_frame(rank, &[]);
            }
        }
    }

    fn call<T>(&self, op: Op, root: usize, len: usize, at: &Location<'_>) -> Vec<Header> {
        self.meet(Header::new(op, root, size_of::<T>(), len, at))
    }

    fn send_items<T: Pod>(&self, to: usize, items: &[T]) {
        self.send_bytes(to, bytemuck::cast_slice(items));
    }

    fn receive_items<T: Pod>(&self, from: usize, len: usize) -> Vec<T> {
        let mut items = bytemuck::zeroed_vec(len);
        self.receive_bytes(from, bytemuck::cast_slice_mut(&mut items));
        items
    }
}
