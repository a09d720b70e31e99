//! Measures how many bytes per second one thread parses, for each format and kind of number.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mst::format::{Format, LineCount, Preamble, TextOptions, binary, write};
use mst::graph::{Edge, Edges, Numbers, Slice, Weights, float_key, integer_key};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicU64;

const N: u64 = 10_000_000;
const M: u64 = 10_000_000;

/// A graph whose ids have about seven digits and whose weights have about nine.
fn graph(numbers: Numbers) -> Slice {
    let mut random = 1u64; // Knuth's MMIX generator; the high bits are good enough
    let mut below = |bound: u64| {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((random >> 32) * bound) >> 32
    };
    let edge = |_| {
        let (u, v, weight) = (below(N) as u32, below(N) as u32, below(1_000_000_000));
        let key = match numbers {
            Numbers::Integers => integer_key(weight as i64),
            Numbers::Floats => float_key(weight as f64 / 1e6).expect("a finite weight"),
        };
        Edge { u, v, key }
    };
    let edges = Edges::Wide((0..M).map(edge).collect());
    Slice::whole(N, edges, Weights::wide(numbers))
}

fn file(format: Format, numbers: Numbers) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(format, Path::new("graph"), &graph(numbers), &mut bytes).expect("memory");
    bytes
}

fn parse(criterion: &mut Criterion) {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut group = criterion.benchmark_group("parse");
    group.sample_size(10);
    let path = Path::new("graph");
    for (name, format, numbers) in [
        ("text, integers", Format::Text, Numbers::Integers),
        ("text, floats", Format::Text, Numbers::Floats),
        ("gr, integers", Format::Dimacs, Numbers::Integers),
        ("mtx, floats", Format::MatrixMarket, Numbers::Floats),
        ("metis, integers", Format::Metis, Numbers::Integers),
    ] {
        let bytes = file(format, numbers);
        let preamble = Preamble::read(path, format, &TextOptions::default(), &mut &bytes[..])
            .expect("a header");
        let block = &bytes[preamble.body as usize..];
        group.throughput(Throughput::Bytes(block.len() as u64));
        group.bench_function(name, |b| {
            let parse = || preamble.parse(path, block, LineCount::default(), &AtomicU64::new(0));
            one.install(|| b.iter_with_large_drop(parse));
        });
    }
    let bytes = file(Format::Binary, Numbers::Floats);
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&bytes).expect("space");
    let header = binary::FileHeader::read(path, &file).expect("a header");
    let block = &bytes[binary::HEADER_BYTES as usize..];
    group.throughput(Throughput::Bytes(block.len() as u64));
    group.bench_function("binary, floats", |b| {
        let decode = || header.decode(path, block, 0, &AtomicU64::new(0));
        one.install(|| b.iter_with_large_drop(decode));
    });
}

criterion_group!(benches, parse);
criterion_main!(benches);
