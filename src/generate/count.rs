//! Counts as people write them.

/// Parses a count like `1048576`, `1_048_576`, `2^20`, `1e6` or `1.5e6`; `None` if it is not a
/// whole number or does not fit 64 bits.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.replace('_', "");
    if let Some((base, exponent)) = text.split_once('^') {
        whole(base)?.checked_pow(whole(exponent)?.try_into().ok()?)
    } else if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let (units, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let zeros = whole(exponent)?.checked_sub(decimals.len() as u64)?;
        let digits = whole(&format!("{units}{decimals}"))?;
        digits.checked_mul(10u64.checked_pow(zeros.try_into().ok()?)?)
    } else {
        whole(&text)
    }
}

/// Parses digits only: no sign.
fn whole(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_good_and_bad() {
        #[rustfmt::skip]
        let cases = [
            ("0", Some(0)), ("1048576", Some(1 << 20)), ("1_000_000", Some(1_000_000)),
            ("2^20", Some(1 << 20)), ("2^63", Some(1 << 63)), ("10^3", Some(1000)),
            ("1e6", Some(1_000_000)), ("1E6", Some(1_000_000)), ("1.5e6", Some(1_500_000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("", None), ("-1", None), ("+1", None), ("1.5", None), ("1.25e1", None), ("1e-3", None),
            ("2^64", None), ("1e20", None), ("18446744073709551616", None), ("^", None), ("e", None),
            ("2^", None), ("0x10", None), ("many", None), ("1e99999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
