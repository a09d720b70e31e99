//! How many edges a second does a rank's own forest take? The three algorithms and petgraph side by
//! side, on graphs without locality, dense, skewed, and with locality.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mst::generate::Spec;
use mst::graph::with_edges;
use mst::local::Algorithm;
use petgraph::algo::min_spanning_tree;
use petgraph::graph::UnGraph;

const GRAPHS: [&str; 5] = [
    "gnm:n=2^17,m=2^20",
    "gnm:n=2^14,m=2^20",
    "rmat:n=2^16,m=2^20",
    "grid2d:n=2^18",
    "rgg2d:n=2^17,m=2^20",
];

fn forests(criterion: &mut Criterion) {
    for graph in GRAPHS {
        let spec: Spec = graph.parse().expect("a right spec");
        let (n, edges) = (spec.n() as usize, spec.slice(0, 1, &Default::default()));
        let mut group = criterion.benchmark_group(graph);
        group.throughput(Throughput::Elements(edges.len() as u64)).sample_size(10);
        with_edges!(&edges, edges => for algorithm in Algorithm::ALL {
            let id = BenchmarkId::from_parameter(algorithm.name());
            group.bench_function(id, |bencher| bencher.iter(|| algorithm.forest(n, edges)));
        });
        group.bench_function("petgraph", |bencher| {
            let weighted = edges.iter().map(|e| (e.u, e.v, e.key));
            let graph = UnGraph::<(), u64>::from_edges(weighted);
            bencher.iter_batched(
                || &graph,
                |graph| min_spanning_tree(graph).count(),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group!(benches, forests);
criterion_main!(benches);
