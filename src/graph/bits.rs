//! Sets of vertices as words for the wire, and which edges of a list are chosen.

use fixedbitset::FixedBitSet;

// A word of the wire is a block of a set.
const _: () = assert!(usize::BITS == u64::BITS);

/// A set in words of 64, its first bit in the lowest place; those after the last bit are zero.
pub(crate) fn words(set: &FixedBitSet) -> &[u64] {
    bytemuck::cast_slice(set.as_slice())
}

/// The set of `len` bits whose [`words`] these are.
///
/// # Panics
/// If there are not as many.
pub(crate) fn from_words(words: &[u64], len: usize) -> FixedBitSet {
    assert_eq!(words.len(), len.div_ceil(64), "one word for 64 bits");
    FixedBitSet::with_capacity_and_blocks(len, words.iter().map(|&word| word as usize))
}

/// The items at the places in `set`, in order.
pub(crate) fn choose<T: Copy>(items: &[T], set: &FixedBitSet) -> Vec<T> {
    let mut chosen = Vec::with_capacity(set.count_ones(..));
    chosen.extend(set.ones().map(|index| items[index]));
    chosen
}

/// The members of `set` for which the next of `mask` says so, which has a bit for each.
pub(crate) fn masked(set: &FixedBitSet, mask: &FixedBitSet) -> FixedBitSet {
    assert_eq!(mask.len(), set.count_ones(..), "a bit for each member");
    let mut masked = FixedBitSet::with_capacity(set.len());
    let chosen = set.ones().enumerate().filter(|(number, _)| mask.contains(*number));
    chosen.for_each(|(_, index)| masked.insert(index));
    masked
}

/// Bits that come one after another: a [`FixedBitSet`] of known length is dear to grow by single ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct BitList {
    words: Vec<u64>,
    len: usize,
}

impl BitList {
    /// Adds a bit.
    #[inline]
    pub(crate) fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.words[self.len / 64] |= u64::from(bit) << (self.len % 64);
        self.len += 1;
    }

    /// All that were added, by their places.
    pub(crate) fn into_set(self) -> FixedBitSet {
        from_words(&self.words, self.len)
    }
}

impl FromIterator<bool> for BitList {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut list = Self::default();
        bits.into_iter().for_each(|bit| list.push(bit));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_of_bits_choose_and_mask(
            list in prop::collection::vec(any::<bool>(), 0..200),
            seed: u64,
        ) {
            let set = list.iter().copied().collect::<BitList>().into_set();
            let places: Vec<usize> = (0..list.len()).filter(|&i| list[i]).collect();
            prop_assert_eq!(set.ones().collect::<Vec<_>>(), places.clone());
            prop_assert_eq!(choose(&(0..list.len()).collect::<Vec<_>>(), &set), places.clone());
            let mask = (0..places.len()).map(|i| seed >> (i % 64) & 1 == 1);
            let mask = mask.collect::<BitList>().into_set();
            let chosen: Vec<usize> = masked(&set, &mask).ones().collect();
            prop_assert_eq!(chosen, choose(&places, &mask));
            prop_assert_eq!(from_words(words(&set), list.len()), set);
        }
    }
}
