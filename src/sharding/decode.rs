//! Any bytes are a message or refused, for tests and the fuzzer.

use super::column::{Answers, Column, Flagged, Flags, Plain};
use super::ids;
use super::message::{MessageReader, MessageWriter};
use std::fmt::Debug;

/// Reads bytes as every kind of message. The first seven say of which ids, how many, and of how many
/// bits.
///
/// # Panics
/// If what is read is not what was asked for, or changes when it is written and read again.
pub fn decode(bytes: &[u8]) {
    let Some((&[a, b, c, d, low, high, bits], message)) = bytes.split_first_chunk::<7>() else {
        return;
    };
    let start = u32::from_le_bytes([a, b, c, d]);
    let len = u16::from_le_bytes([low, high]);
    let range = start..start.saturating_add(len.into());
    if let Ok(ids) = ids::take(&mut MessageReader::of(message), range.clone()) {
        assert!(ids.is_sorted_by(|a, b| a < b) && ids.iter().all(|id| range.contains(id)));
        let mut out = MessageWriter::new();
        ids::put(&mut out, &ids, range.clone());
        let again = out.into_bytes();
        assert!(again.len() <= range.len().div_ceil(8) + 1);
        assert_eq!(ids::take(&mut MessageReader::of(&again), range), Ok(ids));
    }
    let bits = usize::from(bits) % 33;
    decode_column(&Flags, message, len.into());
    decode_column(&Plain(bits), message, len.into());
    decode_column(&Answers(bits), message, len.into());
    decode_column(&Flagged(bits), message, len.into());
}

fn decode_column<C: Column<Value: Debug + PartialEq>>(column: &C, message: &[u8], len: usize) {
    let Ok(values) = column.take(&mut MessageReader::of(message), len) else { return };
    assert_eq!(values.len(), len);
    let mut out = MessageWriter::new();
    column.put(&mut out, &values);
    let again = out.into_bytes();
    assert_eq!(column.take(&mut MessageReader::of(&again), len), Ok(values));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_messages_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            decode(&bytes);
        }
    }
}
