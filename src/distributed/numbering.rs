//! Numbers the members of a set of vertices in order.

use super::bits::Bits;
use crate::graph::Vertex;

/// A set of vertices and the numbers of its members, from 0. It takes 1.5 bits per vertex.
pub(super) struct Numbering {
    set: Bits,
    /// For each word, how many members come before it.
    before: Vec<u32>,
}

impl Numbering {
    /// Numbers the members of `set`.
    pub(super) fn of(set: Bits) -> Self {
        let mut next = 0;
        let before = set.words().iter().map(|word| {
            next += word.count_ones();
            next - word.count_ones()
        });
        Self { before: before.collect(), set }
    }

    /// The set.
    #[inline]
    pub(super) fn set(&self) -> &Bits {
        &self.set
    }

    /// The number of `v`; if `v` is not a member, the number of the next member.
    #[inline]
    pub(super) fn number(&self, v: Vertex) -> u32 {
        let (word, bit) = (v as usize / 64, v % 64);
        let lower = self.set.words()[word] & ((1 << bit) - 1);
        self.before[word] + lower.count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn members_are_counted(list in prop::collection::vec(any::<bool>(), 1..300)) {
            let mut set = Bits::default();
            list.iter().for_each(|&member| set.push(member));
            let numbering = Numbering::of(set);
            for v in 0..list.len() {
                let before = list[..v].iter().filter(|member| **member).count();
                prop_assert_eq!(numbering.number(v as Vertex) as usize, before);
            }
        }
    }
}
