//! The collectives, for lists of any plain old data and any length, over [`super::transfer`].

use super::header::{CallHeader, Op};
use super::meeting::Met;
use super::reduction::Reduction;
use super::{Comm, World};
use bytemuck::Pod;
use std::panic::Location;

/// From this many bytes on, a broadcast is dealt out first, so that its root does not send all of
/// it to each rank.
const LONG: usize = 1 << 15;

impl Comm {
    /// Gathers the items of all ranks on rank `root`: there one list per rank, on others nothing.
    ///
    /// Counted as one message from each rank to the root.
    ///
    /// # Complexity
    /// The meeting, and a gather of the items. If the lengths differ, they come with the items if
    /// all lists are short, else in an extra gather.
    #[track_caller]
    pub fn gather<T: Pod>(&self, root: usize, items: &[T]) -> Vec<Vec<T>> {
        let met = self.call::<T>(Op::Gather, root, items.len(), Location::caller());
        if let Some(lists) = self.gather_if_short(Some(root), items, &met) {
            return lists;
        }
        let (even, longest) = (met.is_even(), met.longest * size_of::<T>());
        let mut lens = match even {
            true => vec![items.len(); self.size()],
            false => self.gather_word(root, items.len()),
        };
        if self.rank() != root {
            lens.clear();
        }
        let mut lists: Vec<Vec<T>> = lens.into_iter().map(bytemuck::zeroed_vec).collect();
        let (mine, all) = (bytemuck::cast_slice(items), &mut as_bytes(&mut lists)[..]);
        self.gather_bytes(root, mine, all, longest, even);
        lists
    }

    /// Gathers the items of all ranks on all ranks, one list per rank.
    ///
    /// Counted as one message from each rank to each other one.
    ///
    /// # Complexity
    /// The meeting, and an all-gather of the items. If the lengths differ, they come with the items
    /// if all lists are short, else in an extra all-gather.
    #[track_caller]
    pub fn all_gather<T: Pod>(&self, items: &[T]) -> Vec<Vec<T>> {
        let met = self.call::<T>(Op::AllGather, 0, items.len(), Location::caller());
        if let Some(lists) = self.gather_if_short(None, items, &met) {
            return lists;
        }
        let lens = match met.is_even() {
            true => vec![items.len(); self.size()],
            false => self.all_gather_word(items.len()),
        };
        let mut all: Vec<T> = bytemuck::zeroed_vec(lens.iter().sum());
        let bytes = lens.iter().map(|len| len * size_of::<T>()).collect::<Vec<_>>();
        let (mine, everything) = (bytemuck::cast_slice(items), bytemuck::cast_slice_mut(&mut all));
        self.all_gather_bytes(mine, everything, &bytes);
        let mut rest = all.as_slice();
        let list =
            |len: usize| rest.split_off(..len).expect("`all` has the items of all lists").to_vec();
        lens.into_iter().map(list).collect()
    }

    /// Sends the items of `lists[rank]` to each rank, and returns what each rank sent to this one, in
    /// rank order.
    ///
    /// Counted as one message from each rank to each other rank for which it has items.
    ///
    /// # Complexity
    /// The meeting, and if there are any items an all-to-all of the lengths and at least one of the
    /// items. The items sent and received are each held a second time, at most 64 MiB of them.
    ///
    /// # Panics
    /// If there is not one list for each rank.
    #[track_caller]
    pub fn all_to_all<T: Pod>(&self, lists: Vec<Vec<T>>) -> Vec<Vec<T>> {
        self.all_to_all_if_any(lists).unwrap_or_else(|| vec![Vec::new(); self.size()])
    }

    /// As [`Comm::all_to_all`], but `None` on every rank if no rank has an item for any, itself
    /// included: a cheap way to find out that all are done.
    ///
    /// # Panics
    /// As [`Comm::all_to_all`].
    #[track_caller]
    pub fn all_to_all_if_any<T: Pod>(&self, lists: Vec<Vec<T>>) -> Option<Vec<Vec<T>>> {
        let (rank, p) = (self.rank(), self.size());
        assert_eq!(lists.len(), p, "a list for each rank");
        let mut lists = lists;
        let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
        let own = std::mem::take(&mut lists[rank]);
        let met = self.call::<T>(Op::AllToAll, 0, longest, Location::caller());
        if met.longest == 0 {
            return None;
        }
        let mut received: Vec<Vec<T>> = vec![Vec::new(); p];
        if p > 1 {
            let lens: Vec<u64> = lists.iter().map(|list| list.len() as u64).collect();
            let lens = self.all_to_all_words(&lens);
            received = lens.into_iter().map(|len| bytemuck::zeroed_vec(len as usize)).collect();
            let sent: Vec<&[u8]> = lists.iter().map(|list| bytemuck::cast_slice(list)).collect();
            self.all_to_all_bytes(
                &sent,
                &mut as_bytes(&mut received),
                met.longest * size_of::<T>(),
            );
        }
        received[rank] = own;
        Some(received)
    }

