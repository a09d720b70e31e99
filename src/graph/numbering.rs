//! Numbers the members of a set of vertices in order.

use crate::graph::Vertex;
use fixedbitset::FixedBitSet;

/// A set of vertices and the numbers of its members, from 0. It takes 1.5 bits per vertex.
pub(crate) struct Numbering {
    set: FixedBitSet,
    /// For each word, how many members come before it.
    before: Vec<u32>,
}

impl Numbering {
    /// Numbers the members of `set`.
    pub(crate) fn of(set: FixedBitSet) -> Self {
        let mut next = 0;
        let before = set.as_slice().iter().map(|word| {
            next += word.count_ones();
            next - word.count_ones()
        });
        Self { before: before.collect(), set }
    }

    /// The set.
    #[inline]
    pub(crate) fn set(&self) -> &FixedBitSet {
        &self.set
    }

    /// The number of `v`; if `v` is not a member, the number of the next member.
    #[inline]
    pub(crate) fn number(&self, v: Vertex) -> u32 {
        let (word, bit) = (v as usize / 64, v % 64);
        let lower = self.set.as_slice()[word] & ((1 << bit) - 1);
        self.before[word] + lower.count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::BitList;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn members_are_counted(list in prop::collection::vec(any::<bool>(), 1..300)) {
            let set = list.iter().copied().collect::<BitList>();
            let numbering = Numbering::of(set.into_set());
            for v in 0..list.len() {
                let before = list[..v].iter().filter(|member| **member).count();
                prop_assert_eq!(numbering.number(v as Vertex) as usize, before);
            }
        }
    }
}
