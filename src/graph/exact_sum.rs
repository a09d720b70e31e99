//! Exact sums of floats: the same bits in any order of terms and however the terms are split.

/// The number of 32-bit digits from 2^-1074 up to beyond the largest sum of 2^64 finite floats.
const DIGITS: usize = 69;
/// Terms between two carries: a term adds less than 2^32 to a digit, which holds up to 2^63.
const TERMS_BETWEEN_CARRIES: u32 = if cfg!(test) { 8 } else { 1 << 30 };

/// The exact sum of finite `f64`, as one wide fixed-point number.
///
/// Kulisch, "Computer Arithmetic and Validity", 2013: a float is 53 bits somewhere in a fixed
/// range, so a register over the whole range adds floats as integers, without rounding. A term
/// costs three integer additions; the register has 552 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactSum {
    /// Little-endian digits to base 2^32, each with room for carries that are still pending.
    digits: [i64; DIGITS],
    terms: u32,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self { digits: [0; DIGITS], terms: 0 }
    }
}

impl ExactSum {
    /// Adds a finite float.
    pub fn add(&mut self, term: f64) {
        debug_assert!(term.is_finite());
        let bits = term.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as usize;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, shift) =
            if exponent == 0 { (fraction, 0) } else { (fraction | 1 << 52, exponent - 1) };
        let wide = u128::from(mantissa) << (shift % 32);
        let sign = 1 - 2 * (bits >> 63) as i64;
        let digits = &mut self.digits[shift / 32..shift / 32 + 3];
        for (place, digit) in digits.iter_mut().enumerate() {
            *digit += sign * (wide >> (32 * place) & 0xffff_ffff) as i64;
        }
        self.terms += 1;
        if self.terms == TERMS_BETWEEN_CARRIES {
            self.carry();
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (digit, more) in self.digits.iter_mut().zip(other.digits) {
            *digit += more;
        }
        self.carry();
    }

    /// The sum, rounded once to the nearest `f64`; infinite if it is beyond the largest.
    pub fn value(&self) -> f64 {
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.digits[DIGITS - 1] < 0;
        if negative {
            sum.digits.iter_mut().for_each(|digit| *digit = -*digit);
            sum.carry();
        }
        let top = sum.digits.iter().rposition(|&digit| digit != 0).unwrap_or(0).max(2);
        let (low, high) = sum.digits.split_at(top - 2);
        let leading = (0..3).rev().fold(0u128, |bits, place| bits << 32 | high[place] as u128);
        let sticky = u128::from(low.iter().any(|&digit| digit != 0));
        // `leading` has at least 65 bits wherever `low` is not empty, so the sticky bit only breaks
        // ties.
        let magnitude = (leading | sticky) as f64 * power_of_two(32 * (top as i32 - 2) - 1074);
        if negative { -magnitude } else { magnitude }
    }

    /// The digits, for a message to another rank. All but the topmost are from 0 to 2^32 - 1.
    pub fn into_digits(mut self) -> Vec<i64> {
        self.carry();
        self.digits.to_vec()
    }

    /// The inverse of [`ExactSum::into_digits`].
    ///
    /// # Panics
    /// If there are not as many digits as an `ExactSum` has.
    pub fn from_digits(digits: &[i64]) -> Self {
        Self { digits: digits.try_into().expect("digits of an ExactSum"), terms: 0 }
    }

    fn carry(&mut self) {
        let mut carry = 0;
        for digit in &mut self.digits[..DIGITS - 1] {
            let sum = *digit + carry;
            *digit = sum & 0xffff_ffff;
            carry = sum >> 32;
        }
        self.digits[DIGITS - 1] += carry;
        self.terms = 0;
    }
}

/// 2^`exponent`, for exponents from -1074 on; infinite for those above 1023.
fn power_of_two(exponent: i32) -> f64 {
    match exponent {
        1024.. => f64::INFINITY,
        -1022..=1023 => f64::from_bits(((exponent + 1023) as u64) << 52),
        _ => f64::from_bits(1 << (exponent + 1074)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(terms: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        terms.iter().for_each(|&term| sum.add(term));
        sum
    }

    #[test]
    fn sums_that_plain_addition_gets_wrong() {
        let least = f64::from_bits(1);
        #[rustfmt::skip]
        let cases: [(&str, &[f64], f64); 8] = [
            ("nothing",               &[],                              0.0),
            ("cancellation",          &[1e300, 1.0, -1e300],            1.0),
            ("ten tenths",            &[0.1; 10],                       1.0),
            ("the least float",       &[least, least],                  f64::from_bits(2)),
            ("a tie to even",         &[9007199254740992.0, 1.0],       9007199254740992.0),
            ("a tie and a bit more",  &[9007199254740992.0, 1.0, least], 9007199254740994.0),
            ("negative",              &[-1e-300, -1e300],               -1e300),
            ("beyond the largest",    &[f64::MAX, f64::MAX],            f64::INFINITY),
        ];
        for (name, terms, expected) in cases {
            assert_eq!(sum(terms).value(), expected, "{name}");
        }
    }

    /// Carries are made before the terms overflow a digit.
    #[test]
    fn digits_stay_small_however_many_terms_there_are() {
        let mut sum = ExactSum::default();
        for _ in 0..1000 {
            sum.add(f64::from(u32::MAX));
        }
        assert_eq!(sum.value(), 1000.0 * f64::from(u32::MAX));
        let most = i64::from(u32::MAX) * (TERMS_BETWEEN_CARRIES as i64 + 1);
        assert!(sum.digits.iter().all(|digit| digit.abs() <= most), "{:?}", sum.digits);
    }

    proptest! {
        /// Any split and any order give the same bits.
        #[test]
        fn the_order_of_terms_does_not_matter(
            terms in prop::collection::vec(any::<f64>().prop_filter("finite", |t| t.is_finite()), 0..50),
            cut in 0usize..50,
        ) {
            let (a, b) = terms.split_at(cut.min(terms.len()));
            let (mut merged, a) = (sum(b), ExactSum::from_digits(&sum(a).into_digits()));
            merged.merge(&a);
            prop_assert_eq!(merged.value().to_bits(), sum(&terms).value().to_bits());
        }

        /// The result is rounded once, like the sum of two `f64` in hardware.
        #[test]
        fn two_terms_round_as_hardware_rounds(a in -1e18..1e18f64, b in -1e18..1e18f64) {
            prop_assert_eq!(sum(&[a, b]).value(), a + b);
        }
    }
}
