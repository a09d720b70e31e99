//! The graphs of the benchmarks: five that represent common graphs, and the hard cases, on which
//! algorithms are slow.

use mst::generate::Spec;
use mst::graph::{Edge, Edges, Key, scramble};

/// A graph and its name.
pub(crate) struct Graph {
    /// As in tables.
    pub(crate) name: String,
    /// Vertices.
    pub(crate) n: usize,
    /// Edges.
    pub(crate) edges: Edges,
}

/// How to make a graph. It is only made when it is needed.
pub(crate) struct Recipe {
    /// As in tables.
    pub(crate) name: &'static str,
    /// Whether it is one of the hard cases.
    pub(crate) hard: bool,
    make: Box<dyn Fn() -> (usize, Edges)>,
}

impl Recipe {
    /// Makes the graph.
    pub(crate) fn graph(&self) -> Graph {
        let (n, edges) = (self.make)();
        Graph { name: self.name.to_owned(), n, edges }
    }
}

/// All graphs, the usual ones first.
pub(crate) fn all() -> Vec<Recipe> {
    usual().into_iter().chain(hard()).collect()
}

/// All sizes are divided by two to this power.
pub(crate) fn shrink() -> u32 {
    std::env::var("MST_BENCH_SHRINK")
        .map_or(0, |by| by.parse().expect("MST_BENCH_SHRINK: a number"))
}

/// The five graphs: without locality, dense, skewed, a grid, points in the plane.
fn usual() -> Vec<Recipe> {
    let size = |log: u32| log - shrink();
    let family = |name, spec: String| {
        let make = move || {
            let spec: Spec = spec.parse().expect("a valid spec");
            (spec.n() as usize, spec.slice(0, 1, &Default::default()))
        };
        Recipe { name, hard: false, make: Box::new(make) }
    };
    vec![
        family("gnm", format!("gnm:n=2^{},m=2^{}", size(20), size(23))),
        family("dense", format!("gnm:n=2^{},m=2^{}", size(17), size(24))),
        family("rmat", format!("rmat:n=2^{},m=2^{}", size(20), size(24))),
        family("grid", format!("grid2d:n=2^{}", size(22))),
        family("rgg", format!("rgg2d:n=2^{},m=2^{}", size(20), size(23))),
    ]
}

/// A function from (position, n, m) to the edge (u, v, weight) at that position.
type EdgeAt = fn(usize, usize, usize) -> (usize, usize, u64);

/// The hard cases, each of about 2^22 edges: name, vertices per edge, and edges.
#[rustfmt::skip]
const HARD: [(&str, f64, EdgeAt); 17] = [
    ("constant weights",    0.125, |i, n, _| (random(i, 1) % n, random(i, 2) % n, 5)),
    ("two weights",         0.125, |i, n, _| (random(i, 1) % n, random(i, 2) % n, random(i, 3) as u64 % 2)),
    ("skewed weights",      0.125, |i, n, _| (random(i, 1) % n, random(i, 2) % n, 1 << (random(i, 3).trailing_zeros() % 31))),
    ("sorted",              0.125, |i, n, _| (random(i, 1) % n, random(i, 2) % n, i as u64)),
    ("reverse sorted",      0.125, |i, n, m| (random(i, 1) % n, random(i, 2) % n, (m - i) as u64)),
    ("all parallel",        0.125, |i, n, _| (n / 3, n / 2, weight(i))),
    ("star",                1.0,   |i, n, _| (0, (i + 1) % n, weight(i))),
    ("path",                1.0,   |i, n, _| (i, (i + 1) % n, weight(i))),
    ("path, falling",       1.0,   |i, n, m| (i, (i + 1) % n, (m - i) as u64)),
    ("path, ruler",         1.0,   |i, n, _| (i, (i + 1) % n, (i + 1).trailing_zeros().into())),
    ("path, shuffled",      1.0,   |i, n, m| { let j = i * 2_654_435_761 % m; (j, (j + 1) % n, weight(i)) }),
    ("m < n",               8.0,   |i, n, _| (random(i, 1) % n, random(i, 2) % n, weight(i))),
    ("pairs",               2.0,   |i, n, _| (2 * i % n, (2 * i + 1) % n, weight(i))),
    ("giant and tiny",      0.125, |i, n, _| { let h = n / 2; let u = h + random(i, 1) % h;
                                               if i % 4 > 0 { (u - h, random(i, 2) % h, weight(i)) } else { (u, u ^ 1, weight(i)) } }),
    ("many cliques",        0.125, |i, n, _| { let c = random(i, 1) % n / 64 * 64; (c + random(i, 2) % 64, c + random(i, 4) % 64, weight(i)) }),
    ("bands",               0.125, |i, n, _| { let b = i % (n / 64) * 64; (b + random(i, 2) % 64, b + random(i, 4) % 64, (8 * b + random(i, 3) % 256) as u64) }),
    ("late bridge",         0.125, |i, n, m| if i < m / 8 * 7 { (random(i, 1) % (n / 2), random(i, 2) % (n / 2), weight(i)) }
                                             else { (random(i, 1) % n, random(i, 2) % n, (1 << 31) + weight(i)) }),
];

fn random(i: usize, stream: u64) -> usize {
    (scramble(8 * i as u64 + stream) >> 1) as usize
}

fn weight(i: usize) -> u64 {
    random(i, 3) as u64 >> 32
}

/// The hard cases.
fn hard() -> Vec<Recipe> {
    let recipe = |(name, share, edge_at): (&'static str, f64, EdgeAt)| {
        let make = move || {
            let m = 1usize << (22 - shrink());
            let n = (m as f64 * share) as usize;
            let edges = (0..m).map(|i| edge_at(i, n, m)).filter(|(u, v, _)| u != v);
            let edge = |(u, v, key)| Edge { u: u as u32, v: v as u32, key: key as u32 };
            (n, u32::pack(edges.map(edge).collect()))
        };
        Recipe { name, hard: true, make: Box::new(make) }
    };
    HARD.into_iter().map(recipe).collect()
}
