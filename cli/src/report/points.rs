//! A point: all repetitions of one run, and what they tell about its time.

use mst::experiment::Row;
use mst::measure::{Interval, Spread, outliers};

/// The share of the median within which its interval should be.
const PRECISION: f64 = 0.05;

/// What repetitions tell about a quantity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// As measured, in their order.
    pub(crate) values: Vec<f64>,
    pub(crate) median: f64,
    /// The 95 % interval of the median; `None` for fewer than six repetitions.
    pub(crate) interval: Option<Interval>,
    /// How many values lie far outside of the others.
    pub(crate) outliers: usize,
}

impl Sample {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let of = || values.iter().copied();
        let (median, interval) = (Spread::of(of()).median, Interval::of_median(of()));
        let outliers = outliers(of());
        Self { values, median, interval, outliers }
    }

    /// Where the median may be: its interval, or, for two to five repetitions, their range; `None`
    /// for one, which tells nothing of its error.
    pub(crate) fn range(&self) -> Option<Interval> {
        let Spread { least, most, .. } = Spread::of(self.values.iter().copied());
        let range = (self.values.len() > 1).then_some(Interval { low: least, high: most });
        self.interval.or(range)
    }

    /// Whether the median is known within 5 %.
    pub(crate) fn is_precise(&self) -> bool {
        self.interval.is_some_and(|interval| interval.is_within(PRECISION, self.median))
    }

    /// How many times less than `other` this is, with the range of that.
    pub(crate) fn ratio_to(&self, other: &Self) -> Ratio {
        let range = self
            .range()
            .zip(other.range())
            .map(|(own, other)| Interval { low: other.low / own.high, high: other.high / own.low });
        Ratio { value: other.median / self.median, range }
    }
}

/// How many times as fast one run is as another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    /// Of the medians.
    pub(crate) value: f64,
    /// `None` if a run has only one repetition.
    pub(crate) range: Option<Interval>,
}

/// What two runs show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SpeedDifference {
    /// So many times as fast.
    Faster(f64),
    /// So many times slower.
    Slower(f64),
    /// The ranges of the medians overlap.
    Unclear,
    /// One of them has a single repetition.
    Single,
}

impl Ratio {
    pub(crate) fn verdict(self) -> SpeedDifference {
        match self.range {
            None => SpeedDifference::Single,
            Some(range) if range.low > 1.0 => SpeedDifference::Faster(self.value),
            Some(range) if range.high < 1.0 => SpeedDifference::Slower(1.0 / self.value),
            Some(_) => SpeedDifference::Unclear,
        }
    }
}

/// All repetitions of one run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// Its rows, at least one.
    pub(crate) rows: Vec<Row>,
    /// The seconds from edges in memory to the forest.
    pub(crate) time: Sample,
    /// Which program on which machine, if the report mixes several; else empty.
    pub(crate) origin: String,
}

impl Point {
    /// # Panics
    /// If there are no rows.
    pub(crate) fn of(rows: Vec<Row>, origin: String) -> Self {
        assert!(!rows.is_empty(), "a point has repetitions");
        let time = Sample::of(rows.iter().map(|row| row.total_s));
        Self { rows, time, origin }
    }

    /// What all of its rows have in common, from the first of them.
    pub(crate) fn row(&self) -> &Row {
        &self.rows[0]
    }

    /// The repetition in the middle: the one of the median, or the faster of two.
    pub(crate) fn middle(&self) -> &Row {
        let mut order: Vec<&Row> = self.rows.iter().collect();
        order.sort_by(|a, b| a.total_s.total_cmp(&b.total_s));
        order[(order.len() - 1) / 2]
    }

    /// The median over the repetitions of a column.
    pub(crate) fn median(&self, column: impl Fn(&Row) -> f64) -> f64 {
        Spread::of(self.rows.iter().map(column)).median
    }

    /// Whether it ran on one rank.
    pub(crate) fn is_local(&self) -> bool {
        self.row().ranks == 1
    }

    /// The threads of all ranks.
    pub(crate) fn all_threads(&self) -> usize {
        self.row().ranks.saturating_mul(self.row().threads)
    }

    /// The name and the ranks of each host.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = (&str, usize)> {
        hosts(&self.row().hosts)
    }
}

/// The name and the ranks of each host, from the column of that name.
pub(crate) fn hosts(column: &str) -> impl Iterator<Item = (&str, usize)> {
    column.split_whitespace().map(|host| {
        let (name, ranks) = host.rsplit_once(':').unwrap_or((host, "1"));
        (name, ranks.parse().unwrap_or(1))
    })
}

/// The fastest of the points, by their medians.
pub(crate) fn fastest<'a>(points: impl IntoIterator<Item = &'a Point>) -> Option<&'a Point> {
    points.into_iter().min_by(|a, b| a.time.median.total_cmp(&b.time.median))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_repetitions_have_a_range_and_six_an_interval() {
        let sample = Sample::of([5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!((sample.median, sample.interval), (3.0, None));
        assert_eq!(sample.range(), Some(Interval { low: 1.0, high: 5.0 }));
        assert_eq!(Sample::of([2.0]).range(), None);
        assert!(Sample::of([1.0, 1.0, 0.96, 1.04, 1.0, 1.0]).is_precise());
        assert!(!Sample::of([1.0, 1.0, 0.94, 1.04, 1.0, 1.0]).is_precise());
        assert!(!Sample::of([1.0; 5]).is_precise(), "five have no interval");
        // scipy.stats.quantile_test(x, p=0.5).confidence_interval(), scipy 1.17.1
        let nine = Sample::of([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(nine.range(), Some(Interval { low: 2.0, high: 8.0 }));
    }

    #[test]
    fn a_ratio_is_as_uncertain_as_both_of_its_times() {
        let (fast, slow) = (Sample::of([1.0, 1.0, 2.0]), Sample::of([4.0, 4.0, 6.0]));
        let ratio = fast.ratio_to(&slow);
        let range = Some(Interval { low: 2.0, high: 6.0 });
        assert_eq!(ratio, Ratio { value: 4.0, range });
        assert_eq!(ratio.verdict(), SpeedDifference::Faster(4.0));
        assert_eq!(slow.ratio_to(&fast).verdict(), SpeedDifference::Slower(4.0));
        let wide = Sample::of([0.5, 4.0, 9.0]);
        assert_eq!(wide.ratio_to(&slow).verdict(), SpeedDifference::Unclear);
        assert_eq!(Sample::of([1.0]).ratio_to(&slow).verdict(), SpeedDifference::Single);
        let touching = Sample::of([4.0, 5.0]);
        let above = Sample::of([5.0, 6.0]);
        assert_eq!(touching.ratio_to(&above).verdict(), SpeedDifference::Unclear);
        assert_eq!(above.ratio_to(&touching).verdict(), SpeedDifference::Unclear);
    }

    #[test]
    fn the_middle_is_a_repetition_that_took_place() {
        let row = |total_s| Row { total_s, ..Row::default() };
        let point = Point::of([4.0, 1.0, 2.0, 3.0].map(row).to_vec(), String::new());
        assert_eq!((point.time.median, point.middle().total_s), (2.5, 2.0));
        assert_eq!(point.median(|row| 10.0 * row.total_s), 25.0);
    }

    #[test]
    fn hosts_are_read_from_their_column() {
        let found = |column| hosts(column).collect::<Vec<_>>();
        assert_eq!(found("vm1:2 vm2:1"), [("vm1", 2), ("vm2", 1)]);
        assert_eq!(found(""), []);
        assert_eq!(found("fe80::1:3 odd"), [("fe80::1", 3), ("odd", 1)]);
    }
}
