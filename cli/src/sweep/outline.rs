//! Says what a sweep will measure, and how long that takes.

use super::{Ahead, Done, Pace, PointKey, SweepPoint, size};
use crate::text;
use mst::comm::Topology;
use mst::error::printable;
use std::collections::{BTreeSet, HashSet};

/// What a sweep will measure.
pub(crate) struct SweepOutline<'a> {
    pace: &'a Pace,
    points: Vec<SweepPoint>,
    ahead: Ahead,
    /// The most repetitions of a point.
    most: usize,
}

impl<'a> SweepOutline<'a> {
    /// The plan for the points of `groups`. Only rank 0 knows what is `done`.
    pub(crate) fn of(
        topology: &Topology,
        done: &Done,
        pace: &'a Pace,
        groups: &[Vec<SweepPoint>],
        most: usize,
    ) -> Self {
        let points = groups.concat();
        let ahead = Ahead::of(topology, done, &points, false);
        Self { pace, points, ahead, most }
    }

    /// The number of points, those included that were measured before.
    pub(crate) fn count(&self) -> usize {
        self.points.len()
    }

    /// The seconds that the points should take that are still to be measured.
    pub(crate) fn seconds(&self) -> f64 {
        self.pace.total(&self.ahead.left, self.most)
    }

    /// The line about points that were measured before, if there are any.
    pub(crate) fn measured_before(&self) -> Option<String> {
        let points = text::count(self.ahead.measured as u64, "point");
        (self.ahead.measured > 0).then(|| format!("{points} were measured before, and not again"))
    }

    /// The warning that the points still to be measured take more than `budget` seconds, if so.
    pub(crate) fn warning(&self, budget: f64) -> Option<String> {
        let points =
            if self.ahead.measured > 0 { "the points that are left" } else { "all points" };
        let (time, most) = (text::minutes(self.seconds()), text::minutes(budget));
        let is_late = self.seconds() > budget;
        is_late.then(|| format!("warning: {points} take about {time}, more than {most}"))
    }

    /// A line for each experiment: how many points it has, on how many graphs, and the time of those
    /// to be measured; then one for all.
    pub(crate) fn outline(&self) -> Vec<String> {
        let name = |point: &SweepPoint| point.experiment.name();
        let names: BTreeSet<&str> = self.points.iter().map(name).collect();
        let of = |experiment: &&str| {
            self.line(experiment, |point: &&SweepPoint| name(point) == *experiment)
        };
        let mut lines: Vec<String> = names.iter().map(of).collect();
        if lines.len() > 1 {
            lines.push(self.line("in all", |_| true));
        }
        lines
    }

    /// The line about the points that are `counted`.
    fn line(&self, name: &str, counted: impl Fn(&&SweepPoint) -> bool) -> String {
        let points: Vec<&SweepPoint> = self.points.iter().filter(&counted).collect();
        let left: Vec<SweepPoint> = self.ahead.left.iter().filter(&counted).cloned().collect();
        let graphs: BTreeSet<&str> = points.iter().map(|point| &*point.graph.name).collect();
        let time = format!("about {}", text::minutes(self.pace.total(&left, self.most)));
        let time = match left.len() {
            0 => "none left".to_owned(),
            some if some < points.len() => format!("{some} left, {time}"),
            _ => time,
        };
        let count = text::count(points.len() as u64, "point");
        format!("{name}: {count} on {}, {time}", text::count(graphs.len() as u64, "graph"))
    }

