//! The named experiments: which points answer a question.

use super::{Experiment, Graph, SweepPoint};
use mst::distributed;
use mst::generate::Spec;
use mst::local::Algorithm;
use std::collections::HashSet;

/// How often the edges of a crossover are doubled at most.
const DOUBLINGS: u32 = 12;

/// What a job has for its points.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// The numbers of ranks to use, in rising order.
    pub(crate) ranks: Vec<usize>,
    /// The numbers of threads of a rank, in rising order.
    pub(crate) threads: Vec<usize>,
    /// The threads with which rank 0's host is busy alone.
    pub(crate) host_threads: usize,
}

/// The ways to solve that are compared.
#[derive(Clone, Debug)]
pub(crate) struct Ways {
    pub(crate) algorithms: Vec<Algorithm>,
    /// `None` for the model to choose.
    pub(crate) combines: Vec<Option<distributed::Plan>>,
}

impl Room {
    /// All of `ranks` ranks with `threads` threads each: 1, 2, 4, ... and the most.
    pub(crate) fn all(ranks: usize, threads: usize, host_threads: usize) -> Self {
        Self { ranks: up_to(ranks), threads: up_to(threads), host_threads }
    }

    fn most_ranks(&self) -> usize {
        self.ranks.last().copied().unwrap_or(1)
    }

    fn most_threads(&self) -> usize {
        self.threads.last().copied().unwrap_or(1)
    }
}

/// 1, 2, 3, `most` up to four, else 1, 2, 4, ... and `most`.
fn up_to(most: usize) -> Vec<usize> {
    if most <= 4 {
        return (1..=most).collect();
    }
    let powers = std::iter::successors(Some(1), |count| Some(2 * count));
    powers.take_while(|count| *count < most).chain([most]).collect()
}

/// Every pair of a graph, ranks and threads, in each way.
pub(crate) fn grid(
    experiment: Experiment,
    graphs: &[Graph],
    room: &Room,
    ways: &Ways,
) -> Vec<SweepPoint> {
    let mut points = Vec::new();
    for graph in graphs {
        for &ranks in &room.ranks {
            for &threads in &room.threads {
                points.extend(in_each_way(experiment, graph, ranks, threads, ways));
            }
        }
    }
    once(points)
}

/// A graph on more and more ranks and threads, and alone on rank 0's host with all of its cores,
/// which is the run to beat.
pub(crate) fn strong(graph: &Graph, room: &Room, ways: &Ways) -> Vec<SweepPoint> {
    let mut points = grid(Experiment::Strong, std::slice::from_ref(graph), room, ways);
    points.push(alone(Experiment::Strong, graph, room));
    once(points)
}

/// A graph that has as many times the edges of `spec` as there are ranks.
pub(crate) fn weak(spec: &Spec, room: &Room, ways: &Ways) -> Vec<SweepPoint> {
    let mut points = Vec::new();
    for &ranks in &room.ranks {
        let Some(scaled) = spec.scaled(ranks as u64) else { break };
        let graph = Graph::generated(scaled);
        points.extend(in_each_way(Experiment::Weak, &graph, ranks, room.most_threads(), ways));
    }
    once(points)
}

/// A graph whose edges double from those of `spec` on, each time alone on rank 0's host and on all
/// ranks. Which of them are measured depends on when the ranks win.
pub(crate) fn crossover(spec: &Spec, room: &Room, ways: &Ways) -> Vec<SweepPoint> {
    let mut points = Vec::new();
    for scaled in (0..=DOUBLINGS).map_while(|doubling| spec.scaled(1 << doubling)) {
        let graph = Graph::generated(scaled);
        points.push(alone(Experiment::Crossover, &graph, room));
        let (ranks, threads) = (room.most_ranks(), room.most_threads());
        points.extend(in_each_way(Experiment::Crossover, &graph, ranks, threads, ways));
    }
    once(points)
}

/// Strong scaling of a graph of 2^`log_n` vertices, and weak scaling of a quarter of it.
pub(crate) fn scaling(log_n: u32, room: &Room, ways: &Ways) -> Vec<SweepPoint> {
    let spec = |log_n: u32| format!("gnm:n=2^{log_n},m=8n").parse::<Spec>().expect("a spec");
    let strong = strong(&Graph::generated(spec(log_n)), room, ways);
    [strong, weak(&spec(log_n - 2), room, ways)].concat()
}

