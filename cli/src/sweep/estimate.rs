//! How long points take: the model of a job, corrected by a short trial.

use super::{Done, Experiment, SweepPoint};
use mst::comm::Link;
use mst::distributed::{Locality, Plan, Workload};
use mst::graph::most_numbered;
use mst::partition::Source;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Bytes that an edge takes in a file, if it is not known how many edges there are.
const FILE_BYTES: u64 = 12;
/// Edges per vertex of a file, likewise.
const DEGREE: u64 = 8;
/// The sizes of the graphs of `lab`, as logarithms of their vertices.
const LAB_SIZES: RangeInclusive<u32> = 12..=20;
/// The fewest repetitions that have an interval.
pub(crate) const FEWEST: usize = 6;

/// A short run on rank 0's host alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial {
    pub(crate) n: u64,
    pub(crate) m: u64,
    pub(crate) threads: usize,
    /// PointCost to make the graph, to solve it, and to prove the forest.
    pub(crate) read: f64,
    pub(crate) solve: f64,
    pub(crate) verify: f64,
}

/// What a trial says of all points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) trial: Trial,
    pub(crate) link: Link,
}

/// The seconds that a point takes: reading, one run, the proof.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PointCost {
    pub(crate) read: f64,
    pub(crate) solve: f64,
    pub(crate) verify: f64,
}

impl Pace {
    /// The seconds that `point` should take.
    pub(crate) fn of(&self, point: &SweepPoint) -> PointCost {
        let (n, m) = size(point);
        let trial = self.trial;
        let times = m as f64 / trial.m as f64 * trial.threads as f64;
        let cores = (point.ranks * point.threads) as f64;
        let (work, travel) = modelled(n, m, point.ranks, point.threads, self.link, point.plan);
        let (of_trial, _) = modelled(trial.n, trial.m, 1, trial.threads, self.link, None);
        PointCost {
            read: trial.read * times / cores,
            solve: trial.solve * work / of_trial + travel,
            verify: trial.verify * times / cores,
        }
    }

    /// The seconds that `points` should take, with `repetitions` of each after one to warm up: the
    /// graph is read once for its ranks, and proved once.
    pub(crate) fn total(&self, points: &[SweepPoint], repetitions: usize) -> f64 {
        let (mut read, mut proved) = (BTreeSet::new(), BTreeSet::new());
        let seconds = points.iter().map(|point| {
            let seconds = self.of(point);
            let (graph, experiment) = (point.graph.name.as_str(), point.experiment.name());
            let reads = f64::from(u8::from(read.insert((experiment, graph, point.ranks))));
            let proves = f64::from(u8::from(proved.insert(graph)));
            reads * seconds.read
                + proves * seconds.verify
                + (repetitions + 1) as f64 * seconds.solve
        });
        seconds.fold(0.0, |total, seconds| total + seconds)
    }
}

/// The vertices and edges of a point's graph; guessed from the size of a file.
pub(crate) fn size(point: &SweepPoint) -> (u64, u64) {
    let len = |path: &PathBuf| path.metadata().map_or(0, |about| about.len());
    let bytes = match &point.graph.source {
        Source::Generated(spec) => {
            let m = spec.expected_edges();
            return (most_numbered(spec.n(), m), m);
        }
        Source::File { path, .. } => len(path),
        Source::Files { files, .. } => {
            let paths = files.paths(point.ranks).unwrap_or_default();
            paths.iter().map(len).fold(0, u64::saturating_add)
        }
    };
    let m = bytes / FILE_BYTES + 1;
    (m / DEGREE + 1, m)
}

