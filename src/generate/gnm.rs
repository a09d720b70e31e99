//! G(n, m): m edges, each between two different vertices drawn uniformly.
//!
//! Parallel edges may occur, about m² / n² of them. O(1) an edge.

use super::random::{Draw, RandomStream, below};

/// The endpoints of edge i.
pub(super) fn ends(n: u64, seed: u64) -> impl Fn(u64) -> (u64, u64) + Sync {
    let words = RandomStream::new(seed, Draw::Ends);
    move |i| {
        let u = below(words.at(2 * i), n);
        let v = below(words.at(2 * i + 1), n - 1); // one of the others
        (u, v + u64::from(v >= u))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_different_vertices_is_equally_likely() {
        let (n, m) = (5, 40_000);
        let ends = ends(n, 3);
        let mut counts = [[0u32; 5]; 5];
        (0..m).map(ends).for_each(|(u, v)| counts[u as usize][v as usize] += 1);
        for (u, row) in counts.iter().enumerate() {
            assert_eq!(row[u], 0, "a loop");
            let others = row.iter().enumerate().filter(|&(v, _)| v != u);
            assert!(others.into_iter().all(|(_, count)| (1800..2200).contains(count)), "{row:?}");
        }
    }
}
