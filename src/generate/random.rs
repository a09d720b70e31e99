//! Randomness as a function of (seed, i), so that any rank or thread can draw any item.

use crate::graph::{GOLDEN_GAMMA, float_key, scramble};

/// Random bits of item `i`: the i-th output of SplitMix64.
pub(super) const fn draw(seed: u64, i: u64) -> u64 {
    scramble(seed.wrapping_add(i.wrapping_mul(GOLDEN_GAMMA)))
}

/// A uniform number below `bound` from 64 random bits; the bias is below `bound` / 2^64.
///
/// Lemire, "Fast Random Integer Generation in an Interval", TOMACS 2019, without the rejection.
pub(super) const fn below(bits: u64, bound: u64) -> u64 {
    ((bits as u128 * bound as u128) >> 64) as u64
}

/// What a stream of random bits is for. Streams of one seed do not depend on each other.
#[derive(Clone, Copy)]
pub(super) enum Draw {
    /// Endpoints of edges, or places of points.
    Ends,
    /// Weights of edges.
    Weights,
    /// The permutation of vertices.
    Vertices,
}

/// Random bits for one purpose.
#[derive(Clone, Copy)]
pub(super) struct RandomStream(u64);

impl RandomStream {
    pub(super) const fn new(seed: u64, purpose: Draw) -> Self {
        Self(draw(seed, purpose as u64)) // seeds far apart: streams of plain offsets would be shifted copies
    }

    /// Random bits of item `i`.
    #[inline]
    pub(super) const fn at(self, i: u64) -> u64 {
        draw(self.0, i)
    }

    /// The key of a uniform integer from 1 to 2^31 - 1.
    #[inline]
    pub(super) const fn integer(self, i: u64) -> u32 {
        1 + below(self.at(i), (1 << 31) - 1) as u32
    }

    /// The canonical key of a uniform float in [0, 1), a multiple of 2^-53.
    #[inline]
    pub(super) fn float(self, i: u64) -> u64 {
        let weight = (self.at(i) >> 11) as f64 / (1u64 << 53) as f64;
        float_key(weight).expect("below 1 is finite")
    }
}

/// A bijection of `0..n` onto itself that depends on a seed.
///
/// Rounds of invertible steps on the least number of bits that hold n - 1, repeated until the
/// result is below n: Black, Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002. Fewer
/// than two repetitions are expected.
#[derive(Clone, Copy)]
pub(super) struct Permutation {
    n: u64,
    bits: u32,
    rounds: [(u64, u64); 3],
}

impl Permutation {
    pub(super) fn new(n: u64, seed: u64) -> Self {
        let words = RandomStream::new(seed, Draw::Vertices);
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        let rounds = [0, 2, 4].map(|round| (words.at(round) | 1, words.at(round + 1)));
        Self { n, bits, rounds }
    }

    /// The image of `x`, which must be below n.
    #[inline]
    pub(super) fn at(&self, x: u64) -> u64 {
        let mask = (1 << self.bits) - 1;
        let mut y = x;
        loop {
            for (odd, offset) in self.rounds {
                y = y.wrapping_mul(odd).wrapping_add(offset) & mask;
                y ^= y >> self.bits.div_ceil(2);
            }
            if y < self.n {
                return y;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_splitmix64() {
        // The first outputs for seed 0 of the authors' reference implementation.
        assert_eq!(draw(0, 0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(draw(0, 1), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn weights_stay_in_their_range_and_fill_it() {
        let words = RandomStream::new(7, Draw::Weights);
        let integers: Vec<u32> = (0..10_000).map(|i| words.integer(i)).collect();
        assert!(integers.iter().all(|weight| (1..1 << 31).contains(weight)));
        let mean = integers.iter().map(|&weight| f64::from(weight)).sum::<f64>() / 1e4;
        assert!((mean / f64::from(1 << 30) - 1.0).abs() < 0.02, "{mean}");
        let floats = (0..10_000).map(|i| crate::graph::key_float(words.float(i)));
        assert!(floats.clone().all(|weight| (0.0..1.0).contains(&weight)));
        assert!((floats.sum::<f64>() / 1e4 - 0.5).abs() < 0.02);
    }

    #[test]
    fn a_permutation_hits_every_vertex_once() {
        for n in (1..=70).chain([1 << 10, 1000, 4097]) {
            let permutation = Permutation::new(n, n ^ 5);
            let mut images: Vec<u64> = (0..n).map(|x| permutation.at(x)).collect();
            let fixed = images.iter().zip(0..).filter(|&(&y, x)| y == x).count();
            assert!(n < 64 || fixed < 10, "n = {n}: {fixed} vertices stay");
            images.sort_unstable();
            assert!(images.into_iter().eq(0..n), "n = {n}");
        }
    }
}
