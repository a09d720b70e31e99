//! What ranks tell owners: the lightest edge that each has at a component.

use crate::comm::{Comm, Reduction};
use crate::sharding::{Column, Malformed, MessageReader, MessageWriter, put_flags, take_flags};

/// The key of a rank's lightest edge at a component, above the least key of all, and whether it is an
/// edge of the forest.
pub(super) type Offer = (u64, bool);

/// Offers whose keys have at most so many bits.
pub(super) struct Offers {
    pub(super) least: u64,
    bits: usize,
}

impl Offers {
    /// For the `keys` that ranks will offer; `None` if no rank has any.
    pub(super) fn of(comm: &Comm, keys: impl Iterator<Item = u64> + Clone) -> Option<Self> {
        let mut ends = [keys.clone().min().unwrap_or(u64::MAX), !keys.max().unwrap_or(0)];
        comm.all_reduce(&mut ends, Reduction::Minimum);
        let [least, most] = [ends[0], !ends[1]];
        let bits = |range: u64| (u64::BITS - range.leading_zeros()) as usize;
        (least <= most).then(|| Self { least, bits: bits(most - least) })
    }
}

impl Column for Offers {
    type Value = Offer;

    fn put(&self, out: &mut MessageWriter, offers: &[Offer]) {
        put_flags(out, offers.iter().map(|(_, is_forest)| *is_forest));
        offers.iter().for_each(|(key, _)| out.put(*key, self.bits));
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<Offer>, Malformed> {
        let flags = take_flags(from, len)?;
        (0..len).map(|place| Ok((from.take(self.bits)?, flags[place]))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn offers_come_back(offers in prop::collection::vec((0u64..1 << 40, any::<bool>()), 0..99)) {
            let column = Offers { least: 0, bits: 40 };
            let mut out = MessageWriter::new();
            column.put(&mut out, &offers);
            let bytes = out.into_bytes();
            prop_assert_eq!(column.take(&mut MessageReader::of(&bytes), offers.len()), Ok(offers));
        }
    }
}
