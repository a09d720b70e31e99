//! Families of graphs, the same for any number of ranks and threads.
//!
//! Edge i is a function of (seed, i) alone, so each rank makes its own block of positions and no
//! rank sends an edge. The idea, and most of the families, are those of Funke, Lamm, Sanders,
//! Schulz, Strash, von Looz, "Communication-free Massively Distributed Graph Generation", IPDPS 2018.
//!
//! | family     | vertices and edges                                    | weights besides the default      |
//! |------------|-------------------------------------------------------|----------------------------------|
//! | `gnm`      | m edges, ends uniform                                 | `float`, `constant`              |
//! | `rmat`     | m edges, degrees skewed; shares `a`, `b`, `c`         | `float`, `constant`              |
//! | `grid2d`   | a square of n vertices, joined to right and below     | `float`, `constant`              |
//! | `rgg2d`    | n points on a square, about m pairs that are close    | `uniform`, `float`, `constant`   |
//! | `complete` | all pairs                                             | `float`, `constant`              |
//! | `path`     | 0 - 1 - 2 - ...                                       | `float`, `constant`              |
//! | `star`     | 0 joined to all others                                | `float`, `constant`              |
//!
//! The default is `uniform`, integers from 1 to 2^31 - 1; for `rgg2d` it is `distance`, integers
//! up to 2^31 - 1 where that is the longest edge possible. `float` is uniform in [0, 1) with
//! 53 bits, `constant` is 1. No family has self-loops; `gnm` and `rmat` have parallel edges.

mod complete;
mod count;
mod gnm;
mod grid2d;
mod path;
mod random;
mod rgg2d;
mod rmat;
mod series;
mod spec;
mod star;

use crate::graph::{Batch, Edge, Edges, Key, MOST_VERTICES, Numbers, Vertex, Weights};
use random::{Draw, RandomStream};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Edges that a thread makes at once.
const CHUNK: usize = 1 << 14;

/// A graph to generate: its family, size, seed and weights.
///
/// ```
/// # use mst::generate::Spec;
/// # use std::sync::atomic::AtomicU64;
/// let spec: Spec = "gnm:n=2^10,m=5e3,seed=7".parse()?;
/// assert_eq!(spec.to_string(), "gnm:n=1024,m=5000,seed=7,weights=uniform");
///
/// let done = AtomicU64::new(0);
/// let (all, third) = (spec.slice(0, 1, &done), spec.slice(2, 3, &done)); // of one rank, of three
/// assert!(third.iter().eq(all.iter().skip(3333)));
/// # Ok::<(), mst::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    family: Family,
    seed: u64,
    law: Law,
}

#[derive(Clone, Debug, PartialEq)]
enum Family {
    Gnm { n: u64, m: u64 },
    Rmat { n: u64, m: u64, shares: rmat::Shares },
    Grid2d { side: u64 },
    Rgg2d { n: u64, m: u64 },
    Complete { n: u64 },
    Path { n: u64 },
    Star { n: u64 },
}

/// How weights are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Law {
    Uniform,
    Float,
    Constant,
    /// Only for `rgg2d`.
    Distance,
}

impl Spec {
    /// The number of vertices.
    pub fn n(&self) -> u64 {
        match self.family {
            Family::Grid2d { side } => side * side,
            Family::Gnm { n, .. }
            | Family::Rmat { n, .. }
            | Family::Rgg2d { n, .. }
            | Family::Complete { n }
            | Family::Path { n }
            | Family::Star { n } => n,
        }
    }

    /// Bytes per vertex that making a rank's slice takes: random geometric graphs hold all their
    /// points.
    pub fn vertex_bytes(&self) -> u64 {
        if matches!(self.family, Family::Rgg2d { .. }) { 12 } else { 0 }
    }

    /// The number of edges: the expected one for `rgg2d`, the exact one for all others.
    pub fn expected_edges(&self) -> u64 {
        match self.family {
            Family::Gnm { m, .. } | Family::Rmat { m, .. } | Family::Rgg2d { m, .. } => m,
            Family::Grid2d { side } => grid2d::edges(side),
            Family::Complete { n } => complete::edges(n).expect("checked when the spec was read"),
            Family::Path { n } | Family::Star { n } => n - 1,
        }
    }

    /// The seed; 1 if the spec gave none.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How the keys of the edges are encoded: floats in 64 bits, integers in 32.
    pub fn weights(&self) -> Weights {
        match self.law {
            Law::Float => Weights::wide(Numbers::Floats),
            Law::Uniform | Law::Constant | Law::Distance => Weights::narrow_integers(0),
        }
    }

