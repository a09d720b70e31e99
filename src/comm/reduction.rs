//! How a reduction combines the words of all ranks.

/// How the words of all ranks are combined. The result does not depend on their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Their sum modulo 2^64.
    Sum,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
    /// The bits that are set in any of them.
    BitwiseOr,
}

impl Reduction {
    /// All reductions, each at the index of its number.
    pub const ALL: [Self; 4] = [Self::Sum, Self::Minimum, Self::Maximum, Self::BitwiseOr];

    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::BitwiseOr => "bitwise or",
        }
    }

    /// Combines `words` with `more`, element by element. Both have the same length.
    pub(super) fn combine(self, words: &mut [u64], more: &[u64]) {
        let pairs = words.iter_mut().zip(more);
        match self {
            Self::Sum => pairs.for_each(|(word, more)| *word = word.wrapping_add(*more)),
            Self::Minimum => pairs.for_each(|(word, more)| *word = *more.min(word)),
            Self::Maximum => pairs.for_each(|(word, more)| *word = *more.max(word)),
            Self::BitwiseOr => pairs.for_each(|(word, more)| *word |= more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reduction_does_what_its_name_says() {
        let combined = Reduction::ALL.map(|reduction| {
            let mut words = [u64::MAX, 6, 0];
            reduction.combine(&mut words, &[2, 3, u64::MAX]);
            words
        });
        let [sum, minimum, maximum, or] = combined;
        assert_eq!((sum, minimum), ([1, 9, u64::MAX], [2, 3, 0]));
        assert_eq!((maximum, or), ([u64::MAX, 6, u64::MAX], [u64::MAX, 7, u64::MAX]));
        for (place, reduction) in Reduction::ALL.into_iter().enumerate() {
            assert_eq!(reduction as usize, place);
        }
    }
}
