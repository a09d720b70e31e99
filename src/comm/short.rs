//! Gathers short lists of different lengths: one call carries them and their lengths, each padded
//! to the longest.

use super::meeting::Met;
use super::{Comm, World};
use bytemuck::Pod;

/// The largest total of bytes, lengths included, for which lists are padded; beyond it, an extra
/// call for the lengths costs less.
const MOST: usize = 1 << 14;

impl Comm {
    /// Gathers the items of all ranks, if their numbers differ and all lists are short according to
    /// the meeting: on rank `root` if there is one, else on all ranks. `None` if they must be
    /// gathered another way.
    pub(super) fn gather_if_short<T: Pod>(
        &self,
        root: Option<usize>,
        items: &[T],
        met: &Met,
    ) -> Option<Vec<Vec<T>>> {
        let longest = met.longest * size_of::<T>();
        if met.is_even() || !self.are_short(longest) {
            return None;
        }
        let lists = self.gather_short(root, bytemuck::cast_slice(items), longest);
        Some(lists.iter().map(|list| bytemuck::pod_collect_to_vec(list)).collect())
    }

    /// Whether padded lists of up to `longest` bytes, of all ranks together, are short.
    fn are_short(&self, longest: usize) -> bool {
        let all = (size_of::<u64>() + longest).saturating_mul(self.size());
        all <= MOST.min(self.most_bytes.get())
    }

    /// Gathers up to `longest` bytes of each rank: on rank `root` if there is one, else on all
    /// ranks.
    fn gather_short(&self, root: Option<usize>, mine: &[u8], longest: usize) -> Vec<Vec<u8>> {
        let mut padded = (mine.len() as u64).to_ne_bytes().to_vec();
        padded.extend_from_slice(mine);
        padded.resize(size_of::<u64>() + longest, 0);
        let here = root.is_none_or(|root| root == self.rank());
        let mut all = vec![0; if here { padded.len() * self.size() } else { 0 }];
        on_world!(self, member => match root {
            None => member.all_gather(&padded, &mut all, None),
            Some(root) => member.gather(root, &padded, &mut all, None),
        });
        let list = |padded: &[u8]| {
            let (len, bytes) = padded.split_first_chunk().expect("a length comes first");
            bytes[..u64::from_ne_bytes(*len) as usize].to_vec()
        };
        let lists: Vec<Vec<u8>> = all.chunks(padded.len()).map(list).collect();
        self.count_gathered(root, mine.len(), lists.iter().map(Vec::len));
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;

    #[test]
    fn lists_are_short_if_all_of_them_with_their_lengths_fit() {
        comm::run(4, Some(1), |comm| {
            assert!(comm.are_short(MOST / 4 - 8) && !comm.are_short(MOST / 4 - 7));
            comm.limit_messages(80);
            assert!(comm.are_short(12) && !comm.are_short(13));
        });
        assert_eq!(MOST, 16_384);
    }

    #[test]
    fn only_short_lists_of_different_lengths_are_padded() {
        comm::run(3, Some(1), |comm| {
            let mine = vec![comm.rank() as u32; comm.rank()];
            let met = |shortest, longest| Met { failed: None, shortest, longest };
            let lists = comm.gather_if_short(None, &mine, &met(0, 2));
            assert_eq!(lists, Some(vec![vec![], vec![1], vec![2, 2]]));
            assert_eq!(comm.gather_if_short(None, &[7u8], &met(1, 1)), None);
            assert_eq!(comm.gather_if_short(None, &mine, &met(0, MOST)), None);
        });
    }
}
