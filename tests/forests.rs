//! For random multigraphs, every local algorithm on every number of ranks gives exactly the forest
//! of textbook Kruskal, with the weight that petgraph finds, and the proof holds.

use mst::comm;
use mst::distributed::{Plan, summarize};
use mst::graph::{Edge, Extent, Key, Numbers, Weights, integer_key, key_integer, scramble};
use mst::local::{Algorithm, kruskal, sort};
use mst::selftest::Distribution;
use mst::verify::{verify, verify_slice};
use petgraph::algo::min_spanning_tree;
use petgraph::data::Element;
use petgraph::graph::UnGraph;
use proptest::prelude::*;

/// The weight and the number of edges of petgraph's forest.
fn oracle(n: u64, edges: &[Edge<u64>]) -> (i128, usize) {
    let mut graph = UnGraph::<(), u64>::default();
    for _ in 0..n {
        graph.add_node(());
    }
    for e in edges {
        graph.add_edge(e.u.into(), e.v.into(), e.key);
    }
    let chosen = min_spanning_tree(&graph).filter_map(|element| match element {
        Element::Edge { weight, .. } => Some(i128::from(key_integer(weight))),
        Element::Node { .. } => None,
    });
    let chosen: Vec<i128> = chosen.collect();
    (chosen.iter().sum(), chosen.len())
}

/// Random multigraphs: ties, loops, parallel edges, isolated vertices, negative and extreme weights.
fn graphs() -> impl Strategy<Value = (u64, Vec<Edge<u64>>)> {
    let weight = prop_oneof![
        4 => -3i64..4,
        1 => any::<i64>(),
        1 => Just(i64::MIN),
        1 => Just(i64::MAX),
    ];
    (2u64..40).prop_flat_map(move |n| {
        let end = 0..n as u32;
        let edge = (end.clone(), end, weight.clone());
        let edges = prop::collection::vec(edge, 0..160).prop_map(|list| {
            let edge = |(u, v, weight)| Edge { u, v, key: integer_key(weight) };
            list.into_iter().map(edge).collect()
        });
        (Just(n), edges)
    })
}

fn distributions() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        Just(Distribution::Evenly),
        any::<usize>().prop_map(Distribution::ToOne),
        any::<u64>().prop_map(Distribution::AtRandom),
    ]
}

/// Every plan on `p` ranks, with every local algorithm, gives the forest of one rank. Returns its
/// weight.
fn everywhere<K: Key>(
    n: u64,
    edges: &[Edge<K>],
    weights: Weights,
    distribution: Distribution,
) -> Result<i128, TestCaseError> {
    let expected = kruskal(n as usize, edges);
    prop_assert_eq!(verify(n, &expected, edges), Ok(()));
    let expected = in_order(expected);
    let mut weight = 0;
    for p in [1, 2, 3, 4, 7, 16] {
        let told = comm::run(p, Some(1), |comm| {
            let mine = &edges[distribution.slice(edges.len(), p, comm.rank())];
            let run = |(index, plan): (usize, Plan)| {
                let algorithm = Algorithm::ALL[index % Algorithm::ALL.len()];
                let part = plan.forest(comm, n as usize, mine, algorithm);
                let forest = in_order(comm.all_gather(&part).concat());
                let proved = verify_slice(comm, n, &forest, mine, weights);
                (plan, forest, proved.is_ok(), summarize(comm, n, &part, weights))
            };
            Plan::all().enumerate().map(run).collect::<Vec<_>>()
        });
        for (plan, forest, proved, summary) in told.into_iter().flatten() {
            prop_assert_eq!(&forest, &expected, "{} on {} ranks", plan.name(), p);
            prop_assert!(proved);
            weight = match summary.weight {
                mst::graph::Total::Integer(sum) => sum,
                mst::graph::Total::Float(_) => unreachable!("integers"),
            };
        }
    }
    Ok(weight)
}

