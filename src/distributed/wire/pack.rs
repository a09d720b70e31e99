//! Packs columns of integers in as few bits as the largest integer of each block needs.
//!
//! It uses the bitpacking crate: Lemire, Boytsov, "Decoding billions of integers per second through
//! vectorization", Software: Practice and Experience 2015.

use bitpacking::{BitPacker, BitPacker4x};

/// How many integers are packed at once.
pub(in crate::distributed) const BLOCK: usize = BitPacker4x::BLOCK_LEN;

/// Appends a block: a byte for the number of bits per integer, then the bits.
pub(in crate::distributed) fn put(bytes: &mut Vec<u8>, block: &[u32; BLOCK]) {
    let packer = BitPacker4x::new();
    let bits = packer.num_bits(block);
    bytes.push(bits);
    let start = bytes.len();
    bytes.resize(start + BitPacker4x::compressed_block_size(bits), 0);
    packer.compress(block, &mut bytes[start..], bits);
}

/// Removes a block that [`put`] appended from the front of `bytes`.
pub(in crate::distributed) fn take(bytes: &mut &[u8]) -> [u32; BLOCK] {
    let mut block = [0; BLOCK];
    let bits = *bytes.split_off_first().expect("a byte for the bits");
    let len = BitPacker4x::compressed_block_size(bits);
    let packed = bytes.split_off(..len).expect("the bits that it announces");
    BitPacker4x::new().decompress(packed, &mut block, bits);
    block
}

/// Appends a column of any length: its whole blocks packed, then the rest raw.
pub(in crate::distributed) fn put_all(bytes: &mut Vec<u8>, column: &[u32]) {
    let (blocks, rest) = column.as_chunks();
    blocks.iter().for_each(|block| put(bytes, block));
    bytes.extend_from_slice(bytemuck::cast_slice(rest));
}

/// Removes the `len` integers that [`put_all`] appended.
pub(in crate::distributed) fn take_all(bytes: &mut &[u8], len: usize) -> Vec<u32> {
    let mut column: Vec<u32> = (0..len / BLOCK).flat_map(|_| take(bytes)).collect();
    let rest = bytes.split_off(..len % BLOCK * size_of::<u32>()).expect("the rest of the column");
    column.extend(bytemuck::pod_collect_to_vec::<u8, u32>(rest));
    column
}

/// As [`put`], for 64-bit integers: their low halves, then their high halves, which cost one byte
/// if all are zero.
pub(in crate::distributed) fn put_wide(bytes: &mut Vec<u8>, block: &[u64; BLOCK]) {
    put(bytes, &block.map(|value| value as u32));
    put(bytes, &block.map(|value| (value >> 32) as u32));
}

/// Removes a block that [`put_wide`] appended.
pub(in crate::distributed) fn take_wide(bytes: &mut &[u8]) -> [u64; BLOCK] {
    let (low, high) = (take(bytes), take(bytes));
    std::array::from_fn(|i| u64::from(low[i]) | u64::from(high[i]) << 32)
}

/// As [`put_wide`], for integers that rise from `last` on: packs the differences, and sets `last`
/// to the last integer.
pub(in crate::distributed) fn put_rising(
    bytes: &mut Vec<u8>,
    last: &mut u64,
    block: &[u64; BLOCK],
) {
    put_wide(bytes, &block.map(|value| value - std::mem::replace(last, value)));
}

/// Removes a block that [`put_rising`] appended after `last`, and sets `last` to the last integer.
pub(in crate::distributed) fn take_rising(bytes: &mut &[u8], last: &mut u64) -> [u64; BLOCK] {
    take_wide(bytes).map(|difference| {
        *last += difference;
        *last
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            values in prop::collection::vec(any::<u64>(), 2 * BLOCK),
            shift in 0..64,
        ) {
            let mut values: Vec<u64> = values.iter().map(|value| value >> shift).collect();
            let narrow: Vec<u32> = values.iter().map(|&value| value as u32).take(200).collect();
            let mut bytes = Vec::new();
            put_all(&mut bytes, &narrow);
            prop_assert_eq!(take_all(&mut bytes.as_slice(), narrow.len()), narrow);
            let (mut bytes, mut last) = (Vec::new(), 0);
            let block = |values: &[u64]| <[u64; BLOCK]>::try_from(values).expect("a block");
            values.chunks(BLOCK).for_each(|chunk| put_wide(&mut bytes, &block(chunk)));
            let expected = values.clone();
            values.sort_unstable();
            values.chunks(BLOCK).for_each(|b| put_rising(&mut bytes, &mut last, &block(b)));
            let (mut rest, mut last) = (bytes.as_slice(), 0);
            let back = [take_wide(&mut rest), take_wide(&mut rest)].concat();
            prop_assert_eq!(back, expected);
            let mut rising = || take_rising(&mut rest, &mut last);
            let back = [rising(), rising()].concat();
            prop_assert_eq!(back, values);
            prop_assert!(rest.is_empty());
        }
    }
}
