//! Columns of values, one for each id of a list that both ranks know: what messages consist of besides
//! sets of ids.

use super::ids::{put_flags, take_flags};
use super::message::{Malformed, MessageReader, MessageWriter};
use std::collections::HashMap;

/// How the values of a column are coded.
pub(crate) trait Column: Sync {
    /// What a value is.
    type Value: Copy + Send + Sync;

    /// Appends values to a message.
    fn put(&self, out: &mut MessageWriter, values: &[Self::Value]);

    /// Takes `len` values from a message.
    ///
    /// # Errors
    /// If the message has none.
    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<Self::Value>, Malformed>;
}

/// Ids alone, of which there is nothing to say.
pub(crate) struct Nothing;

impl Column for Nothing {
    type Value = ();

    fn put(&self, _: &mut MessageWriter, _: &[()]) {}

    fn take(&self, _: &mut MessageReader, len: usize) -> Result<Vec<()>, Malformed> {
        Ok(vec![(); len])
    }
}

/// A flag each.
pub(crate) struct Flags;

impl Column for Flags {
    type Value = bool;

    fn put(&self, out: &mut MessageWriter, flags: &[bool]) {
        put_flags(out, flags.iter().copied());
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<bool>, Malformed> {
        let flags = take_flags(from, len)?;
        Ok((0..len).map(|place| flags[place]).collect())
    }
}

/// Numbers of at most so many bits.
pub(crate) struct Plain(pub(crate) usize);

impl Column for Plain {
    type Value = u32;

    fn put(&self, out: &mut MessageWriter, values: &[u32]) {
        values.iter().for_each(|&value| out.put(u64::from(value), self.0));
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<u32>, Malformed> {
        (0..len).map(|_| take_number(from, self.0)).collect()
    }
}

/// Numbers of at most so many bits; `None` is what the receiver expects. The most frequent number is
/// told once, if that is shorter.
pub(crate) struct Answers(pub(crate) usize);

impl Column for Answers {
    type Value = Option<u32>;

    fn put(&self, out: &mut MessageWriter, values: &[Option<u32>]) {
        put_flags(out, values.iter().map(Option::is_some));
        let numbers: Vec<u32> = values.iter().copied().flatten().collect();
        let frequent = frequent(&numbers, self.0);
        out.put(u64::from(frequent.is_some()), 1);
        let Some(frequent) = frequent else { return Plain(self.0).put(out, &numbers) };
        Plain(self.0).put(out, &[frequent]);
        let is_other = |&number: &u32| number != frequent;
        put_flags(out, numbers.iter().map(is_other));
        let others: Vec<u32> = numbers.into_iter().filter(is_other).collect();
        Plain(self.0).put(out, &others);
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<Option<u32>>, Malformed> {
        let told = take_flags(from, len)?;
        let (frequent, is_other) = match from.take(1)? {
            0 => (0, None),
            _ => (take_number(from, self.0)?, Some(take_flags(from, told.count_ones(..))?)),
        };
        let mut next = 0;
        let value = |place: usize| {
            if !told[place] {
                return Ok(None);
            }
            next += 1;
            let is_told = is_other.as_ref().is_none_or(|is_other| is_other[next - 1]);
            Ok(Some(if is_told { take_number(from, self.0)? } else { frequent }))
        };
        (0..len).map(value).collect()
    }
}

/// [`Answers`] of at most so many bits, each with a flag.
pub(crate) struct Flagged(pub(crate) usize);

impl Column for Flagged {
    type Value = (Option<u32>, bool);

    fn put(&self, out: &mut MessageWriter, values: &[(Option<u32>, bool)]) {
        Answers(self.0).put(out, &values.iter().map(|(answer, _)| *answer).collect::<Vec<_>>());
        for is_told in [false, true] {
            let flags = values.iter().filter(|(answer, _)| answer.is_some() == is_told);
            put_flags(out, flags.map(|(_, flag)| *flag));
        }
    }

    fn take(
        &self,
        from: &mut MessageReader,
        len: usize,
    ) -> Result<Vec<(Option<u32>, bool)>, Malformed> {
        let answers = Answers(self.0).take(from, len)?;
        let told = answers.iter().flatten().count();
        let flags = [take_flags(from, len - told)?, take_flags(from, told)?];
        let mut next = [0, 0];
        let flagged = |answer: Option<u32>| {
            let kind = usize::from(answer.is_some());
            next[kind] += 1;
            (answer, flags[kind][next[kind] - 1])
        };
        Ok(answers.into_iter().map(flagged).collect())
    }
}

fn take_number(from: &mut MessageReader, bits: usize) -> Result<u32, Malformed> {
    from.take(bits).map(|number| number as u32)
}

/// So many of the numbers are looked at to find a frequent one.
const SAMPLE: usize = 64;

/// A number of `bits` bits that is frequent enough to be told once, with a bit for each number that
/// tells whether it is that one; judged by a sample.
fn frequent(numbers: &[u32], bits: usize) -> Option<u32> {
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
        let mut out = MessageWriter::new();
        column.put(&mut out, values);
        out.into_bytes()
    }

    fn comes_back<C: Column<Value: PartialEq>>(column: &C, values: &[C::Value]) -> bool {
        let bytes = coded(column, values);
        column.take(&mut MessageReader::of(&bytes), values.len()).is_ok_and(|taken| taken == values)
    }

    proptest! {
        #[test]
        fn columns_come_back(
            answers in prop::collection::vec(prop::option::weighted(0.3, 0u32..1 << 11), 0..300),
            frequent: Option<u32>,
        ) {
            let frequent = frequent.map(|value| value % 2048);
            let skewed: Vec<Option<u32>> = answers.iter()
                .map(|&answer| answer.filter(|value| value % 5 == 0).or(frequent))
                .collect();
            for values in [&answers, &skewed] {
                prop_assert!(comes_back(&Answers(11), values));
                let told = values.iter().flatten().count();
                prop_assert!(coded(&Answers(11), values).len() <= (told * 12 + values.len() + 17).div_ceil(8));
                let numbers: Vec<u32> = values.iter().copied().flatten().collect();
                prop_assert!(comes_back(&Plain(11), &numbers));
                let flagged: Vec<_> = values.iter().map(|&value| (value, value > Some(999))).collect();
                prop_assert!(comes_back(&Flagged(11), &flagged));
            }
        }

        #[test]
        fn any_bytes_are_a_column_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            len in 0usize..200,
        ) {
            if let Ok(taken) = Flagged(9).take(&mut MessageReader::of(&bytes), len) {
                prop_assert_eq!(taken.len(), len);
                prop_assert!(taken.iter().filter_map(|(answer, _)| *answer).all(|value| value < 512));
            }
        }
    }

    /// With nine of ten alike, 0.47 bits tell which are not, and those take 20 bits each.
    #[test]
    fn a_frequent_answer_takes_less_than_a_bit() {
        let is_other = |place: u32| scramble(u64::from(place)).is_multiple_of(10);
        let answer = |place: u32| Some(if is_other(place) { place } else { 77 });
        let answers: Vec<Option<u32>> = (0..10_000).map(answer).collect();
        let bits = 8.0 * coded(&Answers(20), &answers).len() as f64 / 10_000.0;
        assert!(bits < 0.1 * 20.0 + 0.52, "{bits}");
        let distinct: Vec<Option<u32>> = (0..10_000).map(Some).collect();
        assert!(coded(&Answers(20), &distinct).len() <= 10_000 * 20 / 8 + 3);
    }
}