/// The run of one rank with all cores of its host, by the fastest algorithm there.
fn alone(experiment: Experiment, graph: &Graph, room: &Room) -> SweepPoint {
    let (graph, threads) = (graph.clone(), room.host_threads);
    SweepPoint { experiment, graph, ranks: 1, threads, algorithm: Algorithm::Auto, plan: None }
}

fn in_each_way(
    experiment: Experiment,
    graph: &Graph,
    ranks: usize,
    threads: usize,
    ways: &Ways,
) -> Vec<SweepPoint> {
    let point = |algorithm, plan| {
        let graph = graph.clone();
        SweepPoint { experiment, graph, ranks, threads, algorithm, plan }
    };
    let of = |&algorithm: &Algorithm| ways.combines.iter().map(move |&plan| point(algorithm, plan));
    ways.algorithms.iter().flat_map(of).collect()
}

/// Each point once: one rank combines nothing, so there the ways to combine do not differ.
fn once(points: Vec<SweepPoint>) -> Vec<SweepPoint> {
    let mut seen = HashSet::new();
    points.into_iter().filter(|point| seen.insert(point.key())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::estimate::size;

    const WAYS: fn() -> Ways = || Ways { algorithms: vec![Algorithm::Auto], combines: vec![None] };

    fn shapes(points: &[SweepPoint]) -> Vec<(u64, usize, usize)> {
        points.iter().map(|point| (size(point).1, point.ranks, point.threads)).collect()
    }

    fn spec() -> Spec {
        "gnm:n=10,m=80".parse().expect("a spec")
    }

    #[test]
    fn few_are_counted_one_by_one_and_many_double() {
        assert_eq!(up_to(1), [1]);
        assert_eq!(up_to(3), [1, 2, 3]);
        assert_eq!(up_to(4), [1, 2, 3, 4]);
        assert_eq!(up_to(5), [1, 2, 4, 5]);
        assert_eq!(up_to(16), [1, 2, 4, 8, 16]);
    }

    #[test]
    fn strong_scaling_keeps_the_graph_and_has_the_best_run_of_one_machine() {
        let graph = Graph::generated(spec());
        let points = strong(&graph, &Room::all(2, 2, 4), &WAYS());
        assert_eq!(shapes(&points), [(80, 1, 1), (80, 1, 2), (80, 2, 1), (80, 2, 2), (80, 1, 4)]);
        let points = strong(&graph, &Room::all(2, 1, 1), &WAYS());
        assert_eq!(shapes(&points), [(80, 1, 1), (80, 2, 1)], "the run of one machine is there");
    }

    #[test]
    fn weak_scaling_gives_each_rank_as_much() {
        let points = weak(&spec(), &Room::all(3, 2, 4), &WAYS());
        assert_eq!(shapes(&points), [(80, 1, 2), (160, 2, 2), (240, 3, 2)]);
    }

    #[test]
    fn a_crossover_doubles_the_edges() {
        let points = crossover(&spec(), &Room::all(3, 2, 4), &WAYS());
        assert_eq!(points.len(), 26);
        assert_eq!(shapes(&points)[..4], [(80, 1, 4), (80, 3, 2), (160, 1, 4), (160, 3, 2)]);
        let large = "path:n=2^31".parse().expect("a spec");
        assert_eq!(crossover(&large, &Room::all(3, 2, 4), &WAYS()).len(), 2, "2^32 is too large");
    }

    #[test]
    fn ways_to_combine_differ_only_on_several_ranks() {
        let ways = Ways {
            algorithms: vec![Algorithm::Auto, Algorithm::Kruskal],
            combines: vec![None, Some(distributed::Plan::PLAIN)],
        };
        let points =
            grid(Experiment::Grid, &[Graph::generated(spec())], &Room::all(2, 1, 1), &ways);
        let names: Vec<_> = points
            .iter()
            .map(|point| (point.ranks, point.algorithm.name(), point.combine_asked()))
            .collect();
        let expected = [
            (1, "auto", "none"),
            (1, "kruskal", "none"),
            (2, "auto", "auto"),
            (2, "auto", "gather"),
            (2, "kruskal", "auto"),
            (2, "kruskal", "gather"),
        ];
        assert_eq!(names, expected.map(|(ranks, a, c)| (ranks, a, c.to_owned())));
    }
}
