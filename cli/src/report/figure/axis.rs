//! Axes: which values they span, where their ticks are, and what these say.

use crate::drawing;
use crate::report::language::Messages;
use crate::text;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// An axis of a panel.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) title: String,
    scale: Scale,
    unit: Unit,
    /// The values that ticks are wanted at; else they are chosen.
    at: Vec<f64>,
}

/// How values become distances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    /// From zero.
    Linear,
    Log,
}

/// What the values of an axis are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    Number,
    /// Written as powers of ten.
    Large,
    Seconds,
    Bytes,
    Share,
}

/// An axis with its ends, in distances, and ticks with their labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ruler {
    scale: Scale,
    pub(crate) range: Range<f64>,
    pub(crate) ticks: Vec<(f64, String)>,
}

/// Up to this many ranks, their axis is linear.
const FEW: f64 = 12.0;
/// The most labels that an axis has place for.
const LABELS: usize = 12;
/// Free space at both ends, as a share of the axis.
const FREE: f64 = 0.06;

impl Axis {
    pub(crate) fn new(title: &str, scale: Scale, unit: Unit) -> Self {
        Self { title: title.to_owned(), scale, unit, at: Vec::new() }
    }

    /// An axis of counts, with a tick at each of them.
    pub(crate) fn counts(title: &str, counts: impl IntoIterator<Item = usize>) -> Self {
        let mut at: Vec<f64> = counts.into_iter().map(|count| count as f64).collect();
        at.sort_by(f64::total_cmp);
        at.dedup();
        let scale =
            if at.last().is_some_and(|most| *most > FEW) { Scale::Log } else { Scale::Linear };
        Self { title: title.to_owned(), scale, unit: Unit::Number, at }
    }

    /// Lays out the axis for these values.
    pub(super) fn ruler(&self, say: &dyn Messages, values: impl Iterator<Item = f64>) -> Ruler {
        let fits = |value: &f64| value.is_finite() && (*value > 0.0 || self.scale == Scale::Linear);
        let (low, high) =
            values.filter(fits).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (value.min(low), value.max(high))
            });
        let (low, high) = if low > high { (1.0, 2.0) } else { (low, high) };
        let range = match (self.scale, self.at.is_empty()) {
            (Scale::Log, _) => wide_enough(low, high),
            (Scale::Linear, true) => low.min(0.0)..high.max(low.min(0.0) + 1e-12),
            (Scale::Linear, false) => low - 0.5..high + 0.5,
        };
        let ends = self.place(range.start)..self.place(range.end);
        let free = FREE * (ends.end - ends.start);
        let below = if self.scale == Scale::Linear && self.at.is_empty() && low >= 0.0 {
            0.0
        } else {
            free
        };
        let ends = ends.start - below..ends.end + free;
        let ticks = self.ticks(&range).into_iter().map(|at| (self.place(at), self.label(say, at)));
        let ticks = ticks.filter(|(place, _)| (ends.start..=ends.end).contains(place)).collect();
        Ruler { scale: self.scale, range: ends, ticks }
    }

    fn place(&self, value: f64) -> f64 {
        self.scale.place(value)
    }

    fn ticks(&self, range: &Range<f64>) -> Vec<f64> {
        match self.scale {
            _ if (1..=LABELS).contains(&self.at.len()) => self.at.clone(),
            Scale::Log => drawing::ticks(&(range.start * 0.999..range.end * 1.001)),
            Scale::Linear => even_ticks(range),
        }
    }

    fn label(&self, say: &dyn Messages, value: f64) -> String {
        let english = match self.unit {
            Unit::Number => return say.short(&text::grouped(&rounded(value))),
            Unit::Large => return power_of_ten(value),
            Unit::Share => return say.percent(value),
            Unit::Seconds => text::seconds(value),
            Unit::Bytes => text::bytes(value as u64),
        };
        say.short(&english)
    }
}

impl Scale {
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.log10(),
        }
    }
}

impl Ruler {
    /// The distance of a value; that of the lower end for zero on a logarithmic axis.
    pub(crate) fn place(&self, value: f64) -> f64 {
        self.scale.place(value).max(self.range.start)
    }
}

impl Ranged for Ruler {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (place - self.range.start) / (self.range.end - self.range.start);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(place, _)| *place).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// A logarithmic range that has at least two ticks.
fn wide_enough(low: f64, high: f64) -> Range<f64> {
    let (mut low, mut high) = (low, high);
    while drawing::ticks(&(low * 0.999..high * 1.001)).len() < 2 {
        (low, high) = (low / 1.25, high * 1.25);
    }
    low..high
}

/// About five values at even distances of 1, 2 or 5 times a power of ten.
fn even_ticks(range: &Range<f64>) -> Vec<f64> {
    let rough = (range.end - range.start) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| *step >= rough).unwrap_or(rough);
    let first = (range.start / step).ceil() as i64;
    let last = (range.end / step).floor() as i64;
    (first..=last).map(|count| count as f64 * step).collect()
}

