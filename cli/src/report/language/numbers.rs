//! Numbers with their units, as a language writes them.

use super::{Messages, Noun};
use crate::text;
use mst::measure::Interval;

/// How a language writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberStyle {
    /// Between units and tenths.
    pub(crate) decimal: char,
    /// Between thousands.
    pub(crate) group: char,
    /// The fewest digits before the decimal sign that are grouped.
    pub(crate) least_grouped: usize,
}

impl NumberStyle {
    /// A number in plain English style, like `-1,234.5 ms`, in this style.
    fn of(self, english: &str) -> String {
        let digits = english.split('.').next().unwrap_or_default();
        let is_grouped = digits.chars().filter(char::is_ascii_digit).count() >= self.least_grouped;
        let restyled = english.chars().filter_map(|sign| match sign {
            ',' => is_grouped.then_some(self.group),
            '.' => Some(self.decimal),
            '-' => Some('−'),
            // A unit stays with its number.
            ' ' => Some('\u{a0}'),
            other => Some(other),
        });
        restyled.collect()
    }
}

impl dyn Messages + '_ {
    /// A whole number.
    pub(crate) fn integer(&self, number: u64) -> String {
        self.digits(&number.to_string())
    }

    /// A number of any kind, as a program writes it.
    pub(crate) fn digits(&self, number: &str) -> String {
        self.style().of(&text::grouped(number))
    }

    /// A number and what it counts: `1 rank`, `3 ranks`.
    pub(crate) fn count(&self, number: u64, noun: Noun) -> String {
        let [one, several] = self.noun(noun);
        format!("{} {}", self.integer(number), if number == 1 { one } else { several })
    }

    /// A number with three significant digits: `0.123`, `1.23`, `12.3`, `1,230`.
    pub(crate) fn decimal(&self, number: f64) -> String {
        let magnitude = number.abs();
        if magnitude >= 100.0 {
            return self.rough(number);
        }
        let decimals = match magnitude {
            10.0.. => 1,
            1.0.. => 2,
            _ => 3,
        };
        self.style().of(&format!("{number:.decimals$}"))
    }

    /// A large number, rounded to three significant digits and written in full.
    pub(crate) fn rough(&self, number: f64) -> String {
        let unit = 10f64.powi((number.abs().max(1.0).log10().floor() as i32 - 2).max(0));
        let rounded = (number / unit).round() * unit;
        self.digits(&format!("{rounded:.0}"))
    }

    /// A large number that is known only roughly, with two significant digits.
    pub(crate) fn about(&self, number: f64) -> String {
        let unit = 10f64.powi((number.abs().max(1.0).log10().floor() as i32 - 1).max(0));
        self.rough((number / unit).round() * unit)
    }

    /// A share as a percentage.
    pub(crate) fn percent(&self, share: f64) -> String {
        self.style().of(&format!("{:.0} %", 100.0 * share))
    }

    /// A time.
    pub(crate) fn seconds(&self, seconds: f64) -> String {
        self.style().of(&text::seconds(seconds))
    }

    /// A number and its unit in English style, without zeros at the end of its fraction.
    pub(crate) fn short(&self, english: &str) -> String {
        let (number, unit) = english.split_once(' ').unwrap_or((english, ""));
        let number = match number.contains('.') {
            true => number.trim_end_matches('0').trim_end_matches('.'),
            false => number,
        };
        self.style().of(format!("{number} {unit}").trim_end())
    }

    /// A number of bytes.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        self.style().of(&text::bytes(bytes))
    }

    /// The bits a second of a link that carries `bandwidth` bytes a second.
    pub(crate) fn bit_rate(&self, bandwidth: f64) -> String {
        let bits = 8.0 * bandwidth;
        match bits {
            1e9.. => format!("{}\u{a0}Gbit/s", self.decimal(bits / 1e9)),
            _ => format!("{}\u{a0}Mbit/s", self.decimal(bits / 1e6)),
        }
    }

    /// The interval of a time; a dash if there is none.
    pub(crate) fn interval(&self, interval: Option<Interval>) -> String {
        interval.map_or_else(
            || "–".to_owned(),
            |Interval { low, high }| format!("{} – {}", self.seconds(low), self.seconds(high)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::*;

    /// A number, and how it is written in English and in Spanish.
    type Case = (fn(&dyn Messages) -> String, &'static str, &'static str);

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let [english, spanish] = [Language::En, Language::Es].map(Language::messages);
        #[rustfmt::skip]
        let cases: [Case; 15] = [
            (|say| say.integer(1234),            "1,234",         "1234"),
            (|say| say.integer(12345),           "12,345",        "12\u{202f}345"),
            (|say| say.count(1, Noun::Rank),     "1 rank",        "1 proceso"),
            (|say| say.count(1000, Noun::Edge),  "1,000 edges",   "1000 aristas"),
            (|say| say.decimal(0.1234),          "0.123",         "0,123"),
            (|say| say.decimal(-12.34),          "−12.3",         "−12,3"),
            (|say| say.decimal(1234.5),          "1,230",         "1230"),
            (|say| say.rough(199_876_543.0),     "200,000,000",   "200\u{202f}000\u{202f}000"),
            (|say| say.about(111_234.0),         "110,000",       "110\u{202f}000"),
            (|say| say.about(7.4),               "7",             "7"),
            (|say| say.percent(0.736),           "74\u{a0}%",          "74\u{a0}%"),
            (|say| say.seconds(0.01234),         "12.3\u{a0}ms",       "12,3\u{a0}ms"),
            (|say| say.bytes(1_234_567),         "1.23\u{a0}MB",       "1,23\u{a0}MB"),
            (|say| say.bit_rate(1.25e8),         "1.00\u{a0}Gbit/s",   "1,00\u{a0}Gbit/s"),
            (|say| say.digits("-6190.5"),        "−6,190.5",      "−6190,5"),
        ];
        for (of, in_english, in_spanish) in cases {
            assert_eq!(of(english), in_english);
            assert_eq!(of(spanish), in_spanish);
        }
        let interval = Some(Interval { low: 0.5, high: 1.5 });
        assert_eq!(english.interval(interval), "500\u{a0}ms – 1.50\u{a0}s");
        assert_eq!(spanish.interval(None), "–");
    }
}
