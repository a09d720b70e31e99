//! A column of answers: some have a value, the others are what the receiver expects.

use super::ids;
use super::message::{Malformed, Reader, Writer};

/// Appends a column. Values take `bits` bits each.
pub(super) fn put(out: &mut Writer, column: &[Option<u64>], bits: usize) {
    let valued = |(place, value): (usize, &Option<u64>)| value.map(|_| place as u32);
    let places: Vec<u32> = column.iter().enumerate().filter_map(valued).collect();
    ids::put(out, &places, 0..column.len() as u32);
    column.iter().flatten().for_each(|&value| out.put(value, bits));
}

/// Takes a column of `len` answers.
///
/// # Errors
/// If the message has none.
pub(super) fn take(
    from: &mut Reader,
    len: usize,
    bits: usize,
) -> Result<Vec<Option<u64>>, Malformed> {
    let places = ids::take(from, 0..len as u32)?;
    let mut column = vec![None; len];
    for place in places {
        column[place as usize] = Some(from.take(bits)?);
    }
    Ok(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_column_comes_back(
            column in prop::collection::vec(prop::option::weighted(0.3, 0u64..1 << 11), 0..300),
        ) {
            let mut out = Writer::new();
            put(&mut out, &column, 11);
            let bytes = out.into_bytes();
            let values = column.iter().flatten().count();
            prop_assert!(bytes.len() <= (values * 11 + column.len() + 2).div_ceil(8));
            prop_assert_eq!(take(&mut Reader::of(&bytes), column.len(), 11), Ok(column));
        }
    }
}
