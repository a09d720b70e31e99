//! R-MAT: skewed degrees and communities, as in social networks and the Graph500 benchmark.
//!
//! Chakrabarti, Zhan, Faloutsos, "R-MAT: A Recursive Model for Graph Mining", SDM 2004. Each edge
//! descends into a quadrant of the adjacency matrix, log2 n times. Loops, and ids from n on where
//! n is no power of two, are drawn again, so m is exact; parallel edges are many. Ids are permuted,
//! or the heavy vertices would be the low ones, all in one rank's block. O(log n) an edge.

use super::random::{Permutation, Purpose, Stream, draw};
use crate::graph::Vertex;

/// The shares of the quadrants; the last gets what is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shares {
    /// Both ids in their lower half.
    pub(super) a: f64,
    /// The second id in its upper half.
    pub(super) b: f64,
    /// The first id in its upper half.
    pub(super) c: f64,
}

impl Shares {
    /// Those of Graph500.
    pub(super) const DEFAULT: Self = Self { a: 0.57, b: 0.19, c: 0.19 };

    /// Whether drawing ends soon: an attempt then succeeds with a probability of at least 1/400.
    ///
    /// The first quadrant has no id from n on, and b + c is the chance to leave the diagonal.
    pub(super) fn are_drawable(self) -> bool {
        let Self { a, b, c } = self;
        let d = 1.0 - a - b - c;
        b >= 0.0 && c >= 0.0 && d > -1e-9 && a >= b.max(c).max(d) && b + c >= 0.01
    }
}

/// The endpoints of edge i.
pub(super) fn ends(n: u64, shares: Shares, seed: u64) -> impl Fn(u64) -> (Vertex, Vertex) + Sync {
    let Shares { a, b, c } = shares;
    let limits = [a, a + b, a + b + c].map(|share| (share * 2f64.powi(32)).round() as u64);
    let levels = u64::BITS - (n - 1).leading_zeros();
    let permutation = Permutation::new(n, seed);
    let starts = Stream::new(seed, Purpose::Ends);
    move |i| {
        let start = starts.at(i);
        let mut words = (0..).map(|k| draw(start, k));
        loop {
            let (u, v) = descend(levels, limits, &mut words);
            if u != v && u < n && v < n {
                return (permutation.at(u) as Vertex, permutation.at(v) as Vertex);
            }
        }
    }
}

/// One path down the quadrants, 32 random bits a level.
#[inline]
fn descend(levels: u32, limits: [u64; 3], words: &mut impl Iterator<Item = u64>) -> (u64, u64) {
    let (mut u, mut v, mut lots) = (0, 0, 0);
    for level in 0..levels {
        lots = if level % 2 == 0 { words.next().expect("endless") } else { lots >> 32 };
        let lot = lots & 0xffff_ffff;
        let quadrant: u64 = limits.iter().map(|&limit| u64::from(lot >= limit)).sum(); // no branch
        u = u << 1 | quadrant >> 1;
        v = v << 1 | quadrant & 1;
    }
    (u, v)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(n: u64, m: u64) -> Vec<u64> {
        let ends = ends(n, Shares::DEFAULT, 11);
        let mut degrees = vec![0; n as usize];
        for (u, v) in (0..m).map(ends) {
            assert!(u != v, "a loop");
            degrees[u as usize] += 1;
            degrees[v as usize] += 1;
        }
        degrees
    }

    #[test]
    fn degrees_are_skewed_and_spread_over_all_ids() {
        for n in [1 << 12, 5000] {
            let (m, degrees) = (16 * n, degrees(n, 16 * n));
            let most = *degrees.iter().max().unwrap();
            assert!(most > 20 * 32, "n = {n}: the mean is 32, the highest only {most}");
            let lower: u64 = degrees[..n as usize / 2].iter().sum();
            let share = lower as f64 / (2 * m) as f64;
            assert!((share - 0.5).abs() < 0.1, "n = {n}: the lower half has {share}");
        }
    }

    #[test]
    fn the_smallest_graphs_are_drawn() {
        for n in 2..20 {
            assert_eq!(degrees(n, 50).iter().sum::<u64>(), 100, "n = {n}");
        }
    }

    #[test]
    fn shares_that_would_draw_for_ever_are_not_drawable() {
        let shares = |a, b, c| Shares { a, b, c };
        for good in [Shares::DEFAULT, shares(0.25, 0.25, 0.25), shares(0.4, 0.3, 0.3)] {
            assert!(good.are_drawable(), "{good:?}");
        }
        for bad in [
            shares(1.0, 0.0, 0.0),
            shares(0.6, 0.3, 0.3),
            shares(0.1, 0.1, 0.1),
            shares(0.9, -0.1, 0.1),
            shares(f64::NAN, 0.1, 0.1),
        ] {
            assert!(!bad.are_drawable(), "{bad:?}");
        }
    }
}
