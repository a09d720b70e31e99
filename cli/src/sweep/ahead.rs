//! What of a plan is still to be measured, given what was measured before.

use super::done::hosts;
use super::{Done, Experiment, SweepPoint};
use mst::comm::Topology;

/// What lies ahead of a sweep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ahead {
    /// The points to measure, in their order.
    pub(crate) left: Vec<SweepPoint>,
    /// How many points are not measured again.
    pub(crate) measured: usize,
}

impl Ahead {
    /// What is ahead of a sweep of `points` in this order. A crossover ends where it was found: at
    /// once if it `is_crossed`, or at a point whose rows are there. `done` is right on rank 0 only.
    pub(crate) fn of(
        topology: &Topology,
        done: &Done,
        points: &[SweepPoint],
        mut is_crossed: bool,
    ) -> Self {
        let mut ahead = Self::default();
        for point in points {
            let is_crossover = point.experiment == Experiment::Crossover;
            if is_crossover && is_crossed {
                continue;
            }
            let hosts = hosts(topology, &topology.spread(point.ranks));
            let Some(rows) = done.rows(point, &hosts) else {
                ahead.left.push(point.clone());
                continue;
            };
            ahead.measured += 1;
            if is_crossover && point.ranks > 1 {
                is_crossed = done.beat_one_rank(&rows);
            }
        }
        ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Graph;
    use mst::comm::Host;
    use mst::experiment::Row;
    use mst::local::Algorithm;

    fn topology() -> Topology {
        let host =
            |name: &str| Host { name: name.to_owned(), boot: name.to_owned(), cores: 1, bound: 1 };
        let ranks = ["vm1", "vm2"].map(host).to_vec();
        Topology { ranks, threads: vec![1; 2], one_process: false }
    }

    fn point(experiment: Experiment, log_n: u32, ranks: usize) -> SweepPoint {
        let graph = Graph::generated(format!("gnm:n=2^{log_n},m=8n").parse().expect("a spec"));
        SweepPoint { experiment, graph, ranks, threads: 1, algorithm: Algorithm::Auto, plan: None }
    }

    /// Six rows of a point, each with this time.
    fn rows(point: &SweepPoint, total_s: f64) -> Vec<Row> {
        let row = |repetition| Row {
            experiment: point.experiment.name().to_owned(),
            graph: point.graph.name.clone(),
            hosts: ["vm1:1", "vm1:1 vm2:1"][point.ranks - 1].to_owned(),
            ranks: point.ranks,
            threads: 1,
            algorithm: "auto".to_owned(),
            combine_asked: point.combine_asked(),
            repetition,
            repetitions: 6,
            total_s,
            ..Row::default()
        };
        (1..=6).map(row).collect()
    }

    fn ahead(
        done: &Done,
        points: &[SweepPoint],
        is_crossed: bool,
    ) -> (Vec<(String, usize)>, usize) {
        let Ahead { left, measured } = Ahead::of(&topology(), done, points, is_crossed);
        (left.into_iter().map(|point| (point.graph.name, point.ranks)).collect(), measured)
    }

    #[test]
    fn what_was_measured_is_not_ahead() {
        let points = [1, 2].map(|ranks| point(Experiment::Strong, 12, ranks));
        let name = |at: usize| (points[at].graph.name.clone(), points[at].ranks);
        let mut done = Done::default();
        assert_eq!(ahead(&done, &points, false), (vec![name(0), name(1)], 0));
        done.add(&rows(&points[0], 1.0)[..5]);
        assert_eq!(ahead(&done, &points, false), (vec![name(0), name(1)], 0), "a row is missing");
        done.add(&rows(&points[0], 1.0)[5..]);
        assert_eq!(ahead(&done, &points, true), (vec![name(1)], 1), "this is no crossover");
        done.add(&rows(&points[1], 1.0));
        assert_eq!(ahead(&done, &points, false), (Vec::new(), 2));
    }

    #[test]
    fn nothing_is_ahead_of_a_crossover_that_was_found() {
        let points: Vec<SweepPoint> = [(12, 1), (12, 2), (13, 1), (13, 2)]
            .map(|(log_n, ranks)| point(Experiment::Crossover, log_n, ranks))
            .to_vec();
        let with = |of_two: f64| {
            let mut done = Done::default();
            done.add(&rows(&points[0], 1.0));
            done.add(&rows(&points[1], of_two));
            ahead(&done, &points, false)
        };
        let (left, measured) = with(2.0);
        assert_eq!((left.len(), measured), (2, 2), "one machine is faster still");
        assert_eq!(with(0.5), (Vec::new(), 2));
        assert_eq!(ahead(&Done::default(), &points, true), (Vec::new(), 0));
    }
}
