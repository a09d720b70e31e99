//! The encoding of the keys of one graph, in 32 bits if all of them fit.

use super::weight::finite_key;
use super::{Extent, Numbers, Weight, edge_bytes, float_key, integer_key, key_float, key_integer};
use serde::{Deserialize, Serialize};

/// The 64-bit integer that equals `weight`, if there is one.
fn as_integer(weight: f64) -> Option<i64> {
    let fits = weight.fract() == 0.0 && weight >= -(2f64.powi(63)) && weight < 2f64.powi(63);
    fits.then_some(weight as i64)
}

/// As [`float_key`], in 32 bits.
fn single_key(weight: f32) -> u32 {
    let bits = weight.to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

/// As [`key_float`], from 32 bits.
fn key_single(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The encoding of the keys of one graph, the same on every rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    encoding: Encoding,
    /// Whether heavier edges come first, as a maximum forest needs: every key is then complemented.
    descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Encoding {
    /// 32-bit keys: the weight minus `base`.
    NarrowIntegers { base: i64 },
    /// 32-bit keys of floats that are all exactly `f32`.
    Singles,
    /// Canonical keys.
    Wide(Numbers),
}

impl Weights {
    /// Integers from `base` to `base` + 2^32 - 1, with 32-bit keys.
    pub const fn narrow_integers(base: i64) -> Self {
        Self { encoding: Encoding::NarrowIntegers { base }, descending: false }
    }

    /// Floats that are all exactly `f32`, with 32-bit keys.
    pub const SINGLES: Self = Self { encoding: Encoding::Singles, descending: false };

    /// Canonical keys, 64 bits.
    pub const fn wide(numbers: Numbers) -> Self {
        Self { encoding: Encoding::Wide(numbers), descending: false }
    }

    /// The narrowest encoding that holds all weights in `extent`.
    pub fn narrowest(extent: Extent) -> Self {
        let Extent { numbers, lowest, highest, singles } = extent;
        match numbers {
            Numbers::Integers if lowest > highest => Self::narrow_integers(0), // no edges
            Numbers::Integers if highest - lowest <= u64::from(u32::MAX) => {
                let (lowest, highest) = (key_integer(lowest), key_integer(highest));
                // These two bases are preferred, so that most lists of one input get the same
                // encoding.
                let usual = [0, i32::MIN.into()];
                let fits = |base: &i64| *base <= lowest && highest <= base + i64::from(u32::MAX);
                Self::narrow_integers(usual.into_iter().find(fits).unwrap_or(lowest))
            }
            Numbers::Floats if singles => Self::SINGLES,
            Numbers::Integers | Numbers::Floats => Self::wide(numbers),
        }
    }

    /// The same weights, heavier first if `descending`.
    #[must_use]
    pub const fn in_order(self, descending: bool) -> Self {
        Self { descending, ..self }
    }

    /// 64-bit keys for the same numbers in the same order.
    #[must_use]
    pub const fn widened(self) -> Self {
        Self::wide(self.numbers()).in_order(self.descending)
    }

    /// Whether heavier edges come first.
    pub const fn descending(self) -> bool {
        self.descending
    }

    /// Whether keys have 32 bits.
    pub const fn is_narrow(self) -> bool {
        !matches!(self.encoding, Encoding::Wide(_))
    }

    /// The size in bytes of an edge with such a key.
    pub const fn edge_bytes(self) -> usize {
        edge_bytes(self.is_narrow())
    }

    /// The kind of number.
    pub const fn numbers(self) -> Numbers {
        match self.encoding {
            Encoding::NarrowIntegers { .. } => Numbers::Integers,
            Encoding::Singles => Numbers::Floats,
            Encoding::Wide(numbers) => numbers,
        }
    }

    /// The range of all weights that this encoding can hold.
    pub fn extent(self) -> Extent {
        let floats = |most: f64| [-most, most].map(finite_key);
        let ([lowest, highest], singles) = match self.encoding {
            Encoding::NarrowIntegers { base } => {
                let most = base.saturating_add(u32::MAX.into());
                ([base, most].map(integer_key), false)
            }
            Encoding::Singles => (floats(f32::MAX.into()), true),
            Encoding::Wide(Numbers::Integers) => ([0, u64::MAX], false),
            Encoding::Wide(Numbers::Floats) => (floats(f64::MAX), false),
        };
        Extent { numbers: self.numbers(), lowest, highest, singles }
    }

    /// Whether every weight in `extent` has a key in this encoding.
    pub fn holds(self, extent: Extent) -> bool {
        let all = self.extent();
        extent.numbers == all.numbers
            && (extent.is_empty() || all.lowest <= extent.lowest && extent.highest <= all.highest)
            && (extent.singles || !all.singles || extent.numbers == Numbers::Integers)
    }

    /// Whether `key` stands for a weight: some bit patterns are not a finite float, and some are
    /// beyond the largest integer.
    pub fn has(self, key: u64) -> bool {
        let extent = self.extent();
        (extent.lowest..=extent.highest).contains(&self.canonical(key))
    }

    /// The canonical key of a key in this encoding.
    #[inline]
    pub fn canonical(self, key: u64) -> u64 {
        match self.encoding {
            Encoding::NarrowIntegers { base } => {
                let key = if self.descending { key ^ u64::from(u32::MAX) } else { key };
                integer_key(base.wrapping_add(key as i64))
            }
            Encoding::Singles => {
                let key = if self.descending { !(key as u32) } else { key as u32 };
                let bits = f64::from(key_single(key)).to_bits();
                if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
            }
            Encoding::Wide(_) if self.descending => !key,
            Encoding::Wide(_) => key,
        }
    }

    /// The key of a canonical key in this encoding: the inverse of [`Weights::canonical`].
    ///
    /// The caller must know that the weight fits, as [`Weights::narrowest`] makes sure.
    #[inline]
    pub fn hold(self, canonical: u64) -> u64 {
        let key = match self.encoding {
            Encoding::NarrowIntegers { base } => canonical.wrapping_sub(integer_key(base)),
            Encoding::Singles => u64::from(single_key(key_float(canonical) as f32)),
            Encoding::Wide(_) => canonical,
        };
        match (self.descending, self.is_narrow()) {
            (false, _) => key,
            (true, true) => key ^ u64::from(u32::MAX),
            (true, false) => !key,
        }
    }

    /// Converts a key from this encoding to the encoding `to`; an integer becomes the nearest float
    /// if `to` holds floats.
    #[inline]
    pub fn rekey(self, key: u64, to: Self) -> u64 {
        let canonical = self.canonical(key);
        to.hold(match (self.numbers(), to.numbers()) {
            (Numbers::Integers, Numbers::Floats) => finite_key(key_integer(canonical) as f64),
            _ => canonical,
        })
    }

    /// The key of a weight in this encoding, or `None` if no key stands for exactly that weight.
    #[inline]
    pub fn key(self, weight: Weight) -> Option<u64> {
        let canonical = match (self.numbers(), weight) {
            (Numbers::Integers, Weight::Integer(weight)) => integer_key(weight),
            // 2.0 is the integer 2: other programs write a forest with integer weights this way.
            (Numbers::Integers, Weight::Float(weight)) => integer_key(as_integer(weight)?),
            (Numbers::Floats, Weight::Integer(weight)) => float_key(weight as f64)?,
            (Numbers::Floats, Weight::Float(weight)) => float_key(weight)?,
        };
        let key = self.hold(canonical);
        let fits = !self.is_narrow() || key <= u64::from(u32::MAX);
        (fits && self.canonical(key) == canonical).then_some(key)
    }

    /// The weight of a key in this encoding.
    pub fn weight(self, key: u64) -> Weight {
        match self.numbers() {
            Numbers::Integers => Weight::Integer(key_integer(self.canonical(key))),
            Numbers::Floats => Weight::Float(key_float(self.canonical(key))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Extent, float_key};
    use proptest::prelude::*;

    proptest! {
        /// Every encoding gives the weight back, and heavier-first reverses the order.
        #[test]
        fn holding_loses_nothing(base: i64, above: [u32; 2], singles: [f32; 2], down: bool) {
            prop_assume!(singles.iter().all(|weight| weight.is_finite()));
            let integers = above.map(|above| integer_key(base.saturating_add(above.into())));
            let floats = singles.map(|weight| float_key(weight.into()).unwrap());
            for (numbers, [a, b]) in [(Numbers::Integers, integers), (Numbers::Floats, floats)] {
                let weights = Weights::narrowest(Extent { numbers, lowest: a.min(b), highest: a.max(b), singles: true });
                prop_assert!(weights.is_narrow());
                let weights = weights.in_order(down);
                let held = (weights.hold(a), weights.hold(b));
                prop_assert!(held.0 <= u32::MAX.into() && held.1 <= u32::MAX.into());
                prop_assert_eq!((weights.canonical(held.0), weights.canonical(held.1)), (a, b));
                let expected = if down { b.cmp(&a) } else { a.cmp(&b) };
                prop_assert_eq!(held.0.cmp(&held.1), expected);
            }
        }
    }

    #[test]
    fn a_weight_that_is_not_held_has_no_key() {
        let narrow = Weights::narrow_integers(-3);
        assert_eq!(narrow.key(Weight::Integer(-3)), Some(0));
        assert_eq!(narrow.in_order(true).key(Weight::Integer(-3)), Some(u32::MAX.into()));
        for weights in [narrow, narrow.in_order(true)] {
            for weight in [Weight::Integer(-4), Weight::Integer(i64::MAX), Weight::Float(1.5)] {
                assert_eq!(weights.key(weight), None, "{weight}");
            }
        }
        assert_eq!(narrow.key(Weight::Float(-1.0)), narrow.key(Weight::Integer(-1)));
        let wide = Weights::wide(Numbers::Integers);
        assert_eq!(wide.key(Weight::Float(2f64.powi(63))), None);
        assert!(wide.key(Weight::Float(-(2f64.powi(63)))).is_some());
        assert!(Weights::SINGLES.key(Weight::Integer(2)).is_some());
        assert_eq!(Weights::SINGLES.key(Weight::Float(0.1)), None);
    }

    #[test]
    fn bits_that_are_no_weight_are_known() {
        let high = Weights::narrow_integers(i64::MAX - 5);
        let wide = Weights::wide(Numbers::Floats);
        let cases =
            [(high, 5, 6), (Weights::SINGLES, 1 << 31, u32::MAX.into()), (wide, 1 << 63, 0)];
        for (weights, right, wrong) in cases {
            assert!(weights.has(right) && !weights.has(wrong), "{weights:?}");
            let all = if weights.is_narrow() { u32::MAX.into() } else { u64::MAX };
            let down = weights.in_order(true);
            assert!(down.has(right ^ all) && !down.has(wrong ^ all), "{down:?}");
        }
    }

    #[test]
    fn what_does_not_fit_stays_wide() {
        let (lowest, highest) = (integer_key(i64::MIN), integer_key(i64::MAX));
        assert!(
            !Weights::narrowest(Extent {
                numbers: Numbers::Integers,
                lowest,
                highest,
                singles: false
            })
            .is_narrow()
        );
        assert!(
            !Weights::narrowest(Extent {
                numbers: Numbers::Floats,
                lowest: 0,
                highest: 1,
                singles: false
            })
            .is_narrow()
        );
    }

    #[test]
    fn weights_hold_what_they_can() {
        let integers = |lowest, highest| {
            Extent::of(Numbers::Integers, [lowest, highest].map(integer_key).into_iter())
        };
        let floats = |weight| Extent::of(Numbers::Floats, float_key(weight).into_iter());
        let ways = [
            Weights::narrow_integers(0),
            Weights::narrow_integers(i32::MIN.into()),
            Weights::wide(Numbers::Integers),
            Weights::SINGLES,
            Weights::wide(Numbers::Floats),
        ];
        #[rustfmt::skip]
        let cases = [
            (integers(0, 9),                [true,  true,  true,  false, false]),
            (integers(-1, 9),               [false, true,  true,  false, false]),
            (integers(0, u32::MAX.into()),  [true,  false, true,  false, false]),
            (integers(0, 1 << 32),          [false, false, true,  false, false]),
            (floats(0.5),                   [false, false, false, true,  true]),
            (floats(0.1),                   [false, false, false, false, true]),
            (floats(1e300),                 [false, false, false, false, true]),
            (Extent::NONE,                  [true,  true,  true,  false, false]),
        ];
        for (extent, expected) in cases {
            assert_eq!(ways.map(|weights| weights.holds(extent)), expected, "{extent:?}");
            assert_eq!(Extent::from_words(extent.to_words()), extent);
        }
        // An encoding is the narrowest one for the full range that it can hold.
        assert_eq!(ways.map(|weights| Weights::narrowest(weights.extent())), ways);
    }
}
