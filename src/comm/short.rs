//! Short lists of different lengths: gathered in one call together with their lengths, each as long as the longest.

use super::meeting::Met;
use super::{Comm, World};
use bytemuck::Pod;

/// The most bytes that lists with their lengths may take so; more of them would cost more than a call for the lengths.
const MOST: usize = 1 << 14;

impl Comm {
    /// The items of all ranks, of which each has said at the meeting how many it brings, if their numbers differ and all are
    /// short: on rank `root` alone, if there is one, else on all ranks. `None` if they are to be gathered another way.
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

    /// Whether lists of all ranks, of up to `longest` bytes, are short.
    fn are_short(&self, longest: usize) -> bool {
        let all = (size_of::<u64>() + longest).saturating_mul(self.size());
        all <= MOST.min(self.most_bytes.get())
    }

    /// The bytes of all ranks, which are up to `longest`: on rank `root` alone, if there is one, else on all ranks.
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
