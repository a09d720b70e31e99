//! Measures the nanoseconds for each id that a rank asks the owners of ids about: finding the
//! distinct ones, coding, sending, looking up, and the way back.
//!
//! `cargo bench --features internals --bench ask`

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mst::comm;
use mst::graph::scramble;
use std::time::{Duration, Instant};

/// The ids that a rank asks about.
const ENDS: usize = 1 << 20;

fn ask(c: &mut Criterion) {
    let mut group = c.benchmark_group("ask");
    group.sample_size(10);
    // Ranks are threads here, and two of them have a core each. The fewer ids, the shorter are the gaps
    // between them.
    for n in [1 << 18, 1 << 20, 1 << 22] {
        let id = |i: usize| (scramble(i as u64) % n) as u32;
        group.throughput(Throughput::Elements(ENDS as u64));
        group.bench_with_input(BenchmarkId::new("2 ranks", n), &id, |b, id| {
            b.iter_custom(|times| {
                let timed = comm::run(2, Some(1), |comm| {
                    let first = comm.rank() * ENDS;
                    let ends: Vec<u32> = (first..first + ENDS).map(id).collect();
                    comm.barrier();
                    let start = Instant::now();
                    for _ in 0..times {
                        mst::ask_about(comm, n as usize, &ends);
                    }
                    start.elapsed()
                });
                timed.into_iter().max().unwrap_or(Duration::ZERO)
            });
        });
    }
}

criterion_group!(benches, ask);
criterion_main!(benches);
