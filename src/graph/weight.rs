//! Weights as users write them, and the integer keys that stand for them inside the library.
//!
//! A key is an unsigned integer whose order is the weight's order, so every algorithm compares
//! integers. *Canonical* keys have 64 bits; [`Weights`](super::Weights) encodes those of one graph.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A weight as people write it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weight {
    /// A 64-bit integer.
    Integer(i64),
    /// A finite float.
    Float(f64),
}

impl Weight {
    /// The nearest `f64`.
    pub fn value(self) -> f64 {
        match self {
            Self::Integer(weight) => weight as f64,
            Self::Float(weight) => weight,
        }
    }
}

macro_rules! from_number {
    ($variant:ident: $($number:ty),*) => {
        $(impl From<$number> for Weight {
            fn from(weight: $number) -> Self {
                Self::$variant(weight.into())
            }
        })*
    };
}
from_number!(Integer: i8, i16, i32, i64, u8, u16, u32);
from_number!(Float: f32, f64);

impl fmt::Display for Weight {
    /// The shortest digits that read back as the same weight.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(weight) => write!(f, "{weight}"),
            Self::Float(weight) => write!(f, "{weight:?}"),
        }
    }
}

/// The kind of number that a graph's weights are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Numbers {
    /// All are 64-bit integers.
    Integers,
    /// At least one is not an integer.
    Floats,
}

/// The canonical key of an integer.
pub const fn integer_key(weight: i64) -> u64 {
    weight as u64 ^ 1 << 63
}

/// The integer of a canonical key.
pub const fn key_integer(key: u64) -> i64 {
    (key ^ 1 << 63) as i64
}

/// The canonical key of a float: `a < b` exactly when `float_key(a) < float_key(b)`.
///
/// -0.0 and 0.0 are one weight. NaN and infinities have no key.
pub fn float_key(weight: f64) -> Option<u64> {
    let bits = (weight + 0.0).to_bits(); // -0.0 + 0.0 is 0.0
    let key = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    weight.is_finite().then_some(key)
}

/// The float of a canonical key.
pub fn key_float(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// As [`float_key`], for a weight that is known to be finite.
pub(super) fn finite_key(weight: f64) -> u64 {
    float_key(weight).expect("readers refuse weights that are not finite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finite() -> impl Strategy<Value = f64> {
        any::<f64>().prop_filter("finite", |weight| weight.is_finite())
    }

    proptest! {
        /// The order of keys is the order of weights, and no weight is lost.
        #[test]
        fn float_keys_keep_the_order(a in finite(), b in finite()) {
            let keys = (float_key(a).unwrap(), float_key(b).unwrap());
            prop_assert_eq!(a.partial_cmp(&b), keys.0.partial_cmp(&keys.1));
            prop_assert_eq!(key_float(keys.0), a);
        }

        #[test]
        fn integer_keys_keep_the_order(a: i64, b: i64) {
            prop_assert_eq!(a.cmp(&b), integer_key(a).cmp(&integer_key(b)));
            prop_assert_eq!(key_integer(integer_key(a)), a);
        }
    }

    #[test]
    fn the_zeros_are_one_weight_and_nan_is_none() {
        assert_eq!(float_key(-0.0), float_key(0.0));
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(float_key), [None; 3]);
    }
}
