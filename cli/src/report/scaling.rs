//! How time changes with the number of ranks.
//!
//! A speed-up is the ratio of two medians. The serial fraction is that of A. H. Karp and H. P. Flatt,
//! Measuring Parallel Processor Performance, CACM 33(5), 1990; the limits are those of G. M. Amdahl,
//! AFIPS 1967, and J. L. Gustafson, Reevaluating Amdahl's Law, CACM 31(5), 1988.

use super::points::{Point, Ratio, fastest};
use super::study::Study;

/// Runs of one graph on more and more ranks.
#[derive(Debug)]
pub(crate) struct Scaling<'a> {
    /// The fastest run on one rank.
    pub(crate) best_local: &'a Point,
    /// The runs that differ only in their ranks.
    pub(crate) series: Vec<Series<'a>>,
}

/// Runs that differ only in their ranks, or, for weak scaling, also in the size of the graph.
#[derive(Clone, Debug)]
pub(crate) struct Series<'a> {
    /// By rising ranks; those on one rank are first, if there are any.
    pub(crate) points: Vec<&'a Point>,
}

/// How a point compares with the same run on one rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scaled {
    pub(crate) ranks: usize,
    pub(crate) speedup: Ratio,
}

impl Scaled {
    /// The speed-up a rank.
    pub(crate) fn efficiency(self) -> f64 {
        self.speedup.value / self.ranks as f64
    }

    /// The share of the work that does not get faster, by Karp and Flatt; `None` for one rank.
    pub(crate) fn serial_fraction(self) -> Option<f64> {
        let p = self.ranks as f64;
        (self.ranks > 1).then(|| (1.0 / self.speedup.value - 1.0 / p) / (1.0 - 1.0 / p))
    }
}

/// What Amdahl's law allows at most with this serial fraction, on any number of ranks; `None` if it
/// sets no limit.
pub(crate) fn amdahl_limit(serial_fraction: f64) -> Option<f64> {
    (serial_fraction > 0.0).then(|| 1.0 / serial_fraction)
}

/// How many times the work of one rank `p` ranks do in the time that it takes one, if p times the
/// work takes `time_on_p` instead of `time_on_one`.
pub(crate) fn scaled_speedup(p: usize, time_on_one: f64, time_on_p: f64) -> f64 {
    p as f64 * time_on_one / time_on_p
}

/// The serial fraction in Gustafson's law, S = p - f (p - 1), of a scaled speed-up.
pub(crate) fn gustafson_fraction(p: usize, scaled_speedup: f64) -> f64 {
    (p as f64 - scaled_speedup) / (p as f64 - 1.0)
}

impl<'a> Series<'a> {
    /// The points that a speed-up against one rank is known for.
    pub(crate) fn scaled(&self) -> Vec<Scaled> {
        let Some(one) = self.points.first().filter(|point| point.is_local()) else {
            return Vec::new();
        };
        let of = |point: &&Point| Scaled {
            ranks: point.row().ranks,
            speedup: point.time.ratio_to(&one.time),
        };
        self.points.iter().map(of).collect()
    }

    /// A point, for what all have in common but ranks: the one on the most ranks.
    pub(crate) fn widest(&self) -> &'a Point {
        self.points.last().expect("a series has points")
    }
}

impl<'a> Scaling<'a> {
    /// The scaling of each graph for which there are runs on one rank and on several. In an
    /// experiment of many graphs, which does not ask how it scales, only that of the largest one.
    pub(crate) fn all(study: &'a Study) -> Vec<Self> {
        let mut found = Vec::new();
        for (experiment, origin) in experiments(study) {
            let of_experiment = |point: &&Point| {
                (point.row().experiment.as_str(), point.origin.as_str()) == (experiment, origin)
            };
            let points: Vec<&Point> = study.points.iter().filter(of_experiment).collect();
            let mut scalings: Vec<Self> = study
                .graphs()
                .into_iter()
                .filter_map(|graph| {
                    Self::of(points.iter().copied().filter(|point| point.row().graph == graph))
                })
                .collect();
            match experiment {
                "weak" | "crossover" => {}
                "strong" => found.append(&mut scalings),
                _ => found.extend(scalings.pop()),
            }
        }
        found
    }