/// The seconds of work and of travel by the model, as if no rank had a vertex for itself; for no
/// `plan`, by the best one.
pub(crate) fn modelled(
    n: u64,
    m: u64,
    p: usize,
    threads: usize,
    link: Link,
    plan: Option<Plan>,
) -> (f64, f64) {
    let locality = Locality {
        shared: if p == 1 { 0.0 } else { 1.0 },
        crossing: 1.0 - 1.0 / p as f64,
        touched: n.max(1),
        longest: m / p as u64 + 1,
        sorted: false,
        shuffles: true,
    };
    let workload = Workload { m, p, locality, link, key_bytes: 4, cores: threads as f64 };
    let seconds = |plan: &Plan| workload.seconds(*plan);
    let best = || Plan::all().min_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    let plan = plan.or_else(best).filter(|_| p > 1).unwrap_or(Plan::PLAIN);
    let at_once = Workload { link: Link { latency: 0.0, bandwidth: f64::INFINITY }, ..workload };
    let work = at_once.seconds(plan);
    // One rank sends nothing.
    (work, if p == 1 { 0.0 } else { workload.seconds(plan) - work })
}

/// What fits into a budget.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fitting {
    /// The places of the points that fit.
    pub(crate) kept: Vec<usize>,
    /// The most repetitions.
    pub(crate) most: usize,
}

/// Fits `points` with at most `most` repetitions each into `budget` seconds: first with fewer
/// repetitions, down to [`FEWEST`], then without the largest graphs of a grid or crossover, whose
/// smallest ones are always kept. Scaling is not scaling without its largest points.
pub(crate) fn within_budget(
    pace: &Pace,
    points: &[SweepPoint],
    most: usize,
    budget: Option<f64>,
) -> Fitting {
    let mut kept: Vec<usize> = (0..points.len()).collect();
    let Some(budget) = budget else { return Fitting { kept, most } };
    let total = |kept: &[usize], repetitions| {
        let kept: Vec<SweepPoint> = kept.iter().map(|&place| points[place].clone()).collect();
        pace.total(&kept, repetitions)
    };
    let can_go = |place: &&usize| {
        matches!(points[**place].experiment, Experiment::Grid | Experiment::Crossover)
    };
    let edges = |place: &usize| size(&points[*place]).1;
    let fewest = most.min(FEWEST);
    while total(&kept, fewest) > budget {
        let sizes: BTreeSet<u64> = kept.iter().filter(can_go).map(edges).collect();
        let Some(&largest) = sizes.last().filter(|_| sizes.len() > 1) else { break };
        kept.retain(|place| !can_go(&place) || edges(place) < largest);
    }
    let fits = |most: &usize| total(&kept, *most) <= budget;
    let most = (fewest..=most).rev().find(fits).unwrap_or(fewest);
    Fitting { kept, most }
}

/// The size, as the logarithm of its vertices, of the largest graph of which strong and weak
/// scaling, `points` at a size, take at most half of `budget` seconds.
pub(crate) fn size_within(
    pace: &Pace,
    budget: f64,
    points: impl Fn(u32) -> Vec<SweepPoint>,
) -> u32 {
    let fits = |log_n: &u32| pace.total(&points(*log_n), FEWEST) <= budget / 2.0;
    LAB_SIZES.rev().find(fits).unwrap_or(*LAB_SIZES.start())
}