    /// The number of units by which ranks share the work. A unit is the position of an edge; for
    /// `rgg2d`, the lower vertex of edges.
    pub fn units(&self) -> u64 {
        if matches!(self.family, Family::Rgg2d { .. }) { self.n() } else { self.expected_edges() }
    }

    /// Prepares to make edges.
    ///
    /// # Complexity
    /// `rgg2d` takes O(n log n) time and 12 bytes a vertex; all others nothing.
    pub fn maker(&self) -> Maker<'_> {
        let points = match self.family {
            Family::Rgg2d { n, m } => Some(rgg2d::Points::new(n, m, self.seed)),
            _ => None,
        };
        Maker { spec: self, points }
    }

    /// The edges of rank `r` of `p`, in parallel; adds their number to `done` as it goes.
    ///
    /// Ranks have contiguous blocks of the units, whose sizes differ by at most one. The slices in
    /// rank order are the same list for every p.
    ///
    /// # Complexity
    /// As [`Spec::maker`] and [`Maker::edges`].
    ///
    /// # Panics
    /// If `r` is not below `p`, or if ids need more than 32 bits.
    pub fn slice(&self, r: usize, p: usize, done: &AtomicU64) -> Edges {
        assert!(r < p, "rank {r} of {p}");
        self.maker().edges(block(self.units(), r, p), done)
    }

    /// Edges whose endpoints and weight follow from their position.
    fn by_position(
        &self,
        positions: Range<u64>,
        done: &AtomicU64,
        ends: impl Fn(u64) -> (u64, u64) + Sync,
    ) -> Vec<Batch> {
        let words = RandomStream::new(self.seed, Draw::Weights);
        match self.law {
            Law::Uniform => self.made(positions, done, ends, |i| words.integer(i)),
            Law::Float => self.made(positions, done, ends, |i| words.float(i)),
            Law::Constant => self.made(positions, done, ends, |_| 1u32),
            Law::Distance => {
                unreachable!("refused when the spec was read: edges have no length here")
            }
        }
    }

    /// Edges by their positions: one batch, or many that list their ids where those need more than 32
    /// bits.
    fn made<K: Key>(
        &self,
        positions: Range<u64>,
        done: &AtomicU64,
        ends: impl Fn(u64) -> (u64, u64) + Sync,
        key: impl Fn(u64) -> K + Sync,
    ) -> Vec<Batch> {
        let weights = self.weights();
        if self.n() <= MOST_VERTICES {
            return vec![Batch::known(Key::pack(fill(positions, done, ends, key)), weights)];
        }
        let starts: Vec<u64> = positions.clone().step_by(CHUNK).collect();
        let chunk = |start: u64| {
            let chunk = start..positions.end.min(start + CHUNK as u64);
            done.fetch_add(chunk.end - chunk.start, Ordering::Relaxed);
            let ends: Vec<[u64; 2]> = chunk.clone().map(&ends).map(<[u64; 2]>::from).collect();
            Batch::known_listed(&ends, &chunk.map(&key).collect::<Vec<K>>(), weights)
        };
        starts.into_par_iter().map(chunk).collect()
    }

    /// Edges whose positions are not known before all ranks have counted theirs: so the weight
    /// follows from the endpoints, which no other edge has.
    fn by_place(&self, points: &rgg2d::Points, block: Range<u64>, done: &AtomicU64) -> Edges {
        let words = RandomStream::new(self.seed, Draw::Weights);
        let pair = |u, v| u64::from(u) << 32 | u64::from(v);
        match self.law {
            Law::Uniform => {
                Key::pack(points.edges(block, done, |u, v, _| words.integer(pair(u, v))))
            }
            Law::Float => Key::pack(points.edges(block, done, |u, v, _| words.float(pair(u, v)))),
            Law::Constant => Key::pack(points.edges(block, done, |_, _, _| 1u32)),
            Law::Distance => {
                Key::pack(points.edges(block, done, |_, _, squared| points.weight(squared)))
            }
        }
    }
}

/// A spec, with the data that its edges are made from.
pub struct Maker<'a> {
    spec: &'a Spec,
    /// Only for `rgg2d`.
    points: Option<rgg2d::Points>,
}

