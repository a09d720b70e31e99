//! Right forests pass; wrong ones are refused with the right flaw.

use super::*;
use petgraph::algo::min_spanning_tree;
use petgraph::data::Element;
use petgraph::graph::UnGraph;
use proptest::prelude::*;
use proptest::sample::Index;

/// Multigraphs with ties, parallel edges and isolated vertices, without loops.
fn graphs() -> impl Strategy<Value = (u64, Vec<Edge<u32>>)> {
    (0u32..30).prop_flat_map(|n| {
        let most = if n < 2 { 0 } else { 80 };
        let edge = (0..n.max(1), 0..n.max(1), 1u32..9).prop_map(|(u, v, key)| Edge { u, v, key });
        let edges = prop::collection::vec(edge, 0..=most);
        (
            Just(n.into()),
            edges.prop_map(|mut edges| {
                edges.retain(|e| !e.is_loop());
                edges
            }),
        )
    })
}

/// The forest that petgraph finds.
fn oracle<K: Key>(n: u64, graph: &[Edge<K>]) -> Vec<Edge<K>> {
    let mut petgraph = UnGraph::<(), K>::default();
    for _ in 0..n {
        petgraph.add_node(());
    }
    for e in graph {
        petgraph.add_edge(e.u.into(), e.v.into(), e.key);
    }
    let edge = |element| match element {
        Element::Edge { source, target, weight } => {
            Some(Edge { u: source as u32, v: target as u32, key: weight })
        }
        Element::Node { .. } => None,
    };
    min_spanning_tree(&petgraph).filter_map(edge).collect()
}

fn edges(list: &[(u32, u32, u32)]) -> Vec<Edge<u32>> {
    list.iter().map(|&(u, v, key)| Edge { u, v, key }).collect()
}

#[test]
fn right_forests_pass() {
    type List = &'static [(u32, u32, u32)];
    #[rustfmt::skip]
    let cases: [(&str, u64, List, List); 7] = [
        // name                     n  graph                                   forest
        ("no vertices",             0, &[],                                    &[]),
        ("one vertex",              1, &[],                                    &[]),
        ("isolated vertices",       3, &[],                                    &[]),
        ("a self-loop",             2, &[(0, 0, 1), (0, 1, 2)],                &[(0, 1, 2)]),
        ("turned round",            2, &[(0, 1, 2)],                           &[(1, 0, 2)]),
        ("equal parallel edges",    2, &[(0, 1, 2), (1, 0, 2)],                &[(0, 1, 2)]),
        ("the other edge of a tie", 3, &[(0, 1, 1), (1, 2, 1), (2, 0, 1)],     &[(2, 0, 1), (1, 2, 1)]),
    ];
    for (name, n, graph, forest) in cases {
        assert_eq!(verify(n, &edges(forest), &edges(graph)), Ok(()), "{name}");
    }
}

#[test]
fn wrong_forests_are_refused() {
    /// A square 0 1 2 3 with a diagonal, and a separate edge.
    const GRAPH: [(u32, u32, u32); 6] =
        [(0, 1, 1), (1, 2, 2), (2, 3, 3), (3, 0, 4), (0, 2, 5), (4, 5, 7)];
    let edge = |u, v, key| Edge { u, v, key };
    #[rustfmt::skip]
    let cases = [
        ("an edge for a heavier one", vec![(0, 1, 1), (1, 2, 2), (3, 0, 4), (4, 5, 7)],
            Flaw::NotMinimum { position: 2, edge: edge(2, 3, 3), heaviest: edge(3, 0, 4) }),
        ("two for heavier ones",      vec![(0, 1, 1), (0, 2, 5), (3, 0, 4), (4, 5, 7)],
            Flaw::NotMinimum { position: 1, edge: edge(1, 2, 2), heaviest: edge(0, 2, 5) }),
        ("an edge dropped",           vec![(0, 1, 1), (1, 2, 2), (2, 3, 3)],
            Flaw::NotSpanning { position: 5, edge: edge(4, 5, 7) }),
        ("no edges",                  vec![],
            Flaw::NotSpanning { position: 0, edge: edge(0, 1, 1) }),
        ("an edge doubled",           vec![(0, 1, 1), (1, 2, 2), (1, 2, 2), (2, 3, 3), (4, 5, 7)],
            Flaw::Cycle { position: 2, edge: edge(1, 2, 2) }),
        ("a weight too low",          vec![(0, 1, 1), (1, 2, 1), (2, 3, 3), (4, 5, 7)],
            Flaw::NotInGraph { position: 1, edge: edge(1, 2, 1) }),
        ("a weight too high",         vec![(0, 1, 1), (1, 2, 2), (2, 3, 3), (5, 4, 8)],
            Flaw::NotMinimum { position: 5, edge: edge(4, 5, 7), heaviest: edge(5, 4, 8) }),
        ("a cycle, unsorted",         vec![(4, 5, 7), (3, 0, 4), (0, 1, 1), (1, 2, 2), (2, 3, 3)],
            Flaw::Cycle { position: 1, edge: edge(3, 0, 4) }),
        ("an endpoint out of range",  vec![(0, 1, 1), (1, 6, 2)],
            Flaw::OutOfRange { position: 1, edge: edge(1, 6, 2), n: 6 }),
        ("a loop",                    vec![(0, 1, 1), (3, 3, 1)],
            Flaw::Loop { position: 1, edge: edge(3, 3, 1) }),
        ("of another graph",          vec![(0, 1, 1), (1, 2, 2), (1, 3, 3), (4, 5, 7)],
            Flaw::NotInGraph { position: 2, edge: edge(1, 3, 3) }),
        ("joins what is not joined",  vec![(0, 1, 1), (1, 2, 2), (2, 3, 3), (4, 5, 7), (0, 5, 9)],
            Flaw::NotInGraph { position: 4, edge: edge(0, 5, 9) }),
        ("more edges than vertices",  GRAPH.iter().chain(&GRAPH).copied().collect(),
            Flaw::Cycle { position: 3, edge: edge(3, 0, 4) }),
    ];
    for (name, forest, flaw) in cases {
        assert_eq!(verify(6, &edges(&forest), &edges(&GRAPH)), Err(flaw), "{name}");
    }
}

