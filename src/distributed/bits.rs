//! A list of bits, for example which edges of a list are chosen.

use std::ops::Range;

/// Bits, one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// Returns `len` bits, all zero.
    pub(super) fn zeros(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// The first `len` bits of `words`.
    pub(super) fn from_words(words: Vec<u64>, len: usize) -> Self {
        assert_eq!(words.len(), len.div_ceil(64), "one word for 64 bits");
        Self { words, len }
    }

    /// The bits in words of 64, the first in the lowest place; the bits after the last are zero.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// As [`Bits::words`], but mutable. The caller must leave the bits after the last zero.
    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Adds a bit.
    #[inline]
    pub(super) fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.words[self.len / 64] |= u64::from(bit) << (self.len % 64);
        self.len += 1;
    }

    /// Sets the bit at `index`.
    #[inline]
    pub(super) fn set(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// Sets the bits in `range`.
    pub(super) fn fill(&mut self, range: Range<usize>) {
        let Range { start, end } = range;
        for word in start / 64..end.div_ceil(64) {
            let low = u64::MAX << start.saturating_sub(word * 64);
            let high = u64::MAX >> ((word + 1) * 64).saturating_sub(end);
            self.words[word] |= low & high;
        }
    }

    /// The bit at `index`.
    #[inline]
    pub(super) fn get(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// All bits in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = bool> {
        (0..self.len).map(|index| self.get(index))
    }

    /// The indices of the bits that are one, in order.
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let rest = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
            let words = std::iter::successors(Some(word).filter(|word| *word != 0), rest);
            words.map(move |word| index * 64 + word.trailing_zeros() as usize)
        })
    }

    /// Counts the bits that are one.
    pub(super) fn count_ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Returns these bits with each one replaced by the next bit of `mask`, which has a bit for
    /// each one.
    #[must_use]
    pub(super) fn masked(&self, mask: &Self) -> Self {
        assert_eq!(mask.len, self.count_ones(), "a bit for each one");
        let mut masked = Self::zeros(self.len);
        let chosen = self.ones().zip(mask.iter()).filter(|(_, chosen)| *chosen);
        chosen.for_each(|(index, _)| masked.set(index));
        masked
    }

    /// Returns the items at the indices of ones.
    pub(super) fn choose<T: Copy>(&self, items: &[T]) -> Vec<T> {
        let mut chosen = Vec::with_capacity(self.count_ones());
        chosen.extend(self.ones().map(|index| items[index]));
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_a_list_of_booleans(
            list in prop::collection::vec(any::<bool>(), 0..200),
            seed: u64,
        ) {
            let mut bits = Bits::default();
            list.iter().for_each(|&bit| bits.push(bit));
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), list.clone());
            let places: Vec<usize> = (0..list.len()).filter(|&i| list[i]).collect();
            prop_assert_eq!(bits.ones().collect::<Vec<_>>(), places.clone());
            prop_assert_eq!(bits.choose(&(0..list.len()).collect::<Vec<_>>()), places.clone());
            let mut mask = Bits::default();
            (0..places.len()).for_each(|i| mask.push(seed >> (i % 64) & 1 == 1));
            let masked: Vec<usize> = bits.masked(&mask).ones().collect();
            prop_assert_eq!(masked, mask.choose(&places));
            let (start, end) = (list.len() / 3, list.len() * 2 / 3);
            let mut filled = Bits::zeros(list.len());
            filled.fill(start..end);
            prop_assert_eq!(filled.ones().collect::<Vec<_>>(), (start..end).collect::<Vec<_>>());
            let again = Bits::from_words(bits.words().to_vec(), list.len());
            prop_assert_eq!(again, bits);
        }
    }
}
