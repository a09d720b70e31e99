//! Tests every plan on larger graphs than most whole-program tests use: in tests, blocks are small
//! and rounds are many.

use super::{Plan, summarize};
use crate::comm;
use crate::graph::{Edge, Numbers, Weights, scramble};
use crate::local::{Algorithm, kruskal};
use proptest::prelude::*;
use std::sync::Mutex;

/// A graph given by its shape: ends are at most `reach` apart, and there are `weights` different
/// weights.
fn graph(n: u32, m: usize, reach: u32, weights: u64, seed: u64) -> Vec<Edge<u64>> {
    let edge = |i: usize| {
        let bits = scramble(seed ^ scramble(i as u64));
        // The first ends rise along the list, so a small reach means locality.
        let u = (i as u64 * u64::from(n) / m as u64) as u32;
        let v = (u + (bits >> 32) as u32 % reach) % n;
        Edge { u, v, key: (1 << 40) + scramble(bits) % weights }
    };
    (0..m).map(edge).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_plan_gives_the_forest_of_one_rank(
        n in 2u32..800,
        degree in 1usize..12,
        near: bool,
        few in prop::sample::select(vec![1, 5, 1 << 20]),
        p in prop::sample::select(vec![2, 3, 4, 7, 16]),
        turned: bool,
        seed: u64,
    ) {
        let m = n as usize * degree / 2;
        let mut edges = graph(n, m, if near { 3 } else { n }, few, seed);
        if turned {
            edges.sort_by_key(|e| e.key);
        }
        let order = |mut forest: Vec<Edge<u64>>| {
            forest.sort_unstable_by_key(|e| (e.key, e.u, e.v));
            forest
        };
        let expected = order(kruskal(n as usize, &edges));
        let found = comm::run(p, Some(2), |comm| {
            let mine = &edges[m * comm.rank() / p..m * (comm.rank() + 1) / p];
            let part = |plan: Plan| plan.forest(comm, n as usize, mine, Algorithm::Auto);
            let forest = |plan| (plan, order(comm.all_gather(&part(plan)).concat()));
            Plan::all().map(forest).collect::<Vec<_>>()
        });
        for (plan, forest) in found.into_iter().flatten() {
            prop_assert_eq!(&forest, &expected, "{}", plan.name());
        }
    }
}

/// Shapes on which a way may take many rounds, load one rank, or see no tie broken.
#[test]
fn every_plan_solves_hard_graphs() {
    let n = 200u32;
    let edge = |u: u32, v: u32, key: u64| Edge { u, v, key };
    let id = |v: u32| (scramble(u64::from(v)) >> 32) as u32 % n;
    let graphs: [(&str, Vec<Edge<u64>>); 7] = [
        ("path, rising", (1..n).map(|v| edge(v - 1, v, v.into())).collect()),
        ("path, falling", (1..n).map(|v| edge(v - 1, v, (n - v).into())).collect()),
        ("path, constant", (1..n).map(|v| edge(v, v - 1, 7)).collect()),
        ("star", (1..n).map(|v| edge(0, v, scramble(v.into()) % 50)).collect()),
        ("two stars", (2..n).flat_map(|v| [edge(0, v, 3), edge(1, v, v.into())]).collect()),
        (
            "rising with the position",
            (0..4 * n).map(|i| edge(id(i), id(i + n), i.into())).collect(),
        ),
        ("parallel", (0..2 * n).map(|i| edge(i % 5, 5, (i % 3).into())).collect()),
    ];
    for (name, edges) in graphs {
        let m = edges.len();
        let expected = kruskal(n as usize, &edges);
        // Equal parts, all edges on the last rank, and an empty rank between two.
        for ends in
            [vec![0, m / 4, m / 2, m * 3 / 4, m], vec![0, 0, 0, m], vec![0, m / 3, m / 3, m]]
        {
            let found = comm::run(ends.len() - 1, Some(1), |comm| {
                let mine = &edges[ends[comm.rank()]..ends[comm.rank() + 1]];
                let weights = Weights::wide(Numbers::Integers);
                let part = |plan: Plan| plan.forest(comm, n as usize, mine, Algorithm::Auto);
                let sum = |plan: Plan| (plan, summarize(comm, n.into(), &part(plan), weights));
                Plan::all().map(sum).collect::<Vec<_>>()
            });
            let one = comm::run(1, Some(1), |comm| {
                summarize(comm, n.into(), &expected, Weights::wide(Numbers::Integers))
            });
            for (plan, summary) in found.into_iter().flatten() {
                assert_eq!(summary, one[0], "{name} with {}, ranks begin at {ends:?}", plan.name());
            }
        }
    }
}

/// As many ranks as a cluster has; most of them have little to do.
#[test]
fn hundreds_of_ranks() {
    let (n, m) = (500, 1500);
    let edges = graph(n, m, n, 1 << 20, 7);
    let weights = Weights::wide(Numbers::Integers);
    let one = comm::run(1, Some(1), |comm| {
        summarize(comm, n.into(), &kruskal(n as usize, &edges), weights)
    });
    for p in [64, 256] {
        let found = comm::run(p, Some(1), |comm| {
            let mine = &edges[m * comm.rank() / p..m * (comm.rank() + 1) / p];
            let part = |plan: Plan| plan.forest(comm, n as usize, mine, Algorithm::Auto);
            Plan::all()
                .map(|plan| summarize(comm, n.into(), &part(plan), weights))
                .collect::<Vec<_>>()
        });
        assert!(found.iter().flatten().all(|summary| *summary == one[0]), "{p} ranks");
    }
}

/// Whatever the plan, a run says which algorithm each rank ran, if only that it sorted its edges.
#[test]
fn every_plan_says_what_each_rank_ran() {
    for (n, m) in [(100, 80), (2000, 40_000)] {
        let edges = graph(n, m, n, 1 << 20, 7);
        let told = comm::run(3, Some(1), |comm| {
            let mine = &edges[m * comm.rank() / 3..m * (comm.rank() + 1) / 3];
            let told = |plan: Plan| {
                let names = Mutex::new(Vec::new());
                let tell = |name| names.lock().expect("no panic").push(name);
                plan.solve(comm, n as usize, mine, Algorithm::Kruskal, &tell);
                (plan.name(), names.into_inner().expect("no panic"))
            };
            Plan::all().map(told).collect::<Vec<_>>()
        });
        for (plan, names) in told.into_iter().flatten() {
            let known = ["kruskal", "sort"];
            let is_right = !names.is_empty() && names.iter().all(|name| known.contains(name));
            assert!(is_right, "{plan} on {m} edges: {names:?}");
        }
    }
}