impl Maker<'_> {
    /// The edges of some [`Spec::units`], in parallel; adds their number to `done` as it goes.
    ///
    /// However the units are cut into ranges, the lists of consecutive ranges together are the same
    /// list.
    ///
    /// # Complexity
    /// O(1) an edge; `rmat` O(log n).
    ///
    /// # Panics
    /// If `units` goes beyond [`Spec::units`], or if ids need more than 32 bits.
    pub fn edges(&self, units: Range<u64>, done: &AtomicU64) -> Edges {
        let n = self.spec.n();
        assert!(n <= MOST_VERTICES, "the ids of {n} vertices need more than 32 bits");
        let [batch] = self.batches(units, done).try_into().expect("plain ids make one batch");
        batch.into_edges()
    }

    /// As [`Maker::edges`], whatever ids need: beyond 32 bits, each batch lists those of its edges.
    ///
    /// # Complexity
    /// As [`Maker::edges`], and a sort of each batch's ids where they are listed.
    ///
    /// # Panics
    /// If `units` goes beyond [`Spec::units`].
    pub fn batches(&self, units: Range<u64>, done: &AtomicU64) -> Vec<Batch> {
        let spec = self.spec;
        assert!(units.end <= spec.units(), "{units:?} of {} units", spec.units());
        if let Some(points) = &self.points {
            return vec![Batch::known(spec.by_place(points, units, done), spec.weights())];
        }
        match spec.family {
            Family::Gnm { n, .. } => spec.by_position(units, done, gnm::ends(n, spec.seed)),
            Family::Rmat { n, shares, .. } => {
                spec.by_position(units, done, rmat::ends(n, shares, spec.seed))
            }
            Family::Grid2d { side } => spec.by_position(units, done, grid2d::ends(side)),
            Family::Complete { .. } => spec.by_position(units, done, complete::ends),
            Family::Path { .. } => spec.by_position(units, done, path::ends),
            Family::Star { .. } => spec.by_position(units, done, star::ends),
            Family::Rgg2d { .. } => unreachable!("its points were prepared"),
        }
    }
}

/// Block `r` of `p` of `0..items`: contiguous, in rank order; sizes differ by at most one.
fn block(items: u64, r: usize, p: usize) -> Range<u64> {
    let start = |r: usize| (u128::from(items) * r as u128 / p as u128) as u64;
    start(r)..start(r + 1)
}

