//! The range of the weights of some edges, from which their narrowest encoding is chosen.

use super::weight::finite_key;
use super::{Numbers, integer_key, key_float, key_integer};

/// `f64` represents all integers from -`EXACT` to `EXACT` exactly.
const EXACT: i64 = 1 << 53;
/// `f32` represents all integers from -`EXACT_SINGLE` to `EXACT_SINGLE` exactly.
const EXACT_SINGLE: i64 = 1 << 24;

/// The range of some canonical keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The kind of number that the keys stand for.
    pub numbers: Numbers,
    /// No key is lower than this. It is above `highest` if there are no keys.
    pub lowest: u64,
    /// No key is higher than this.
    pub highest: u64,
    /// Whether `f32` represents every weight, taken as a float, exactly.
    pub singles: bool,
}

impl Extent {
    /// The range of no keys.
    pub const NONE: Self =
        Self { numbers: Numbers::Integers, lowest: u64::MAX, highest: 0, singles: true };

    /// The range of some canonical keys, in O(keys).
    pub fn of(numbers: Numbers, keys: impl Iterator<Item = u64> + Clone) -> Self {
        let (mut lowest, mut highest) = (u64::MAX, 0);
        for key in keys.clone() {
            lowest = lowest.min(key);
            highest = highest.max(key);
        }
        let small = integer_key(-EXACT_SINGLE)..=integer_key(EXACT_SINGLE);
        let is_single = |weight: f64| f64::from(weight as f32) == weight;
        let mut keys = keys;
        let singles = match numbers {
            Numbers::Integers if small.contains(&lowest) && small.contains(&highest) => true,
            Numbers::Integers => keys.all(|key| is_single(key_integer(key) as f64)),
            Numbers::Floats => keys.all(|key| is_single(key_float(key))),
        };
        Self { numbers, lowest, highest, singles }
    }

    /// Whether there are no keys.
    pub fn is_empty(self) -> bool {
        self.lowest > self.highest
    }

    /// The range of the same weights as numbers of that kind: integers become floats, each rounded
    /// once.
    #[must_use]
    pub fn of_numbers(self, numbers: Numbers) -> Self {
        match (self.numbers, numbers) {
            (Numbers::Integers, Numbers::Floats) if !self.is_empty() => {
                let float = |key: u64| finite_key(key_integer(key) as f64);
                let (lowest, highest) = (float(self.lowest), float(self.highest));
                Self { numbers, lowest, highest, ..self }
            }
            (Numbers::Integers, Numbers::Floats) => Self { numbers, ..self },
            _ => self,
        }
    }

    /// The range that covers both; of floats if either of them is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let is_float = self.numbers == Numbers::Floats || other.numbers == Numbers::Floats;
        let numbers = if is_float { Numbers::Floats } else { Numbers::Integers };
        let (a, b) = (self.of_numbers(numbers), other.of_numbers(numbers));
        Self {
            numbers,
            lowest: a.lowest.min(b.lowest),
            highest: a.highest.max(b.highest),
            singles: a.singles && b.singles,
        }
    }

    /// Whether the range reaches integers that `f64` cannot represent exactly.
    pub fn is_beyond_floats(self) -> bool {
        self.numbers == Numbers::Integers
            && !self.is_empty()
            && (self.lowest < integer_key(-EXACT) || self.highest > integer_key(EXACT))
    }

    /// The range as words for a message to another rank.
    pub fn to_words(self) -> [u64; 4] {
        let floats = u64::from(self.numbers == Numbers::Floats);
        [floats, self.lowest, self.highest, u64::from(self.singles)]
    }

    /// The inverse of [`Extent::to_words`].
    pub fn from_words([floats, lowest, highest, singles]: [u64; 4]) -> Self {
        let numbers = if floats == 1 { Numbers::Floats } else { Numbers::Integers };
        Self { numbers, lowest, highest, singles: singles == 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_that_are_no_floats_are_known() {
        let beyond = |weight| Extent::of(Numbers::Integers, [integer_key(weight)].into_iter());
        let cases = [(0, false), (1 << 53, false), ((1 << 53) + 1, true), (-(1 << 53) - 1, true)];
        for (weight, expected) in cases {
            assert_eq!(beyond(weight).is_beyond_floats(), expected, "{weight}");
        }
        assert!(!Extent::NONE.is_beyond_floats());
    }
}
