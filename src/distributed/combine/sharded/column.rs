//! Columns of values, one for each id of a list that both ranks know: what messages consist of besides
//! sets of ids.

use super::ids;
use super::message::{Malformed, Reader, Writer};
use std::collections::HashMap;

/// How the values of a column are coded.
pub(super) trait Column: Sync {
    /// What a value is.
    type Value: Copy + Send + Sync;

    /// Appends values to a message.
    fn put(&self, out: &mut Writer, values: &[Self::Value]);

    /// Takes `len` values from a message.
    ///
    /// # Errors
    /// If the message has none.
    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<Self::Value>, Malformed>;
}

/// Ids alone, of which there is nothing to say.
pub(super) struct Nothing;

impl Column for Nothing {
    type Value = ();

    fn put(&self, _: &mut Writer, _: &[()]) {}

    fn take(&self, _: &mut Reader, len: usize) -> Result<Vec<()>, Malformed> {
        Ok(vec![(); len])
    }
}

/// Numbers of at most so many bits.
pub(super) struct Plain(pub(super) usize);

impl Column for Plain {
    type Value = u64;

    fn put(&self, out: &mut Writer, values: &[u64]) {
        values.iter().for_each(|&value| out.put(value, self.0));
    }

    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<u64>, Malformed> {
        (0..len).map(|_| from.take(self.0)).collect()
    }
}

/// Yes or no: less than a bit each if most are alike.
pub(super) struct Flags;

impl Column for Flags {
    type Value = bool;

    fn put(&self, out: &mut Writer, values: &[bool]) {
        ids::put(out, &places(values, |&value| value), 0..values.len() as u32);
    }

    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<bool>, Malformed> {
        let mut values = vec![false; len];
        ids::take(from, 0..len as u32)?.into_iter().for_each(|place| values[place as usize] = true);
        Ok(values)
    }
}

/// Numbers of at most so many bits; `None` is what the receiver expects. The most frequent number is
/// told once, if that is shorter.
pub(super) struct Answers(pub(super) usize);

impl Column for Answers {
    type Value = Option<u64>;

    fn put(&self, out: &mut Writer, values: &[Option<u64>]) {
        let told = places(values, Option::is_some);
        ids::put(out, &told, 0..values.len() as u32);
        if told.is_empty() {
            return;
        }
        let numbers: Vec<u64> = values.iter().copied().flatten().collect();
        let frequent = frequent(&numbers, self.0);
        out.put(u64::from(frequent.is_some()), 1);
        match frequent {
            Some(frequent) => {
                out.put(frequent, self.0);
                let is_other: Vec<bool> =
                    numbers.iter().map(|&number| number != frequent).collect();
                Flags.put(out, &is_other);
                let others = numbers.iter().filter(|&&number| number != frequent);
                others.for_each(|&number| out.put(number, self.0));
            }
            None => Plain(self.0).put(out, &numbers),
        }
    }

    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<Option<u64>>, Malformed> {
        let told = ids::take(from, 0..len as u32)?;
        let mut values = vec![None; len];
        if told.is_empty() {
            return Ok(values);
        }
        if from.take(1)? == 0 {
            for place in told {
                values[place as usize] = Some(from.take(self.0)?);
            }
            return Ok(values);
        }
        let frequent = from.take(self.0)?;
        let is_other = Flags.take(from, told.len())?;
        for (place, is_other) in told.into_iter().zip(is_other) {
            values[place as usize] = Some(if is_other { from.take(self.0)? } else { frequent });
        }
        Ok(values)
    }
}

/// The places of the values that are so.
pub(super) fn places<T>(values: &[T], is_so: impl Fn(&T) -> bool) -> Vec<u32> {
    let place = |(place, value): (usize, &T)| is_so(value).then_some(place as u32);
    values.iter().enumerate().filter_map(place).collect()
}

/// So many of the numbers are looked at to find a frequent one.
const SAMPLE: usize = 64;

/// A number of `bits` bits that is frequent enough to be told once, with a bit for each number that
/// tells whether it is that one; judged by a sample.
fn frequent(numbers: &[u64], bits: usize) -> Option<u64> {
    let sample = numbers.iter().step_by(numbers.len().div_ceil(SAMPLE).max(1));
    let mut times = HashMap::new();
    sample.clone().for_each(|&number| *times.entry(number).or_insert(0usize) += 1);
    let (&number, &most) = times.iter().max_by_key(|&(&number, &times)| (times, number))?;
    // Where most are that number, a bit each is too much: the flags take fewer.
    (most * bits > sample.len() && numbers.len() * most / sample.len() > 2).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::scramble;
    use proptest::prelude::*;

    fn coded<C: Column>(column: &C, values: &[C::Value]) -> Vec<u8> {
        let mut out = Writer::new();
        column.put(&mut out, values);
        out.into_bytes()
    }

    fn comes_back<C: Column<Value: PartialEq>>(column: &C, values: &[C::Value]) -> bool {
        let bytes = coded(column, values);
        column.take(&mut Reader::of(&bytes), values.len()).is_ok_and(|taken| taken == values)
    }

    proptest! {
        #[test]
        fn columns_come_back(
            answers in prop::collection::vec(prop::option::weighted(0.3, 0u64..1 << 11), 0..300),
            frequent: Option<u64>,
        ) {
            let frequent = frequent.map(|value| value % 2048);
            let skewed: Vec<Option<u64>> = answers.iter()
                .map(|&answer| answer.filter(|value| value % 5 == 0).or(frequent))
                .collect();
            for values in [&answers, &skewed] {
                prop_assert!(comes_back(&Answers(11), values));
                let told = values.iter().flatten().count();
                prop_assert!(coded(&Answers(11), values).len() <= (told * 12 + values.len() + 17).div_ceil(8));
                let numbers: Vec<u64> = values.iter().copied().flatten().collect();
                prop_assert!(comes_back(&Plain(11), &numbers));
                let flags: Vec<bool> = values.iter().map(Option::is_some).collect();
                prop_assert!(comes_back(&Flags, &flags));
            }
        }

        #[test]
        fn any_bytes_are_a_column_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            len in 0usize..200,
        ) {
            if let Ok(taken) = Answers(9).take(&mut Reader::of(&bytes), len) {
                prop_assert_eq!(taken.len(), len);
                prop_assert!(taken.iter().flatten().all(|value| *value < 512));
            }
        }
    }

    /// With nine of ten alike, 0.47 bits tell which are not, and those take 20 bits each.
    #[test]
    fn a_frequent_answer_takes_less_than_a_bit() {
        let answer = |place: u64| Some(if scramble(place).is_multiple_of(10) { place } else { 77 });
        let answers: Vec<Option<u64>> = (0..10_000).map(answer).collect();
        let bits = 8.0 * coded(&Answers(20), &answers).len() as f64 / 10_000.0;
        assert!(bits < 0.1 * 20.0 + 0.52, "{bits}");
        let distinct: Vec<Option<u64>> = (0..10_000).map(Some).collect();
        assert!(coded(&Answers(20), &distinct).len() <= 10_000 * 20 / 8 + 2);
    }
}