/// The edges at `positions`, written once, by the thread that first touches their memory.
fn fill<K: Key>(
    positions: Range<u64>,
    done: &AtomicU64,
    ends: impl Fn(u64) -> (u64, u64) + Sync,
    key: impl Fn(u64) -> K + Sync,
) -> Vec<Edge<K>> {
    let mut edges = bytemuck::zeroed_vec((positions.end - positions.start) as usize);
    edges.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, edges)| {
        let first = positions.start + (chunk * CHUNK) as u64;
        for (edge, i) in edges.iter_mut().zip(first..) {
            let (u, v) = ends(i);
            *edge = Edge { u: u as Vertex, v: v as Vertex, key: key(i) };
        }
        done.fetch_add(edges.len() as u64, Ordering::Relaxed);
    });
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Summary, Weight, with_edges};
    use proptest::prelude::*;

    /// Small specs of every family with all weights that it allows.
    fn specs() -> impl Strategy<Value = Spec> {
        let drawn = ["uniform", "float", "constant"];
        let of = |weights: &[&'static str]| prop::sample::select(weights.to_vec());
        let family = prop_oneof![
            (2u64..200, 0u64..500, of(&drawn))
                .prop_map(|(n, m, w)| format!("gnm:n={n},m={m},weights={w}")),
            (2u64..200, 0u64..500, of(&drawn))
                .prop_map(|(n, m, w)| format!("rmat:n={n},m={m},weights={w}")),
            (1u64..15, of(&drawn))
                .prop_map(|(side, w)| format!("grid2d:n={},weights={w}", side * side)),
            (20u64..200, 0u64..180, of(&["uniform", "float", "constant", "distance"]))
                .prop_map(|(n, m, w)| format!("rgg2d:n={n},m={m},weights={w}")),
            (1u64..25, of(&drawn)).prop_map(|(n, w)| format!("complete:n={n},weights={w}")),
            (1u64..200, of(&drawn)).prop_map(|(n, w)| format!("path:n={n},weights={w}")),
            (1u64..200, of(&drawn)).prop_map(|(n, w)| format!("star:n={n},weights={w}")),
        ];
        (family, any::<u64>())
            .prop_map(|(family, seed)| format!("{family},seed={seed}").parse().unwrap())
    }

    proptest! {
        /// The graph is one graph, however many ranks make it.
        #[test]
        fn slices_in_rank_order_are_the_whole(spec in specs()) {
            let done = AtomicU64::new(0);
            let whole: Vec<_> = spec.slice(0, 1, &done).iter().collect();
            for p in [2, 3, 4, 7] {
                let slices = (0..p).flat_map(|r| spec.slice(r, p, &done).iter().collect::<Vec<_>>());
                prop_assert_eq!(&slices.collect::<Vec<_>>(), &whole, "p = {}", p);
            }
            prop_assert_eq!(done.into_inner(), 5 * whole.len() as u64);
        }

        /// Endpoints in range, no loops, weights as the law says, as many edges as announced.
        #[test]
        fn edges_keep_the_contract(spec in specs()) {
            let edges = spec.slice(0, 1, &AtomicU64::new(0));
            prop_assert_eq!(matches!(edges, Edges::Narrow(_)), spec.weights().is_narrow());
            for e in edges.iter() {
                prop_assert!(!e.is_loop() && u64::from(e.u.max(e.v)) < spec.n(), "{:?}", e);
                let right = match (spec.law, spec.weights().weight(e.key)) {
                    (Law::Uniform, Weight::Integer(weight)) => (1..1 << 31).contains(&weight),
                    (Law::Distance, Weight::Integer(weight)) => (0..1 << 31).contains(&weight),
                    (Law::Constant, Weight::Integer(weight)) => weight == 1,
                    (Law::Float, Weight::Float(weight)) => (0.0..1.0).contains(&weight),
                    _ => false,
                };
                prop_assert!(right, "{:?}", e);
            }
            if !matches!(spec.family, Family::Rgg2d { .. }) {
                prop_assert_eq!(edges.len() as u64, spec.expected_edges());
            }
        }

        #[test]
        fn specs_read_back(spec in specs()) {
            prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
    }

    #[test]
    fn the_smallest_of_each_family() {
        let ends = |text: &str| -> Vec<_> {
            let spec: Spec = text.parse().unwrap();
            spec.slice(0, 1, &AtomicU64::new(0)).iter().map(|e| (e.u, e.v)).collect()
        };
        assert_eq!(ends("path:n=4"), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(ends("star:n=4"), [(0, 1), (0, 2), (0, 3)]);
        assert_eq!(ends("complete:n=3"), [(0, 1), (0, 2), (1, 2)]);
        assert_eq!(ends("grid2d:n=4"), [(0, 1), (0, 2), (1, 3), (2, 3)]);
        for none in
            ["path:n=1", "star:n=1", "complete:n=1", "grid2d:n=1", "gnm:n=1,m=0", "rmat:n=1,m=0"]
        {
            assert_eq!(ends(none), [], "{none}");
        }
    }

    /// A changed checksum is a changed graph: published results would no longer be repeatable.
    #[test]
    fn a_spec_names_the_same_graph_for_ever_and_for_any_number_of_threads() {
        #[rustfmt::skip]
        let cases = [
            ("gnm:n=1e5,m=3e5",                     0x2de7_9b98_5849_d09c),
            ("gnm:n=1e5,m=3e5,weights=float",       0x451f_d058_13bc_ac5b),
            ("rmat:n=1e5,m=3e5",                    0x6df1_9abc_185f_2265),
            ("grid2d:n=250000",                     0x9a3d_f559_3367_2386),
            ("rgg2d:n=1e5,m=3e5",                   0x1276_931a_77e3_f542),
            ("rgg2d:n=1e5,m=3e5,weights=uniform",   0x8491_dac2_ad00_8bdd),
            ("complete:n=700",                      0xf6c4_e0c8_8cad_12a9),
            ("path:n=1e5",                          0xa54a_0537_3a02_8fc8),
            ("star:n=1e5,weights=constant",         0x9fd6_60df_24f4_96fb),
        ];
        for (text, expected) in cases {
            let spec: Spec = text.parse().unwrap();
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let edges = pool.install(|| spec.slice(0, 1, &AtomicU64::new(0)));
                let summary =
                    with_edges!(&edges, list => Summary::of(spec.n(), list, spec.weights()));
                assert_eq!(summary.checksum, expected, "{text} with {threads} threads");
            }
        }
    }

    #[test]
    fn another_seed_is_another_graph() {
        let slice = |text: &str| text.parse::<Spec>().unwrap().slice(0, 1, &AtomicU64::new(0));
        for family in ["gnm:n=100,m=50", "rmat:n=100,m=50", "rgg2d:n=100,m=50", "path:n=9"] {
            let [one, other] = [1, 2].map(|seed| slice(&format!("{family},seed={seed}")));
            assert_ne!(one, other, "{family}");
        }
    }
}