/// The size of the graph of an earlier sweep, which a sweep that goes on must keep, though the machine
/// may seem faster or slower now.
pub(crate) fn size_measured(done: &Done, points: impl Fn(u32) -> Vec<SweepPoint>) -> Option<u32> {
    let is_strong = |point: &SweepPoint| point.experiment == Experiment::Strong;
    LAB_SIZES
        .rev()
        .find(|log_n| points(*log_n).iter().any(|point| is_strong(point) && done.has(point)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Graph;
    use mst::experiment::Row;
    use mst::local::Algorithm;

    const PACE: Pace = Pace {
        trial: Trial { n: 1 << 17, m: 1 << 20, threads: 2, read: 0.02, solve: 0.03, verify: 0.04 },
        link: Link { latency: 1e-6, bandwidth: 1e9 },
    };

    fn point(log_n: u32, ranks: usize, threads: usize) -> SweepPoint {
        let graph = Graph::generated(format!("gnm:n=2^{log_n},m=8n").parse().expect("a spec"));
        let (experiment, algorithm) = (Experiment::Strong, Algorithm::Auto);
        SweepPoint { experiment, graph, ranks, threads, algorithm, plan: None }
    }

    #[test]
    fn a_point_like_the_trial_takes_as_long() {
        let seconds = PACE.of(&point(17, 1, 2));
        assert!((seconds.solve - 0.03).abs() < 0.003, "{seconds:?}");
        assert_eq!((seconds.read, seconds.verify), (0.02, 0.04));
        let (larger, slower) = (PACE.of(&point(19, 1, 2)), PACE.of(&point(17, 1, 1)));
        assert!((0.1..0.2).contains(&larger.solve), "{larger:?}");
        assert!((0.04..0.07).contains(&slower.solve), "{slower:?}");
        assert!((larger.read - 0.08).abs() < 1e-9 && (slower.read - 0.04).abs() < 1e-9);
        let far = Pace { link: Link { latency: 1e-3, bandwidth: 1e6 }, ..PACE };
        assert!(far.of(&point(17, 4, 1)).solve > 5.0 * PACE.of(&point(17, 4, 1)).solve);
    }

    #[test]
    fn reading_and_proof_count_once() {
        let points = [point(17, 1, 2), point(17, 1, 2), point(17, 2, 2)];
        let [one, _, two] = points.each_ref().map(|point| PACE.of(point));
        let expected = one.read + one.verify + two.read + 11.0 * (2.0 * one.solve + two.solve);
        assert!((PACE.total(&points, 10) - expected).abs() < 1e-9);
    }

    #[test]
    fn a_budget_cuts_repetitions_and_then_sizes() {
        let of = |experiment| move |log_n| SweepPoint { experiment, ..point(log_n, 1, 2) };
        let points: Vec<SweepPoint> = (12..18).map(of(Experiment::Crossover)).collect();
        let fit = |budget| {
            let Fitting { kept, most } = within_budget(&PACE, &points, 30, budget);
            (kept, most)
        };
        assert_eq!(fit(None), (vec![0, 1, 2, 3, 4, 5], 30));
        assert_eq!(fit(Some(1e9)), (vec![0, 1, 2, 3, 4, 5], 30));
        let fewer = PACE.total(&points, 10);
        assert_eq!(fit(Some(fewer)), (vec![0, 1, 2, 3, 4, 5], 10));
        let smaller = PACE.total(&points[1..4], FEWEST) + PACE.total(&points[..1], FEWEST);
        assert_eq!(fit(Some(smaller)), (vec![0, 1, 2, 3], FEWEST));
        assert_eq!(fit(Some(0.0)), (vec![0], FEWEST));
        let scaling: Vec<SweepPoint> = (12..18).map(of(Experiment::Weak)).collect();
        let fitting = within_budget(&PACE, &scaling, 30, Some(0.0));
        assert_eq!(fitting, Fitting { kept: vec![0, 1, 2, 3, 4, 5], most: FEWEST });
    }

    #[test]
    fn the_lab_has_graphs_that_take_half_of_its_time() {
        let points = |log_n| vec![point(log_n, 1, 2), point(log_n, 2, 2)];
        let budget = 2.0 * PACE.total(&points(15), FEWEST);
        assert_eq!(size_within(&PACE, budget, points), 15);
        assert_eq!(size_within(&PACE, 0.99 * budget, points), 14);
        assert_eq!(size_within(&PACE, 1e9, points), 20);
        assert_eq!(size_within(&PACE, 0.0, points), 12);
    }

    #[test]
    fn a_lab_that_goes_on_keeps_its_graph() {
        let points = |log_n| vec![point(log_n, 1, 2), point(log_n, 2, 2)];
        let row = |point: &SweepPoint| Row {
            experiment: point.experiment.name().to_owned(),
            graph: point.graph.name.clone(),
            ranks: point.ranks,
            threads: point.threads,
            algorithm: point.algorithm.name().to_owned(),
            combine_asked: point.combine_asked(),
            ..Row::default()
        };
        let mut done = Done::default();
        assert_eq!(size_measured(&done, points), None);
        done.add(&[row(&SweepPoint { experiment: Experiment::Weak, ..point(18, 2, 2) })]);
        assert_eq!(size_measured(&done, points), None, "weak scaling has other graphs");
        done.add(&[row(&point(14, 2, 2))]);
        assert_eq!(size_measured(&done, points), Some(14));
    }
}