    fn of(points: impl Iterator<Item = &'a Point>) -> Option<Self> {
        let points: Vec<&Point> = points.collect();
        let best_local = fastest(points.iter().copied().filter(|point| point.is_local()))?;
        let series = series(&points);
        (!series.is_empty()).then_some(Self { best_local, series })
    }

    /// The fastest run on the most ranks.
    pub(crate) fn widest(&self) -> &'a Point {
        let most = self.series.iter().map(|series| series.widest().row().ranks).max();
        let widest = self.series.iter().map(Series::widest);
        let widest = widest.filter(|point| Some(point.row().ranks) == most);
        fastest(widest).expect("a scaling has series")
    }

    /// The series that has that run.
    pub(crate) fn main(&self) -> &Series<'a> {
        let widest = self.widest();
        let has = |series: &&Series<'_>| std::ptr::eq(series.widest(), widest);
        self.series.iter().find(has).expect("it is in a series")
    }
}

/// The runs of a graph that grows with the ranks, by how they were made.
pub(crate) fn weak(study: &Study) -> Vec<Series<'_>> {
    let points: Vec<&Point> =
        study.points.iter().filter(|point| point.row().experiment == "weak").collect();
    series(&points)
}

/// Each experiment, of each origin, in the order of its first row.
pub(crate) fn experiments(study: &Study) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for point in &study.points {
        let own = (point.row().experiment.as_str(), point.origin.as_str());
        if !found.contains(&own) {
            found.push(own);
        }
    }
    found
}

