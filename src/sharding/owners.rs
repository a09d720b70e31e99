//! Which rank owns which ids.

use std::ops::Range;

/// The owners of the ids `0..n`: each of p ranks owns a block of them, in rank order, and blocks
/// differ by at most one in length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owners {
    pub(crate) n: usize,
    pub(crate) p: usize,
}

impl Owners {
    /// The ids of a rank.
    pub(crate) fn block(self, rank: usize) -> Range<usize> {
        self.n * rank / self.p..self.n * (rank + 1) / self.p
    }

    /// The same, as ids.
    pub(crate) fn ids(self, rank: usize) -> Range<u32> {
        let block = self.block(rank);
        block.start as u32..block.end as u32
    }

    /// How many bits an id takes.
    pub(crate) fn bits(self) -> usize {
        (usize::BITS - self.n.saturating_sub(1).leading_zeros()) as usize
    }

    /// For each rank, the places of its ids in `ids`, which are sorted.
    pub(crate) fn split(self, ids: &[u32]) -> Vec<Range<usize>> {
        let mut start = 0;
        let range = |rank| {
            let end = self.block(rank).end;
            let len = ids[start..].partition_point(|&id| (id as usize) < end);
            start += len;
            start - len..start
        };
        (0..self.p).map(range).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_one_owner() {
        for (n, p) in [(0, 3), (1, 4), (10, 3), (64, 7), (5, 5)] {
            let owners = Owners { n, p };
            let ids: Vec<u32> = (0..n as u32).collect();
            for (rank, places) in owners.split(&ids).into_iter().enumerate() {
                assert_eq!(places, owners.block(rank), "{n} ids on {p} ranks");
            }
            assert!((0..n.max(1)).all(|id| id >> owners.bits() == 0));
        }
    }
}
