//! How well some repetitions tell a median.

use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};

/// A 95 % confidence interval of the median of the distribution that repetitions come from.
///
/// Its ends are two of the values, by their places in sorted order, so nothing is assumed of the
/// distribution. That the median lies outside is as likely as that a fair coin shows the same side
/// in nearly all throws. (H. A. David and H. N. Nagaraja, Order Statistics, 2003, section 7.1;
/// T. Hoefler and R. Belli, Scientific Benchmarking of Parallel Computing Systems, SC'15, asks for
/// it.) The values must be independent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// The least probability that an interval contains the median.
    pub const CONFIDENCE: f64 = 0.95;

    /// Returns the interval of the median; `None` for fewer than 6 values, since the median lies
    /// outside of the range of 5 with a probability of 6 %.
    pub fn of_median(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let below_median = Binomial::new(0.5, sorted.len() as u64).expect("0.5 is a probability");
        let outside = (1.0 - Self::CONFIDENCE) / 2.0;
        // The most values at each end that may be left out, and one.
        let place = below_median.inverse_cdf(outside) as usize;
        let low = *sorted.get(place.checked_sub(1)?)?;
        let high = sorted[sorted.len() - place];
        Some(Self { low, high })
    }

    /// Whether both ends are within the share `precision` of `median`.
    pub fn is_within(self, precision: f64, median: f64) -> bool {
        let room = precision * median;
        median - self.low <= room && self.high - median <= room
    }

    /// Whether the intervals have a value in common: then the medians may be equal.
    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// Counts the values that lie more than one and a half times the distance between the quartiles
/// outside of these: outliers by J. W. Tukey, Exploratory Data Analysis, 1977. Quartiles are
/// interpolated between neighbours, as numpy and R do by default.
pub fn outliers(values: impl IntoIterator<Item = f64>) -> usize {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0 };
    let quantile = |share: f64| {
        let place = share * last as f64;
        let (below, part) = (place as usize, place.fract());
        let above = (below + 1).min(last);
        sorted[below] + part * (sorted[above] - sorted[below])
    };
    let (lower, upper) = (quantile(0.25), quantile(0.75));
    let reach = 1.5 * (upper - lower);
    sorted.iter().filter(|&&value| value < lower - reach || value > upper + reach).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn an_interval_needs_six_values() {
        assert_eq!(Interval::of_median([]), None);
        assert_eq!(Interval::of_median([1.0; 5]), None);
        let six = Interval::of_median([3.0, 1.0, 2.0, 6.0, 5.0, 4.0]);
        assert_eq!(six, Some(Interval { low: 1.0, high: 6.0 }));
    }

    /// The places of the ends, as by `scipy.stats.quantile_test(x, p=0.5).confidence_interval()` of
    /// scipy 1.17.1.
    #[test]
    fn ends_are_those_that_scipy_finds() {
        #[rustfmt::skip]
        let cases = [
            (6, 0, 5), (7, 0, 6), (8, 0, 7), (9, 1, 7), (10, 1, 8), (15, 3, 11), (20, 5, 14),
            (30, 9, 20), (50, 17, 32), (100, 39, 60), (101, 40, 60), (300, 132, 167),
        ];
        for (count, low, high) in cases {
            let (low, high) = (f64::from(low), f64::from(high));
            let found = Interval::of_median((0..count).map(f64::from));
            assert_eq!(found, Some(Interval { low, high }), "{count} values");
        }
    }

    /// Of 2,000 intervals of a skewed distribution, as many contain its median as they should. The
    /// numbers of values are some for which the interval is hardly wider than it must be.
    #[test]
    fn the_median_is_inside_as_often_as_promised() {
        let mut random = SmallRng::seed_from_u64(1);
        let mut exponential = || -f64::ln(1.0 - random.random::<f64>());
        for count in [17, 20, 44] {
            let contains = |_: &u32| {
                let found = Interval::of_median((0..count).map(|_| exponential()));
                let Interval { low, high } = found.expect("enough values");
                (low..=high).contains(&std::f64::consts::LN_2)
            };
            let inside = (0..2_000).filter(contains).count() as f64 / 2_000.0;
            assert!((inside - 0.95).abs() < 0.015, "{count} values: {inside}");
        }
    }

    /// The quartiles are those of numpy 2: 2 and 4 of 1..=5, 1.75 and 3.25 of 1..=4.
    #[test]
    fn outliers_lie_beyond_one_and_a_half_times_the_quartiles_distance() {
        assert_eq!(outliers([]), 0);
        assert_eq!(outliers([7.0]), 0);
        assert_eq!(outliers([1.0, 2.0, 3.0, 4.0, 7.0]), 0, "4 + 1.5 * 2 is the fence");
        assert_eq!(outliers([1.0, 2.0, 3.0, 4.0, 7.1]), 1);
        assert_eq!(outliers([5.0, 4.0, 3.0, 2.0, -1.0]), 0, "2 - 1.5 * 2 is the fence");
        assert_eq!(outliers([5.0, 4.0, 3.0, 2.0, -1.1]), 1);
        assert_eq!(outliers([1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 0.5]), 2);
        assert_eq!(outliers([1.0, 2.0, 3.0, 5.5]), 0, "3.625 + 1.5 * 1.875 is the fence");
    }

    #[test]
    fn precision_is_a_share_of_the_median() {
        let interval = Interval { low: 96.0, high: 102.0 };
        assert!(interval.is_within(0.04, 100.0));
        assert!(!interval.is_within(0.03, 100.0), "the lower end is too far");
        assert!(!interval.is_within(0.04, 97.0), "the upper end is too far");
        assert!(!interval.is_within(0.04, 101.0), "the lower end is too far");
    }

    proptest! {
        #[test]
        fn overlapping_is_having_a_value_in_common(ends: [[u8; 2]; 2]) {
            let [one, other] = ends.map(|[a, b]| (a.min(b), a.max(b)));
            let of = |(low, high): (u8, u8)| {
                Interval { low: f64::from(low), high: f64::from(high) }
            };
            let common = (one.0..=one.1).any(|value| (other.0..=other.1).contains(&value));
            prop_assert_eq!(of(one).overlaps(of(other)), common);
        }
    }
}