/// Groups points on several ranks by threads, algorithm, way to combine and origin. Each group
/// begins with the point on one rank that is like them, if there is one.
fn series<'a>(points: &[&'a Point]) -> Vec<Series<'a>> {
    let alike = |a: &Point, b: &Point| {
        (a.row().threads, &a.row().algorithm, &a.origin)
            == (b.row().threads, &b.row().algorithm, &b.origin)
    };
    let mut groups: Vec<Series<'a>> = Vec::new();
    for &point in points.iter().filter(|point| !point.is_local()) {
        let group = groups.iter_mut().find(|group| {
            let other = group.widest();
            alike(other, point) && other.row().combine_asked == point.row().combine_asked
        });
        match group {
            Some(group) => group.points.push(point),
            None => groups.push(Series { points: vec![point] }),
        }
    }
    for group in &mut groups {
        let one = |point: &&&Point| point.is_local() && alike(point, group.points[0]);
        let one = points.iter().find(one).copied();
        group.points.extend(one);
        group.points.sort_by_key(|point| point.row().ranks);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use mst::measure::Interval;

    fn scaled(ranks: usize, value: f64) -> Scaled {
        Scaled { ranks, speedup: Ratio { value, range: None } }
    }

    /// A run with the serial fraction f has the speed-up 1 / (f + (1 - f) / p).
    #[test]
    fn the_serial_fraction_is_that_of_karp_and_flatt() {
        for (ranks, fraction) in [(2, 0.0), (2, 0.1), (3, 0.25), (8, 0.02), (1024, 0.004)] {
            let speedup = 1.0 / (fraction + (1.0 - fraction) / ranks as f64);
            let found = scaled(ranks, speedup).serial_fraction().expect("several ranks");
            assert!((found - fraction).abs() < 1e-12, "{ranks} ranks: {found}");
        }
        assert_eq!(scaled(1, 1.0).serial_fraction(), None);
        assert_eq!(scaled(4, 1.0).serial_fraction(), Some(1.0));
        assert!(scaled(2, 2.5).serial_fraction().is_some_and(|fraction| fraction < 0.0));
        assert_eq!(scaled(4, 3.0).efficiency(), 0.75);
    }

    #[test]
    fn the_laws_agree_with_their_formulas() {
        // Amdahl: with a serial tenth, at most ten times as fast.
        assert_eq!(amdahl_limit(0.1), Some(10.0));
        assert_eq!((amdahl_limit(0.0), amdahl_limit(-0.1)), (None, None));
        // Gustafson's example: a serial fraction of 0.4 to 0.8 % on 1,024 processors gives
        // speed-ups of 1,020 to 1,016.
        let fraction = gustafson_fraction(1024, 1020.0);
        assert!((fraction - 0.0039).abs() < 1e-4, "{fraction}");
        assert_eq!(scaled_speedup(4, 1.0, 2.0), 2.0);
        assert_eq!(gustafson_fraction(4, 4.0), 0.0);
        assert_eq!(gustafson_fraction(4, 1.0), 1.0);
    }

    #[test]
    fn series_differ_in_ranks_alone() {
        let study = Study::of(fixture::strong(), false).expect("one origin");
        let scalings = Scaling::all(&study);
        assert_eq!(scalings.len(), 1);
        let ranks = |series: &Series<'_>| -> Vec<usize> {
            series.points.iter().map(|point| point.row().ranks).collect()
        };
        let [one, two] = scalings[0].series.as_slice() else { panic!("one or two threads") };
        assert_eq!((ranks(one), ranks(two)), (vec![1, 2, 3], vec![1, 2, 3]));
        assert!(one.points.iter().all(|point| point.row().threads == 1));
        assert!(two.points.iter().all(|point| point.row().threads == 2));
        let best = scalings[0].best_local.row();
        assert_eq!((best.ranks, best.threads), (1, 2));
        let main = scalings[0].main().widest().row();
        assert_eq!((main.ranks, main.threads), (3, 2));
        let speedups: Vec<Scaled> = one.scaled();
        assert_eq!(speedups[0].speedup.value, 1.0);
        let expected = one.points[0].time.median / one.points[2].time.median;
        assert_eq!((speedups[2].ranks, speedups[2].speedup.value), (3, expected));
        let Some(Interval { low, high }) = speedups[2].speedup.range else { panic!("a range") };
        assert!(low < expected && expected < high);
    }

    #[test]
    fn strong_scaling_has_each_graph_and_other_experiments_the_largest() {
        let with_both = |experiment: &str| {
            let mut rows = fixture::strong();
            let mut larger = rows.clone();
            larger.iter_mut().for_each(|row| {
                row.graph = "gnm:n=9".to_owned();
                row.m *= 2;
            });
            rows.extend(larger);
            rows.iter_mut().for_each(|row| row.experiment = experiment.to_owned());
            let study = Study::of(rows, false).expect("one origin");
            let scalings = Scaling::all(&study);
            scalings.iter().map(|scaling| scaling.best_local.row().m).collect::<Vec<_>>()
        };
        let m = fixture::strong()[0].m;
        assert_eq!(with_both("strong"), [m, 2 * m]);
        assert_eq!(with_both("grid"), [2 * m]);
        assert_eq!(with_both("crossover"), [0; 0]);
    }

    #[test]
    fn a_comparison_scales_too_and_a_local_run_does_not() {
        let mut rows = fixture::strong();
        rows.retain(|row| row.threads == 2 && row.ranks != 2);
        rows.iter_mut().for_each(|row| row.experiment = "compare".to_owned());
        let study = Study::of(rows.clone(), false).expect("one origin");
        assert_eq!(Scaling::all(&study).len(), 1);
        rows.retain(|row| row.ranks == 1);
        let study = Study::of(rows, false).expect("one origin");
        assert!(Scaling::all(&study).is_empty());
    }

    #[test]
    fn a_graph_that_grows_is_one_series() {
        let study = Study::of(fixture::all(), false).expect("one origin");
        let [series] = weak(&study).try_into().expect("one series");
        let sizes: Vec<_> =
            series.points.iter().map(|point| (point.row().ranks, point.row().m)).collect();
        let m = sizes[0].1;
        assert_eq!(sizes, [(1, m), (2, 2 * m), (3, 3 * m)]);
    }
}
