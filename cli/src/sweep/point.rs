//! A point: one graph on some ranks and threads, solved in one way.

use mst::distributed;
use mst::experiment::Row;
use mst::generate::Spec;
use mst::local::Algorithm;
use mst::partition::Source;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// What a point is measured for: the column `experiment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Experiment {
    /// Every pair of the lists that were given.
    Grid,
    /// The same graph, while ranks and threads grow.
    Strong,
    /// A graph that grows with the ranks.
    Weak,
    /// A graph that grows, on one machine and on all ranks.
    Crossover,
}

impl Experiment {
    /// The name in the CSV.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Strong => "strong",
            Self::Weak => "weak",
            Self::Crossover => "crossover",
        }
    }
}

/// A graph, as the rows name it.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    /// The full spec, or the file as the user named it.
    pub(crate) name: String,
    /// Where it comes from.
    pub(crate) source: Source,
}

impl Graph {
    /// The graph of a spec.
    pub(crate) fn generated(spec: Spec) -> Self {
        Self { name: spec.to_string(), source: Source::Generated(spec) }
    }
}

/// What is measured, several times in a row.
#[derive(Clone, Debug)]
pub(crate) struct SweepPoint {
    pub(crate) experiment: Experiment,
    pub(crate) graph: Graph,
    pub(crate) ranks: usize,
    pub(crate) threads: usize,
    pub(crate) algorithm: Algorithm,
    /// How the ranks combine their forests; `None` for the model to choose.
    pub(crate) plan: Option<distributed::Plan>,
}

/// What distinguishes a point from the others of a sweep, and its rows from theirs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PointKey {
    experiment: String,
    graph: String,
    ranks: usize,
    threads: usize,
    algorithm: String,
    combine_asked: String,
}

impl SweepPoint {
    /// The name of how its ranks combine their forests, as in the CSV.
    pub(crate) fn combine_asked(&self) -> String {
        match (self.ranks, self.plan) {
            (1, _) => "none".to_owned(),
            (_, None) => "auto".to_owned(),
            (_, Some(plan)) => plan.name(),
        }
    }

    /// Its key.
    pub(crate) fn key(&self) -> PointKey {
        PointKey {
            experiment: self.experiment.name().to_owned(),
            graph: self.graph.name.clone(),
            ranks: self.ranks,
            threads: self.threads,
            algorithm: self.algorithm.name().to_owned(),
            combine_asked: self.combine_asked(),
        }
    }
}

impl PointKey {
    /// The key of the point that a row was measured for.
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            experiment: row.experiment.clone(),
            graph: row.graph.clone(),
            ranks: row.ranks,
            threads: row.threads,
            algorithm: row.algorithm.clone(),
            combine_asked: row.combine_asked.clone(),
        }
    }
}

/// The points in the order in which they are measured: in groups of one experiment, graph and
/// number of ranks, for each of which the graph is read once. The order is random, the same for the
/// same seed, so that a machine that becomes slower does not look like an effect of ranks or
/// threads. Only crossovers grow, and come last.
pub(crate) fn in_order(points: Vec<SweepPoint>, seed: u64) -> Vec<Vec<SweepPoint>> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut groups: Vec<(u64, Vec<SweepPoint>)> = Vec::new();
    for point in points {
        let of =
            |other: &SweepPoint| (other.experiment.name(), other.graph.name.clone(), other.ranks);
        match groups.iter_mut().find(|(_, group)| of(&group[0]) == of(&point)) {
            Some((_, group)) => group.push(point),
            None if point.experiment == Experiment::Crossover => {
                groups.push((u64::MAX, vec![point]));
            }
            None => groups.push((random.random::<u64>() >> 1, vec![point])),
        }
    }
    groups.sort_by_key(|(place, _)| *place);
    let mut groups: Vec<Vec<SweepPoint>> = groups.into_iter().map(|(_, group)| group).collect();
    groups.iter_mut().for_each(|group| group.shuffle(&mut random));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::estimate::size;

    fn point(experiment: Experiment, n: u64, ranks: usize, threads: usize) -> SweepPoint {
        let graph = Graph::generated(format!("path:n={n}").parse().expect("a spec"));
        SweepPoint { experiment, graph, ranks, threads, algorithm: Algorithm::Auto, plan: None }
    }

    #[test]
    fn the_order_is_random_but_each_graph_is_read_once_for_its_ranks() {
        let mut points = Vec::new();
        for n in 2..5 {
            points.extend([1, 2, 3].map(|ranks| point(Experiment::Crossover, n, ranks, 1)));
            for ranks in 1..4 {
                points.extend([1, 2].map(|threads| point(Experiment::Strong, n, ranks, threads)));
            }
        }
        let keys = |groups: &[Vec<SweepPoint>]| {
            groups
                .iter()
                .map(|g| g.iter().map(SweepPoint::key).collect())
                .collect::<Vec<Vec<PointKey>>>()
        };
        let groups = in_order(points.clone(), 1);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [[2; 9], [1; 9]].concat());
        for group in &groups {
            let of = |point: &SweepPoint| (point.graph.name.clone(), point.ranks);
            assert!(group.iter().all(|point| of(point) == of(&group[0])));
        }
        let growing: Vec<u64> = groups[9..].iter().map(|group| size(&group[0]).0).collect();
        assert_eq!(growing, [2, 2, 2, 3, 3, 3, 4, 4, 4]);
        assert_eq!(keys(&groups), keys(&in_order(points.clone(), 1)));
        assert_ne!(keys(&groups), keys(&in_order(points, 2)));
    }

    #[test]
    fn points_that_differ_have_other_keys() {
        let one = point(Experiment::Strong, 5, 2, 1);
        let others = [
            SweepPoint { experiment: Experiment::Weak, ..one.clone() },
            point(Experiment::Strong, 6, 2, 1),
            point(Experiment::Strong, 5, 3, 1),
            point(Experiment::Strong, 5, 2, 2),
            SweepPoint { algorithm: Algorithm::Kruskal, ..one.clone() },
            SweepPoint { plan: Some(distributed::Plan::PLAIN), ..one.clone() },
        ];
        for other in others {
            assert_ne!(other.key(), one.key(), "{other:?}");
        }
        let alone = SweepPoint { ranks: 1, plan: Some(distributed::Plan::PLAIN), ..one };
        assert_eq!(alone.combine_asked(), "none");
    }
}