/// The shortest text of a number, without the error of its calculation.
fn rounded(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// 20000 as `2·10⁴`, 10000 as `10⁴`.
fn power_of_ten(value: f64) -> String {
    let exponent = (value.log10() + 1e-9).floor() as i32;
    let factor = (value / 10f64.powi(exponent)).round();
    let digits = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    let raised: String = exponent
        .to_string()
        .chars()
        .map(|digit| digit.to_digit(10).map_or("⁻", |digit| digits[digit as usize]))
        .collect();
    if factor == 1.0 { format!("10{raised}") } else { format!("{factor}·10{raised}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::language::Language;

    fn labels(axis: &Axis, language: Language, values: &[f64]) -> Vec<String> {
        let ruler = axis.ruler(language.messages(), values.iter().copied());
        ruler.ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_have_units() {
        let log = |unit| Axis::new("", Scale::Log, unit);
        let linear = |unit| Axis::new("", Scale::Linear, unit);
        #[rustfmt::skip]
        let cases: [(Axis, &[f64], &[&str]); 10] = [
            (log(Unit::Seconds),   &[0.011, 0.09],  &["20\u{a0}ms", "50\u{a0}ms"]),
            (log(Unit::Seconds),   &[0.0005, 0.5],  &["1\u{a0}ms", "10\u{a0}ms", "100\u{a0}ms"]),
            (log(Unit::Large),     &[3e4, 1.6e7],   &["10⁵", "10⁶", "10⁷"]),
            (log(Unit::Large),     &[1e5, 4e5],     &["10⁵", "2·10⁵"]),
            (log(Unit::Bytes),     &[9e5, 2.1e6],   &["1\u{a0}MB", "2\u{a0}MB"]),
            (log(Unit::Number),    &[10.0, 50.0],   &["10", "20", "50"]),
            (linear(Unit::Share),  &[0.1, 1.0],     &["0\u{a0}%", "20\u{a0}%", "40\u{a0}%", "60\u{a0}%", "80\u{a0}%", "100\u{a0}%"]),
            (linear(Unit::Number), &[0.5, 2.2],     &["0", "0.5", "1", "1.5", "2"]),
            (linear(Unit::Number), &[-0.3, 0.4],    &["−0.2", "0", "0.2", "0.4"]),
            (Axis::counts("", [3, 1, 2, 3]), &[1.0, 3.0], &["1", "2", "3"]),
        ];
        for (axis, values, expected) in cases {
            assert_eq!(labels(&axis, Language::En, values), expected, "{axis:?}");
        }
        let spanish = labels(&linear(Unit::Number), Language::Es, &[0.5, 2.2]);
        assert_eq!(spanish, ["0", "0,5", "1", "1,5", "2"]);
        assert_eq!(labels(&log(Unit::Seconds), Language::En, &[0.0101, 0.0103]).len(), 2);
    }

    #[test]
    fn many_ranks_have_a_logarithmic_axis() {
        let few = Axis::counts("", [1, 2, 12]);
        let many = Axis::counts("", [1, 2, 4, 8, 16]);
        assert_eq!((few.scale, many.scale), (Scale::Linear, Scale::Log));
        let ruler = many.ruler(Language::En.messages(), [1.0, 16.0].into_iter());
        assert_eq!(ruler.place(16.0), 16f64.log10());
        assert_eq!(ruler.place(0.0), ruler.range.start, "there is no logarithm of zero");
        assert!(ruler.range.start < 0.0 && ruler.range.end > 16f64.log10());
    }

    #[test]
    fn a_linear_axis_begins_at_zero_unless_values_are_below() {
        let axis = Axis::new("", Scale::Linear, Unit::Number);
        let range =
            |values: &[f64]| axis.ruler(Language::En.messages(), values.iter().copied()).range;
        assert_eq!(range(&[1.0, 2.0]).start, 0.0);
        assert!(range(&[-1.0, 2.0]).start < -1.0);
        assert!(range(&[]).end > 0.0, "an empty axis can be drawn, too");
        assert!(range(&[0.0]).end > 0.0, "and one of zeros");
    }

    #[test]
    fn an_axis_is_as_wide_as_its_values_and_some_free_space() {
        let width = |values: &[f64]| {
            let axis = Axis::new("", Scale::Log, Unit::Number);
            let range = axis.ruler(Language::En.messages(), values.iter().copied()).range;
            range.end - range.start
        };
        assert!((width(&[10.0, 20.0]) - 1.12 * 2f64.log10()).abs() < 1e-9, "two ticks");
        assert!(width(&[11.0, 19.0]) > 1.5 * (19f64 / 11.0).log10(), "wider, for two ticks");
    }

    #[test]
    fn what_has_no_place_on_an_axis_changes_nothing() {
        let say = Language::En.messages();
        let ruler = |scale, values: &[f64]| {
            Axis::new("", scale, Unit::Number).ruler(say, values.iter().copied())
        };
        let both = [2.0, 30.0];
        let odd = [2.0, f64::NAN, 30.0, f64::INFINITY];
        for scale in [Scale::Linear, Scale::Log] {
            assert_eq!(ruler(scale, &odd), ruler(scale, &both));
        }
        assert_eq!(ruler(Scale::Log, &[0.0, 2.0, -1.0, 30.0]), ruler(Scale::Log, &both));
        assert!(ruler(Scale::Log, &[]).ticks.len() > 1, "an empty axis has ticks, too");
        let one = ruler(Scale::Log, &[30.0]).range;
        assert!(one.contains(&30f64.log10()), "{one:?}");
    }
}
