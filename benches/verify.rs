//! Measures how many edges of a graph are checked against a forest per second, on all cores.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mst::generate::Spec;
use mst::graph::{Edge, Edges};
use mst::verify::{PathMaxima, all_found, check_slice};
use petgraph::algo::min_spanning_tree;
use petgraph::data::Element;
use petgraph::graph::UnGraph;
use std::hint::black_box;
use std::sync::atomic::AtomicU64;

fn verify(c: &mut Criterion) {
    let spec: Spec = "gnm:n=2^17,m=2^20".parse().expect("a spec");
    let Edges::Narrow(graph) = spec.slice(0, 1, &AtomicU64::new(0)) else {
        unreachable!("uniform weights are narrow")
    };
    let forest = forest(&graph); // lightest first
    let reversed: Vec<_> = forest.iter().rev().copied().collect();

    let mut group = c.benchmark_group("verify");
    group.sample_size(10);
    group.throughput(Throughput::Elements(forest.len() as u64));
    for (name, forest) in [("build from sorted", &forest), ("build from unsorted", &reversed)] {
        group.bench_function(name, |b| {
            b.iter(|| black_box(PathMaxima::new(spec.n(), forest).expect("a forest")));
        });
    }
    let maxima = PathMaxima::new(spec.n(), &forest).expect("a forest");
    group.throughput(Throughput::Elements(graph.len() as u64));
    group.bench_function("check", |b| {
        b.iter(|| {
            let found = check_slice(&maxima, &graph, 0).expect("a minimum forest");
            all_found(&found, &forest).expect("a part of the graph");
        });
    });
}

fn forest(graph: &[Edge<u32>]) -> Vec<Edge<u32>> {
    let petgraph = UnGraph::<(), u32>::from_edges(graph.iter().map(|e| (e.u, e.v, e.key)));
    let edge = |element| match element {
        Element::Edge { source, target, weight } => {
            Some(Edge { u: source as u32, v: target as u32, key: weight })
        }
        Element::Node { .. } => None,
    };
    min_spanning_tree(&petgraph).filter_map(edge).collect()
}

criterion_group!(benches, verify);
criterion_main!(benches);
