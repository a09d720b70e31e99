//! Measures how many edges per second each family generates, on all cores.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mst::generate::Spec;
use std::sync::atomic::AtomicU64;

fn generate(c: &mut Criterion) {
    let mut group = c.benchmark_group("generate");
    group.sample_size(10);
    for text in [
        "gnm:n=2^20,m=2^23",
        "gnm:n=2^20,m=2^23,weights=float",
        "rmat:n=2^20,m=2^23",
        "grid2d:n=2^22",
        "rgg2d:n=2^20,m=2^23",
        "complete:n=4000",
        "path:n=2^23",
        "star:n=2^23",
    ] {
        let spec: Spec = text.parse().expect("a spec");
        group.throughput(Throughput::Elements(spec.expected_edges()));
        group.bench_function(text, |b| b.iter(|| spec.slice(0, 1, &AtomicU64::new(0))));
    }
}

criterion_group!(benches, generate);
criterion_main!(benches);
