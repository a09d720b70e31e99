//! R-MAT: skewed degrees and communities, as in social networks and the Graph500 benchmark.
//!
//! Chakrabarti, Zhan, Faloutsos, "R-MAT: A Recursive Model for Graph Mining", SDM 2004. Each edge
//! descends into a quadrant of the adjacency matrix, log2 n times. Self-loops are drawn again, and
//! so are ids of n or more if n is not a power of two, so m is exact; there are many parallel
//! edges. Ids are permuted; otherwise the vertices of high degree would be the low ones, all in one
//! rank's block.
//!
//! Several levels are drawn at once from a table: Hübschle-Schneider, Sanders, "Linear Work
//! Generation of R-MAT Graphs", Network Science 2020. O(log n) an edge, a random word for 4 levels.

use super::random::{Draw, Permutation, RandomStream, draw};

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
    /// The shares of Graph500.
    pub(super) const DEFAULT: Self = Self { a: 0.57, b: 0.19, c: 0.19 };

    /// Whether drawing ends soon: an attempt then succeeds with a probability of at least 1/400.
    ///
    /// In the first quadrant all ids are below n, and b + c is the probability of leaving the
    /// diagonal.
    pub(super) fn are_drawable(self) -> bool {
        let Self { a, b, c } = self;
        let d = 1.0 - a - b - c;
        b >= 0.0 && c >= 0.0 && d > -1e-9 && a >= b.max(c).max(d) && b + c >= 0.01
    }
}

/// The endpoints of edge i.
pub(super) fn ends(n: u64, shares: Shares, seed: u64) -> impl Fn(u64) -> (u64, u64) + Sync {
    let paths = Paths::new(shares);
    let levels = u64::BITS - (n - 1).leading_zeros();
    let permutation = Permutation::new(n, seed);
    let starts = RandomStream::new(seed, Draw::Ends);
    move |i| {
        let start = starts.at(i);
        let mut words = (0..).map(|k| draw(start, k));
        loop {
            let (u, v) = paths.descend(levels, &mut words);
            if u != v && u < n && v < n {
                return (permutation.at(u), permutation.at(v));
            }
        }
    }
}

/// Levels that are drawn at once.
const STRIDE: u32 = 4;

/// All paths down [`STRIDE`] levels, to be drawn by their probability in O(1).
///
/// Walker, "An Efficient Method for Generating Discrete Random Variables with General
/// Distributions", TOMS 1977: cells of equal probability, each shared by two paths at most.
struct Paths([Cell; 1 << (2 * STRIDE)]);

/// A random word below `limit` chooses the first path, any other the second. A path is the bits of
/// u, then those of v.
#[derive(Clone, Copy)]
struct Cell {
    limit: u64,
    paths: [u8; 2],
}

impl Paths {
    fn new(Shares { a, b, c }: Shares) -> Self {
        let shares = [a, b, c, (1.0 - a - b - c).max(0.0)];
        let mut cells = [Cell { limit: u64::MAX, paths: [0; 2] }; 1 << (2 * STRIDE)];
        let mut masses = [0.0; 1 << (2 * STRIDE)]; // a full cell has 1
        for (path, (cell, mass)) in cells.iter_mut().zip(&mut masses).enumerate() {
            let quadrant = |level| (path >> (STRIDE + level) & 1) << 1 | path >> level & 1;
            *mass = (0..STRIDE).map(|level| 4.0 * shares[quadrant(level)]).product();
            cell.paths = [path as u8; 2];
        }
        let (mut short, mut ample): (Vec<usize>, Vec<usize>) =
            (0..cells.len()).partition(|&path| masses[path] < 1.0);
        while let (Some(&giver), Some(taker)) = (ample.last(), short.pop()) {
            cells[taker].limit = (masses[taker] * 2f64.powi(64)) as u64;
            cells[taker].paths[1] = giver as u8;
            masses[giver] -= 1.0 - masses[taker];
            if masses[giver] < 1.0 {
                ample.pop();
                short.push(giver);
            }
        }
        Self(cells) // the cells left over on either side are full, except for rounding
    }

    /// One path down all levels.
    #[inline]
    fn descend(&self, levels: u32, words: &mut impl Iterator<Item = u64>) -> (u64, u64) {
        let strides = levels.div_ceil(STRIDE);
        let (mut u, mut v) = (0, 0);
        for word in words.take(strides as usize) {
            let cell = self.0[(word >> (64 - 2 * STRIDE)) as usize];
            let path = cell.paths[usize::from(word << (2 * STRIDE) >= cell.limit)];
            u = u << STRIDE | u64::from(path >> STRIDE);
            v = v << STRIDE | u64::from(path) & ((1 << STRIDE) - 1);
        }
        let surplus = strides * STRIDE - levels;
        (u >> surplus, v >> surplus)
    }
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
    fn quadrants_get_their_shares_on_every_level() {
        let (shares, m) = (Shares { a: 0.4, b: 0.3, c: 0.2 }, 40_000);
        let paths = Paths::new(shares);
        for levels in [1, 4, 6] {
            let mut counts = vec![[0u32; 4]; levels as usize];
            for i in 0..m {
                let mut words = (0..).map(|k| draw(i, k));
                let (u, v) = paths.descend(levels, &mut words);
                assert!(u >> levels == 0 && v >> levels == 0);
                for (level, counts) in counts.iter_mut().enumerate() {
                    counts[((u >> level & 1) << 1 | v >> level & 1) as usize] += 1;
                }
            }
            for counts in counts {
                let found = counts.map(|count| f64::from(count) / m as f64);
                let near = |(found, share): (&f64, f64)| (found - share).abs() < 0.01;
                assert!(found.iter().zip([0.4, 0.3, 0.2, 0.1]).all(near), "{levels}: {found:?}");
            }
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
