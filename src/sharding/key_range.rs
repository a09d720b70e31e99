//! The range of the keys that ranks tell owners, and the bits that are told first.

use crate::comm::{Comm, Reduction};

/// The bits of a key that are told first. In about one of 2^10 pairs, they do not tell which is the
/// lighter one.
const UPPER_BITS: usize = 10;

/// The keys of all ranks, by how far they are above the least.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyRange {
    least: u64,
    bits: usize,
}

impl KeyRange {
    /// The range of all ranks' keys, of which this rank's are from `least` to `most`; `None` if no
    /// rank has any. A rank without keys gives a least above the most.
    pub(crate) fn of(comm: &Comm, least: u64, most: u64) -> Option<Self> {
        let mut ends = [least, !most];
        comm.all_reduce(&mut ends, Reduction::Minimum);
        let [least, most] = [ends[0], !ends[1]];
        (least <= most)
            .then(|| Self { least, bits: (u64::BITS - (most - least).leading_zeros()) as usize })
    }

    /// How many bits are told first.
    pub(crate) fn upper_bits(self) -> usize {
        self.bits.min(UPPER_BITS)
    }

    /// How many are not.
    pub(crate) fn rest_bits(self) -> usize {
        self.bits - self.upper_bits()
    }

    /// What is told first of a key in the range.
    pub(crate) fn upper(self, key: u64) -> u32 {
        ((key - self.least) >> self.rest_bits()) as u32
    }

    /// The rest of it.
    pub(crate) fn rest(self, key: u64) -> u64 {
        (key - self.least) & ((1 << self.rest_bits()) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        /// Upper bits and rest together have the order of the keys.
        #[test]
        fn keys_keep_their_order(keys in prop::collection::vec(any::<u64>(), 1..9), shift in 0u32..64) {
            let keys: Vec<u64> = keys.into_iter().map(|key| key >> shift).collect();
            let (least, most) = (*keys.iter().min().unwrap(), *keys.iter().max().unwrap());
            let range = comm::run(2, Some(1), |comm| match comm.rank() {
                0 => KeyRange::of(comm, u64::MAX, 0),
                _ => KeyRange::of(comm, least, most),
            });
            let range = range[0].expect("there are keys");
            let parts = |key: u64| (range.upper(key), range.rest(key));
            for pair in keys.windows(2) {
                prop_assert_eq!(pair[0].cmp(&pair[1]), parts(pair[0]).cmp(&parts(pair[1])));
            }
            prop_assert!(keys.iter().all(|&key| parts(key).0 >> range.upper_bits() == 0));
        }
    }

    #[test]
    fn without_keys_there_is_no_range() {
        assert!(comm::run(2, Some(1), |comm| KeyRange::of(comm, u64::MAX, 0).is_none())[0]);
    }
}
