//! Formats numbers for people.

use std::time::Duration;

/// `1234567` as `1,234,567`. A sign, a fraction and an exponent are not changed.
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, tail) = rest.split_at(end);
    let mut grouped = String::with_capacity(number.len() + number.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{tail}")
}

/// A count and what is counted: `1 edge`, `1,234 edges`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(&number.to_string()))
}

/// A time in the unit that fits: `413 µs`, `12.3 ms`, `1.23 s`.
pub fn seconds(seconds: f64) -> String {
    let duration = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let (value, unit) = match duration.as_nanos() {
        0 => return "0 s".to_owned(),
        1..1_000_000 => (seconds * 1e6, "µs"),
        1_000_000..1_000_000_000 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let decimals = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$} {unit}")
}

/// A time that may be long, roughly: `40 s`, `3 min`, `2.5 h`.
pub fn minutes(time: f64) -> String {
    match time {
        ..9.95 => seconds(time),
        ..99.5 => format!("{time:.0} s"),
        ..5_400.0 => format!("{:.0} min", time / 60.0),
        _ => format!("{:.1} h", time / 3600.0),
    }
}

/// A number of bytes in decimal units, as used for networks: `12 B`, `38.40 MB`.
pub fn bytes(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let cases = [
            ("0", "0"),
            ("999", "999"),
            ("-1000", "-1,000"),
            ("1234567", "1,234,567"),
            ("-6190.5", "-6,190.5"),
            ("1e300", "1e300"),
            ("1234567e-8", "1,234,567e-8"),
        ];
        for (number, expected) in cases {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!(
            (count(1, "edge"), count(1000, "edge")),
            ("1 edge".into(), "1,000 edges".into())
        );
    }

    #[test]
    fn long_times_are_rough() {
        let cases = [
            (0.0, "0 s"),
            (0.5, "500 ms"),
            (99.0, "99 s"),
            (100.0, "2 min"),
            (5_399.0, "90 min"),
            (9_000.0, "2.5 h"),
        ];
        for (value, expected) in cases {
            assert_eq!(minutes(value), expected);
        }
    }

    #[test]
    fn seconds_and_bytes_choose_their_unit() {
        let cases = [
            (0.0, "0 s"),
            (413e-6, "413 µs"),
            (0.01234, "12.3 ms"),
            (0.5, "500 ms"),
            (1.234, "1.23 s"),
            (123.4, "123 s"),
        ];
        for (value, expected) in cases {
            assert_eq!(seconds(value), expected);
        }
        assert_eq!((bytes(999), bytes(38_400_000)), ("999 B".into(), "38.40 MB".into()));
    }
}