proptest! {
    #[test]
    fn forests_of_an_independent_implementation_pass((n, graph) in graphs()) {
        prop_assert_eq!(verify(n, &oracle(n, &graph), &graph), Ok(()));
        let wide = |e: &Edge<u32>| Edge { u: e.u, v: e.v, key: u64::from(e.key) << 60 };
        let graph: Vec<_> = graph.iter().map(wide).collect();
        prop_assert_eq!(verify(n, &oracle(n, &graph), &graph), Ok(()));
    }

    /// A spanning forest passes exactly when it weighs as much as the minimum.
    #[test]
    fn a_spanning_forest_passes_if_its_weight_is_least(
        (n, graph) in graphs(), others in prop::collection::vec(0u32..3, 80),
    ) {
        // A spanning forest for other weights; the low bits of its keys are positions in `graph`.
        let relabel = |(e, (position, other)): (&Edge<u32>, (u32, &u32))| {
            Edge { u: e.u, v: e.v, key: (e.key / 4 + other) << 8 | position }
        };
        let relabelled: Vec<_> = graph.iter().zip((0..).zip(&others)).map(relabel).collect();
        let spanning = oracle(n, &relabelled);
        let forest: Vec<_> = spanning.iter().map(|e| graph[e.key as usize & 0xff]).collect();
        let weight = |forest: &[Edge<u32>]| forest.iter().map(|e| e.key).sum::<u32>();
        let least = weight(&forest) == weight(&oracle(n, &graph));
        match verify(n, &forest, &graph) {
            Ok(()) => prop_assert!(least),
            Err(flaw) => prop_assert!(!least && matches!(flaw, Flaw::NotMinimum { .. }), "{flaw:?}"),
        }
    }

    /// One change to a right forest gives the flaw that names it.
    #[test]
    fn a_changed_forest_is_refused((n, graph) in graphs(), at: Index) {
        let forest = oracle(n, &graph);
        prop_assume!(!forest.is_empty());
        let at = at.index(forest.len());
        let (position, edge) = (at as u64, widen(&forest[at]));
        let changed = |change: &dyn Fn(&mut Vec<Edge<u32>>)| {
            let mut forest = forest.clone();
            change(&mut forest);
            verify(n, &forest, &graph).expect_err("a wrong forest passes")
        };
        let dropped = changed(&|forest| forest.retain(|e| widen(e) != edge));
        prop_assert!(matches!(dropped, Flaw::NotSpanning { .. }), "{dropped:?}");
        let doubled = changed(&|forest| forest.insert(at, forest[at]));
        prop_assert_eq!(doubled, Flaw::Cycle { position: position + 1, edge });
        let lighter = changed(&|forest| forest[at].key -= 1);
        let key = edge.key - 1;
        prop_assert_eq!(lighter, Flaw::NotInGraph { position, edge: Edge { key, ..edge } });
        let heavier = changed(&|forest| forest[at].key += 1);
        prop_assert!(matches!(heavier, Flaw::NotMinimum { .. }), "{heavier:?}");
        let far = changed(&|forest| forest[at].v = n as u32);
        prop_assert!(matches!(far, Flaw::OutOfRange { .. }), "{far:?}");
    }

    /// Slices together find what the whole graph finds, and the first flaw is the first slice's.
    #[test]
    fn slices_prove_what_the_whole_proves((n, graph) in graphs(), lighter: Option<Index>) {
        let mut forest = oracle(n, &graph);
        if let Some(at) = lighter.filter(|_| !forest.is_empty()) {
            let at = at.index(forest.len());
            forest[at].key += 3;
        }
        let maxima = PathMaxima::new(n, &forest).unwrap();
        let whole = check_slice(&maxima, &graph, 0);
        for p in [2, 3, 4, 7] {
            let length = graph.len().div_ceil(p).max(1);
            let slices = graph.chunks(length).zip((0..).step_by(length));
            let mut parts = vec![0; forest.len().div_ceil(64)];
            let joined = slices.map(|(slice, first)| check_slice(&maxima, slice, first)).try_for_each(
                |found| {
                    parts.iter_mut().zip(found?).for_each(|(all, found)| *all |= found);
                    Ok(())
                },
            );
            prop_assert_eq!(&joined.map(|()| parts), &whole, "p = {}", p);
        }
    }
}

#[test]
fn the_first_flaw_is_the_same_for_any_number_of_threads() {
    let (n, m) = (1000u32, 50_000u32);
    let graph: Vec<_> = (0..m)
        .map(|i| Edge { u: i % n, v: (i % n + 1 + i / n) % n, key: i.wrapping_mul(0x9e37_79b9) })
        .collect();
    let mut forest = oracle(n.into(), &graph);
    forest.iter_mut().step_by(10).for_each(|e| e.key = e.key.saturating_add(1 << 24));
    let maxima = PathMaxima::new(n.into(), &forest).unwrap();
    let expected = graph.iter().position(|e| {
        maxima.heaviest(e.u, e.v).is_some_and(|heaviest| e.key < forest[heaviest].key)
    });
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let flaw = pool.install(|| verify(n.into(), &forest, &graph)).unwrap_err();
        let Flaw::NotMinimum { position, .. } = flaw else { panic!("{flaw:?}") };
        assert_eq!(Some(position as usize), expected, "{threads} threads");
    }
}