    /// All points with the time of each that is to be measured.
    pub(crate) fn table(&self) -> String {
        let left: HashSet<PointKey> = self.ahead.left.iter().map(SweepPoint::key).collect();
        let mut points: Vec<&SweepPoint> = self.points.iter().collect();
        points.sort_by_key(|point| {
            let (n, m) = size(point);
            (point.experiment.name(), m, n, point.graph.name.clone(), point.ranks, point.threads)
        });
        let planned = |point: &&SweepPoint| text::PlannedPoint {
            heading: format!("{}: {}", point.experiment.name(), printable(&point.graph.name)),
            cells: [
                format!("{} x {}", point.ranks, point.threads),
                point.algorithm.name().to_owned(),
                point.combine_asked(),
            ],
            expected: left
                .contains(&point.key())
                .then(|| self.pace.total(std::slice::from_ref(*point), self.most)),
        };
        let rows: Vec<_> = points.iter().map(planned).collect();
        text::planned(&rows, self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::{Experiment, Graph, Trial};
    use mst::comm::Link;
    use mst::local::Algorithm;

    const PACE: Pace = Pace {
        trial: Trial { n: 1 << 17, m: 1 << 20, threads: 2, read: 0.02, solve: 0.03, verify: 0.04 },
        link: Link { latency: 1e-6, bandwidth: 1e9 },
    };

    fn point(experiment: Experiment, log_n: u32) -> SweepPoint {
        let graph = Graph::generated(format!("gnm:n=2^{log_n},m=8n").parse().expect("a spec"));
        SweepPoint {
            experiment,
            graph,
            ranks: 1,
            threads: 2,
            algorithm: Algorithm::Auto,
            plan: None,
        }
    }

    /// A plan of three points, of which all but the first `measured` are left.
    fn plan(measured: usize) -> SweepOutline<'static> {
        let points = vec![
            point(Experiment::Strong, 17),
            point(Experiment::Weak, 18),
            point(Experiment::Weak, 19),
        ];
        let ahead = Ahead { left: points[measured..].to_vec(), measured };
        SweepOutline { pace: &PACE, points, ahead, most: 30 }
    }

    #[test]
    fn a_plan_tells_the_time_of_what_is_left() {
        let outline = |measured| {
            let lines = plan(measured).outline();
            lines.into_iter().map(|line| line.replace(" on ", " / ")).collect::<Vec<_>>()
        };
        let about = |points: &[SweepPoint]| text::minutes(PACE.total(points, 30));
        let all = plan(0).points;
        let (strong, weak, last) = (about(&all[..1]), about(&all[1..]), about(&all[2..]));
        let expected = [
            format!("strong: 1 point / 1 graph, about {strong}"),
            format!("weak: 2 points / 2 graphs, about {weak}"),
            format!("in all: 3 points / 3 graphs, about {}", about(&all)),
        ];
        assert_eq!(outline(0), expected);
        let expected = [
            "strong: 1 point / 1 graph, none left".to_owned(),
            format!("weak: 2 points / 2 graphs, 1 left, about {last}"),
            format!("in all: 3 points / 3 graphs, 1 left, about {last}"),
        ];
        assert_eq!(outline(2), expected);
        assert!(outline(3).iter().all(|line| line.ends_with(", none left")));
        assert_eq!((plan(3).count(), plan(3).seconds()), (3, 0.0));
    }

    #[test]
    fn only_what_is_left_can_take_more_than_the_budget() {
        let (all, last) = (plan(0).seconds(), plan(2).seconds());
        assert_eq!(plan(0).warning(all), None);
        let warning = plan(0).warning(0.9 * all).expect("late");
        assert!(warning.starts_with("warning: all points take about "), "{warning}");
        assert_eq!(plan(2).warning(0.9 * all), None);
        let warning = plan(2).warning(0.9 * last).expect("late");
        assert!(warning.starts_with("warning: the points that are left take about "), "{warning}");
        assert_eq!(plan(3).warning(1e-9), None);
    }

    #[test]
    fn points_that_were_measured_are_told_with_the_plan() {
        assert_eq!(plan(0).measured_before(), None);
        let line = plan(2).measured_before().expect("two points");
        assert_eq!(line, "2 points were measured before, and not again");
        let table = plan(2).table();
        let cells: Vec<&str> = table.lines().filter(|line| line.starts_with("1 x 2")).collect();
        let are_left: Vec<bool> = cells.iter().map(|line| !line.ends_with('–')).collect();
        assert_eq!(are_left, [false, false, true], "{table}");
        assert!(table.ends_with(&format!("about {} in all\n", text::minutes(plan(2).seconds()))));
    }
}
