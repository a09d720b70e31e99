//! The complete graph: every pair of vertices once, ordered by the higher vertex and then the
//! lower.
//!
//! (0, 1), (0, 2), (1, 2), (0, 3) and so on. O(1) an edge.

/// How many edges there are; `None` if that does not fit 64 bits.
pub(super) fn edges(n: u64) -> Option<u64> {
    let pairs = u128::from(n) * u128::from(n - 1) / 2;
    pairs.try_into().ok()
}

/// The endpoints of edge i; i must be below 2^40.
pub(super) fn ends(i: u64) -> (u64, u64) {
    // The largest v with v (v - 1) / 2 <= i. Rounding cannot change it: 8 i + 1 is below 2^43, and
    // the square roots for i = before(v) and for the position before it are 2 / v apart.
    let v = ((1.0 + ((8 * i + 1) as f64).sqrt()) / 2.0) as u64;
    ((i - before(v)), v)
}

/// How many edges have their higher vertex below v.
const fn before(v: u64) -> u64 {
    v * (v - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_comes_once_and_in_order() {
        let mut expected = Vec::new();
        for v in 0..200 {
            expected.extend((0..v).map(|u| (u, v)));
        }
        assert_eq!((0..edges(200).unwrap()).map(ends).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn large_positions_are_exact() {
        for v in [1u64 << 19, (1 << 20) - 1, 1 << 20, 1_482_909] {
            assert_eq!(ends(before(v)), (0, v));
            assert_eq!(ends(before(v) - 1), (v - 2, v - 1));
        }
    }
}
