//! Messages of bits, which the dsi-bitstream crate reads and writes.

use dsi_bitstream::prelude::*;
use std::convert::Infallible;

/// A message that ends too early, or says what cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What a message is written with.
pub(crate) struct MessageWriter {
    bits: BufBitWriter<LE, MemWordWriterVec<u64, Vec<u64>>>,
    len: usize,
}

impl MessageWriter {
    /// An empty message.
    pub(crate) fn new() -> Self {
        Self { bits: BufBitWriter::new(MemWordWriterVec::new(Vec::new())), len: 0 }
    }

    /// Appends a value of at most `bits` bits.
    #[inline]
    pub(crate) fn put(&mut self, value: u64, bits: usize) {
        self.len += infallible(self.bits.write_bits(value, bits));
    }

    /// Appends a number, the smaller the shorter: Elias's gamma code.
    pub(crate) fn put_number(&mut self, number: u64) {
        self.len += infallible(self.bits.write_gamma(number));
    }

    /// Appends a number by a Rice code: its lowest `bits` bits, and the rest in unary.
    #[inline]
    pub(crate) fn put_rice(&mut self, number: u64, bits: usize) {
        self.len += infallible(self.bits.write_rice(number, bits));
    }

    /// The message. Bits that are left of its last byte are zero.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let words = infallible(self.bits.into_inner()).into_inner();
        let mut bytes: Vec<u8> = bytemuck::pod_collect_to_vec(&words);
        bytes.truncate(self.len.div_ceil(8));
        bytes
    }
}

/// Memory takes all that is written.
fn infallible<T>(written: Result<T, Infallible>) -> T {
    match written {
        Ok(written) => written,
    }
}

/// What a message is read with.
pub(crate) struct MessageReader(BufBitReader<LE, MemWordReader<u32, Vec<u32>>>);

impl MessageReader {
    /// Begins to read a message.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut words = vec![0u32; bytes.len().div_ceil(size_of::<u32>())];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self(BufBitReader::new(MemWordReader::new(words)))
    }

    /// Takes the next value of `bits` bits.
    #[inline]
    pub(crate) fn take(&mut self, bits: usize) -> Result<u64, Malformed> {
        self.0.read_bits(bits).map_err(|_| Malformed)
    }

    /// Takes a number that [`MessageWriter::put_number`] wrote.
    pub(crate) fn take_number(&mut self) -> Result<u64, Malformed> {
        // The crate's own reader expects a code that is right.
        let bits = self.0.read_unary().map_err(|_| Malformed)?;
        let most = u64::BITS - 1;
        let bits = u32::try_from(bits).ok().filter(|&bits| bits <= most).ok_or(Malformed)?;
        Ok(self.take(bits as usize)? + (1 << bits) - 1)
    }

    /// Takes a number that [`MessageWriter::put_rice`] wrote.
    #[inline]
    pub(crate) fn take_rice(&mut self, bits: usize) -> Result<u64, Malformed> {
        let high = self.0.read_unary().map_err(|_| Malformed)?;
        let low = self.take(bits)?;
        high.checked_shl(bits as u32)
            .filter(|&shifted| shifted >> bits == high)
            .ok_or(Malformed)
            .map(|high| high | low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec((0u32..64, any::<u64>()), 0..40)) {
            let number = |(by, bits): (u32, u64)| (bits >> by).min(u64::MAX - 1);
            let numbers: Vec<u64> = numbers.into_iter().map(number).collect();
            let mut out = MessageWriter::new();
            numbers.iter().for_each(|&number| out.put_number(number));
            let bytes = out.into_bytes();
            let mut from = MessageReader::of(&bytes);
            for number in numbers {
                prop_assert_eq!(from.take_number(), Ok(number));
            }
        }
    }

    #[test]
    fn a_number_of_too_many_bits_is_refused() {
        let bytes = [&[0; 9][..], &[0x26, 0xff, 0xff, 0xff]].concat();
        assert_eq!(MessageReader::of(&bytes).take_number(), Err(Malformed));
        assert_eq!(MessageReader::of(&[0; 4]).take_number(), Err(Malformed));
    }
}
