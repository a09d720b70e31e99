//! A random case: a graph of an odd shape, its weights, and how its edges are distributed to the
//! ranks.

use crate::graph::{Edge, Edges, Extent, Numbers, Weights, float_key, integer_key, scramble};
use std::fmt;
use std::ops::Range;

/// How the edges of a graph are distributed to ranks, in rank order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// To all in blocks of equal size.
    Evenly,
    /// All to one rank.
    ToOne(usize),
    /// Cut at random places, so that some ranks have few and some none.
    AtRandom(u64),
}

impl Distribution {
    /// The positions of the edges of `rank` among `m`.
    pub fn slice(self, m: usize, p: usize, rank: usize) -> Range<usize> {
        let end = |rank: usize| match self {
            Self::Evenly => m * rank / p,
            Self::ToOne(one) => m * usize::from(rank > one % p),
            Self::AtRandom(seed) => {
                let place = |cut: u64| scramble(seed ^ scramble(cut)) as usize % (m + 1);
                let mut ends: Vec<usize> = (1..p as u64).map(place).collect();
                ends.sort_unstable();
                [0].into_iter().chain(ends).chain([m]).nth(rank).expect("an end for each rank")
            }
        };
        end(rank)..end(rank + 1)
    }
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Random,
    /// Both ends are near each other, and near the edge's place in the list.
    Near,
    /// Rows first, then columns.
    Grid,
    Star,
    Path,
    /// Few pairs with many edges each.
    Parallel,
}

#[derive(Clone, Copy, Debug)]
enum Weighing {
    /// Few different integers, some of them negative.
    Few,
    Integers,
    /// All 64 bits.
    WideIntegers,
    Floats,
    /// Floats of 32 bits.
    Singles,
    Constant,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    AsMade,
    ByWeight,
    HeaviestFirst,
}

/// A case, a function of its seed.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The seed.
    pub seed: u64,
    /// Vertices.
    pub n: u32,
    /// How the edges are distributed.
    pub distribution: Distribution,
    /// The longest message, bytes.
    pub most_bytes: usize,
    m: usize,
    shape: Shape,
    weighing: Weighing,
    order: Order,
    renumbered: bool,
}

impl Case {
    /// The case of a seed for `p` ranks. Some cases are tiny, so that there are more ranks than
    /// edges; some are so large that pivots and rounds pay.
    pub fn new(seed: u64, p: usize) -> Self {
        let draw = |what: u64, below: u64| scramble(scramble(seed) ^ what) % below;
        let n = match draw(0, 8) {
            0 | 1 => 1 + draw(1, 6),
            2 => (1 << 16) / p as u64 + draw(1, 1 << 12),
            _ => 2 + draw(1, 1 << draw(11, 12)),
        };
        let m = draw(2, n * [1, 2, 4, 16][draw(3, 4) as usize] + 2);
        Self {
            seed,
            n: n as u32,
            m: m as usize,
            shape: [
                Shape::Random,
                Shape::Near,
                Shape::Grid,
                Shape::Star,
                Shape::Path,
                Shape::Parallel,
            ][draw(4, 6) as usize],
            weighing: [
                Weighing::Few,
                Weighing::Integers,
                Weighing::WideIntegers,
                Weighing::Floats,
                Weighing::Singles,
                Weighing::Constant,
            ][draw(5, 6) as usize],
            order: [Order::AsMade, Order::ByWeight, Order::HeaviestFirst][draw(6, 3) as usize],
            renumbered: draw(7, 2) == 0,
            distribution: [
                Distribution::Evenly,
                Distribution::ToOne(draw(8, 1000) as usize),
                Distribution::AtRandom(seed),
            ][draw(9, 3) as usize],
            most_bytes: if n < 64 { 3 } else { [1 << 30, 4096][draw(10, 2) as usize] },
        }
    }

    /// All edges of the graph, including loops, and how their keys are encoded.
    pub fn graph(&self) -> (Edges, Weights) {
        let mut edges: Vec<Edge<u64>> = (0..self.m).map(|i| self.edge(i)).collect();
        match self.order {
            Order::AsMade => {}
            Order::ByWeight => edges.sort_by_key(|e| e.key),
            Order::HeaviestFirst => edges.sort_by_key(|e| std::cmp::Reverse(e.key)),
        }
        let lowest = edges.iter().map(|e| e.key).min().unwrap_or(u64::MAX);
        let highest = edges.iter().map(|e| e.key).max().unwrap_or(0);
        let (numbers, singles) = match self.weighing {
            Weighing::Floats => (Numbers::Floats, false),
            Weighing::Singles => (Numbers::Floats, true),
            _ => (Numbers::Integers, false),
        };
        let weights = Weights::narrowest(Extent { numbers, lowest, highest, singles });
        let hold = |e: &Edge<u64>| Edge { u: e.u, v: e.v, key: weights.hold(e.key) };
        let held = edges.iter().map(hold);
        let edges = match weights.is_narrow() {
            true => Edges::Narrow(
                held.map(|Edge { u, v, key }| Edge { u, v, key: key as u32 }).collect(),
            ),
            false => Edges::Wide(held.collect()),
        };
        (edges, weights)
    }

    /// The edge made `i`-th, with its canonical key.
    fn edge(&self, i: usize) -> Edge<u64> {
        let bits = scramble(self.seed ^ scramble(i as u64));
        let (n, i) = (u64::from(self.n), i as u64);
        let wide = n.isqrt().max(1);
        let (u, v) = match self.shape {
            Shape::Random => (bits >> 32, bits),
            Shape::Near => {
                let at = i * n / self.m as u64;
                (at, at + bits % 3)
            }
            Shape::Grid if i < n => (i, i + 1),
            Shape::Grid => (i, i + wide),
            Shape::Star => (0, bits),
            Shape::Path => (i, i + 1),
            Shape::Parallel => (bits % 5, bits % 7),
        };
        let number = |v: u64| match self.renumbered {
            // Odd multiples are a permutation if n is a power of two, and irregular enough if it is
            // not.
            true => (v % n * 0x9e37_79b1 % n) as u32,
            false => (v % n) as u32,
        };
        let weight = scramble(bits);
        let key = match self.weighing {
            Weighing::Few => integer_key(weight as i64 % 5),
            Weighing::Integers => integer_key((weight >> 33) as i64),
            Weighing::WideIntegers => integer_key(weight as i64),
            Weighing::Floats => float_key(weight as i64 as f64 / 3.0).expect("finite"),
            Weighing::Singles => float_key(f64::from(weight as i16) / 8.0).expect("finite"),
            Weighing::Constant => integer_key(-7),
        };
        Edge { u: number(u), v: number(v), key }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n, m, shape, weighing, order, distribution, .. } = self;
        write!(f, "{n} vertices, {m} edges ({shape:?}, {weighing:?}, {order:?}, {distribution:?})")
    }
}
