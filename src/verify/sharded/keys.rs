//! What ranks tell owners: the key of the lightest edge that each has at a component.

use crate::comm::{Comm, Reduction};
use crate::sharding::{Column, Malformed, MessageReader, MessageWriter};

/// Keys above the least of all, of at most so many bits.
pub(super) struct Keys {
    pub(super) least: u64,
    bits: usize,
}

impl Keys {
    /// For the `keys` that ranks will tell; `None` if no rank has any.
    pub(super) fn of(comm: &Comm, keys: impl Iterator<Item = u64> + Clone) -> Option<Self> {
        let mut ends = [keys.clone().min().unwrap_or(u64::MAX), !keys.max().unwrap_or(0)];
        comm.all_reduce(&mut ends, Reduction::Minimum);
        let [least, most] = [ends[0], !ends[1]];
        let bits = |range: u64| (u64::BITS - range.leading_zeros()) as usize;
        (least <= most).then(|| Self { least, bits: bits(most - least) })
    }
}

impl Column for Keys {
    type Value = u64;

    fn put(&self, out: &mut MessageWriter, keys: &[u64]) {
        keys.iter().for_each(|&key| out.put(key, self.bits));
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<u64>, Malformed> {
        (0..len).map(|_| from.take(self.bits)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;

    #[test]
    fn keys_come_back() {
        for keys in [vec![5], vec![7, 3, 1 << 40], vec![0, u64::MAX, 9]] {
            let column = comm::run(1, Some(1), |comm| Keys::of(comm, keys.iter().copied()));
            let column = column.into_iter().flatten().next().expect("there are keys");
            let above: Vec<u64> = keys.iter().map(|key| key - column.least).collect();
            let mut out = MessageWriter::new();
            column.put(&mut out, &above);
            let bytes = out.into_bytes();
            assert_eq!(column.take(&mut MessageReader::of(&bytes), keys.len()), Ok(above));
        }
        assert!(comm::run(2, Some(1), |comm| Keys::of(comm, [].into_iter()).is_none())[0]);
    }
}