fn in_order<K: Key>(forest: Vec<Edge<K>>) -> Vec<Edge<K>> {
    let mut forest = forest;
    forest.sort_unstable_by_key(|e| (e.key, e.u, e.v));
    forest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_plan_on_every_number_of_ranks((n, edges) in graphs(), distribution in distributions()) {
        let wide = Weights::wide(Numbers::Integers);
        let (weight, count) = oracle(n, &edges);
        prop_assert_eq!(everywhere(n, &edges, wide, distribution)?, weight);
        prop_assert_eq!(kruskal(n as usize, &edges).len(), count);
        // The same graph with narrow keys, if its weights allow them.
        let extent = Extent::of(Numbers::Integers, edges.iter().map(|e| e.key));
        let narrow = Weights::narrowest(extent);
        if narrow.is_narrow() {
            let held = edges.iter().map(|e| Edge { u: e.u, v: e.v, key: narrow.hold(e.key) as u32 });
            prop_assert_eq!(everywhere(n, &held.collect::<Vec<_>>(), narrow, distribution)?, weight);
        }
    }

    /// MSF(MSF(A) + B) = MSF(A + B): merging the forests of ranks relies on this.
    #[test]
    fn a_forest_stands_for_its_edges((n, edges) in graphs(), cut in 0usize..=100) {
        let (a, b) = edges.split_at(edges.len() * cut / 100);
        let folded = [kruskal(n as usize, a), b.to_vec()].concat();
        prop_assert_eq!(kruskal(n as usize, &folded), kruskal(n as usize, &edges));
    }
}

/// A path with vertices numbered in order, and heavier random edges: linking by id is quadratic on
/// it.
fn ordered_path() -> (u32, Vec<Edge<u32>>) {
    let n = 10_000u32;
    let path =
        (1..n).flat_map(|v| [(v - 1, v), (v, v - 1)].map(|(u, v)| Edge { u, v, key: v.max(u) }));
    let random = (0..10 * n).map(|i| {
        let bits = scramble(i.into());
        Edge { u: bits as u32 % n, v: (bits >> 32) as u32 % n, key: n + i }
    });
    (n, path.chain(random).collect())
}

/// Pairs of vertices with many parallel edges, each pair in its own range of weights: a filter only
/// drops edges of the pair that was just joined.
fn bands() -> (u32, Vec<Edge<u32>>) {
    let band = |pair: u32| {
        (0..1000).map(move |i| Edge { u: 2 * pair, v: 2 * pair + 1, key: 1000 * pair + i })
    };
    (500, (0..250).flat_map(band).collect())
}

#[test]
fn hard_orders_are_not_much_slower() {
    for (name, (n, edges)) in [("ordered path", ordered_path()), ("bands", bands())] {
        let once = |algorithm: Algorithm| {
            let start = std::time::Instant::now();
            let mut forest = algorithm.forest(n as usize, &edges);
            let seconds = start.elapsed().as_secs_f64();
            sort(&mut forest);
            (forest, seconds)
        };
        // The best of three, since other programs may have the processors meanwhile.
        let time = |algorithm: Algorithm| {
            let runs = [(); 3].map(|()| once(algorithm));
            runs.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("three runs")
        };
        let (expected, yardstick) = time(Algorithm::Kruskal);
        for algorithm in [Algorithm::Auto, Algorithm::FilterKruskal, Algorithm::Boruvka] {
            let (found, seconds) = time(algorithm);
            assert_eq!(found, expected, "{name} by {}", algorithm.name());
            // Quadratic behaviour takes at least half a second; the limit leaves room for a busy
            // machine.
            assert!(seconds < 10.0 * yardstick + 0.1, "{name}: {seconds} s against {yardstick} s");
        }
    }
}

/// Graphs that are large enough for pivots, filters and several rounds.
#[test]
fn larger_graphs_of_every_family() {
    let specs = [
        "gnm:n=3000,m=60000",
        "gnm:n=2^15,m=2^19,weights=float",
        "gnm:n=20000,m=15000,weights=constant",
        "rmat:n=2^12,m=2^16,weights=float",
        "grid2d:n=2^18",
        "grid2d:n=2^18,weights=float",
        "rgg2d:n=5000,m=40000",
        "rgg2d:n=2^17,m=2^18,weights=float",
        "complete:n=300",
        "path:n=10000",
        "star:n=10000",
    ];
    for spec in specs {
        let spec: mst::generate::Spec = spec.parse().expect("a valid spec");
        let all = spec.slice(0, 1, &Default::default());
        mst::graph::with_edges!(&all, edges => {
            let expected = kruskal(spec.n() as usize, edges);
            for algorithm in Algorithm::ALL {
                let mut forest = algorithm.forest(spec.n() as usize, edges);
                sort(&mut forest);
                assert_eq!(forest, expected, "{spec} by {}", algorithm.name());
            }
            verify(spec.n(), &expected, edges).unwrap_or_else(|flaw| panic!("{spec}: {flaw:?}"));
        });
    }
}