    /// Gives every rank the items of rank `root`; the items of other ranks are dropped.
    ///
    /// # Complexity
    /// Long lists: the root deals a block to each rank, and all ranks gather the blocks. The root
    /// sends less than twice their bytes, whatever p (Barnett et al., "Interprocessor Collective
    /// Communication Library", SHPCC 1994). Short lists go from the root to each rank. Both are
    /// counted as they are sent.
    #[track_caller]
    pub fn broadcast<T: Pod>(&self, root: usize, items: Vec<T>) -> Vec<T> {
        let mut items = items;
        if self.rank() != root {
            items.clear();
        }
        let met = self.call::<T>(Op::Broadcast, root, items.len(), Location::caller());
        if self.rank() != root {
            items = bytemuck::zeroed_vec(met.longest);
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
        let mine = bytes[ends[self.rank()]..ends[self.rank() + 1]].to_vec();
        self.all_gather_bytes(&mine, bytes, &lens);
        items
    }

    /// Combines the words of all ranks, element by element, and stores the result in `words` on
    /// every rank.
    ///
    /// Counted as one message of each rank to another one, and one back, in each of log2 p rounds,
    /// whatever the MPI library does.
    ///
    /// # Complexity
    /// The meeting, and under MPI an all-reduce of the library.
    ///
    /// # Panics
    /// If the ranks bring different numbers of words, or name different reductions.
    #[track_caller]
    pub fn all_reduce(&self, words: &mut [u64], reduction: Reduction) {
        let at = Location::caller();
        let call =
            CallHeader::new(Op::Reduce, reduction as usize, size_of::<u64>(), words.len(), at);
        on_world!(self, member => member.bring(words, reduction));
        let met = self.meet(&call);
        if !met.is_even() {
            let lens: Vec<u64> = self.calls(&call).iter().map(|call| call.len).collect();
            let other = lens.iter().position(|&len| len != lens[0]).expect("they differ");
            let (zero, other_len) = (lens[0], lens[other]);
            self.end_with(&format!(
                "rank 0 reduces {zero} items, but rank {other} reduces \
                                    {other_len}"
            ));
        }
        self.reduce_words(words, reduction);
    }

    /// Sums up words over the ranks before this one, and over all ranks.
    ///
    /// Hillis, Steele, "Data Parallel Algorithms", CACM 1986. Counted as it is sent.
    ///
    /// # Complexity
    /// The meeting, log2 p messages to and from other ranks, and an all-reduce.
    #[track_caller]
    pub fn sums_before<const N: usize>(&self, words: [u64; N]) -> ([u64; N], [u64; N]) {
        self.call::<u64>(Op::Scan, 0, N, Location::caller());
        let (rank, p) = (self.rank(), self.size());
        let mut before = [0; N];
        for reach in (0..).map(|round| 1 << round).take_while(|reach| *reach < p) {
            let mut sums = words;
            Reduction::Sum.combine(&mut sums, &before);
            let bytes: &[u8] = bytemuck::cast_slice(&sums);
            let (to, from) = (rank + reach, rank.checked_sub(reach));
            let received = match from {
                Some(from) if to < p => self.exchange_frames(to, bytes, from),
                Some(from) => self.receive_frame(from),
                None => {
                    if to < p {
                        self.send_frame(to, bytes);
                    }
                    continue;
                }
            };
            Reduction::Sum.combine(&mut before, &bytemuck::pod_collect_to_vec(&received));
        }
        let mut all = words;
        self.all_reduce(&mut all, Reduction::Sum);
        (before, all)
    }

    /// Sends blocks of bytes from rank 0 to each rank in turn, so that a rank holds only one at a
    /// time.
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

    fn call<T>(&self, op: Op, root: usize, len: usize, at: &Location<'_>) -> Met {
        self.meet(&CallHeader::new(op, root, size_of::<T>(), len, at))
    }
}

/// Returns the bytes of each list.
fn as_bytes<T: Pod>(lists: &mut [Vec<T>]) -> Vec<&mut [u8]> {
    lists.iter_mut().map(|list| bytemuck::cast_slice_mut(list)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm::{StageCost, run};

    type Call = (&'static str, fn(&Comm));

    /// The collectives by which the sharded algorithm and its proof let all ranks know a word or two.
    const SMALL: [Call; 4] = [
        ("all_reduce", |comm| comm.all_reduce(&mut [1, 2], Reduction::Sum)),
        ("sums_before", |comm| assert_eq!(comm.sums_before([1, 2]).1[0], comm.size() as u64)),
        ("agree", |comm| comm.agree(Ok(())).expect("all is well")),
        ("all_to_all_if_any", |comm| {
            let nothing = vec![Vec::<u64>::new(); comm.size()];
            assert!(comm.all_to_all_if_any(nothing).is_none());
        }),
    ];

    /// Were it O(p), that would be more than all the rest on many ranks with few vertices each.
    #[test]
    fn a_word_for_all_costs_no_rank_more_than_o_of_log_p() {
        for p in [2, 16, 128] {
            for (name, call) in SMALL {
                let costs = run(p, Some(1), |comm| {
                    comm.take_log();
                    call(comm);
                    let log = comm.take_log();
                    let sum = |bytes: fn(&StageCost) -> u64| log.iter().map(bytes).sum::<u64>();
                    sum(|cost| cost.bytes_sent).max(sum(|cost| cost.bytes_received))
                });
                let most = costs.into_iter().max().expect("there are ranks");
                let (words, doublings) = (2, u64::from(p.ilog2()));
                assert!(most <= 3 * 8 * words * doublings, "{name} on {p} ranks: {most} bytes");
            }
        }
    }
}
