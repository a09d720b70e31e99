//! The proof over all ranks: each checks its own slice against the whole forest.

use super::{Flaw, PathMaxima, all_found, check_slice};
use crate::comm::{Comm, Reduction};
use crate::error::Result;
use crate::graph::{Edge, Key, Weights};

/// Proves that `forest`, the same on every rank, is a minimum spanning forest of a graph on the
/// vertices `0..n`. `mine` is this rank's slice of the graph; slices are in rank order.
///
/// # Errors
/// [`crate::Error::Proof`] for the first [`Flaw`], the same on every rank: first those of the
/// forest itself, then those by position in the graph, then forest edges that are not in the graph.
///
/// # Complexity
/// O(n log n + m/p log n) per rank; one bit per forest edge from each rank and back to it.
///
/// # Panics
/// If an endpoint in `mine` is not below `n`.
pub fn verify_slice<K: Key>(
    comm: &Comm,
    n: u64,
    forest: &[Edge<K>],
    mine: &[Edge<K>],
    weights: Weights,
) -> Result<()> {
    let mut proof = comm.compute(|| Proof::new(n, forest, weights));
    comm.compute(|| proof.check(mine));
    proof.finish(comm)
}

/// A proof in progress: a rank's slice may come in pieces and need not be in memory all at once.
pub(crate) struct Proof<'f, K> {
    forest: &'f [Edge<K>],
    weights: Weights,
    /// The path maxima of the forest, or the first flaw.
    maxima: Result<PathMaxima<'f, K>, Flaw>,
    /// Which forest edges this rank's pieces contained, as [`check_slice`] returns it.
    found: Vec<u64>,
    /// How many edges have come: the position of the next one in this rank's slice.
    position: u64,
}

impl<'f, K: Key> Proof<'f, K> {
    /// Prepares to prove that `forest` is a minimum spanning forest of a graph on the vertices `0..n`.
    pub(crate) fn new(n: u64, forest: &'f [Edge<K>], weights: Weights) -> Self {
        let found = vec![0; forest.len().div_ceil(64)];
        Self { forest, weights, maxima: PathMaxima::new(n, forest), found, position: 0 }
    }

    /// Checks the next edges of this rank's slice, on the current rayon pool.
    ///
    /// # Panics
    /// If an endpoint is not below `n`.
    pub(crate) fn check(&mut self, edges: &[Edge<K>]) {
        let position = self.position;
        self.position += edges.len() as u64;
        let Ok(maxima) = &self.maxima else { return };
        match check_slice(maxima, edges, position) {
            Ok(found) => self.found.iter_mut().zip(found).for_each(|(all, found)| *all |= found),
            Err(flaw) => self.maxima = Err(flaw),
        }
    }

    /// Combines what the ranks have found.
    ///
    /// # Errors
    /// [`crate::Error::Proof`] for the first [`Flaw`], the same on every rank: first those of the
    /// forest itself, then those by position in the graph, then forest edges that are not in the
    /// graph.
    pub(crate) fn finish(self, comm: &Comm) -> Result<()> {
        let counts = comm.all_gather(&[self.position]).concat();
        let before: u64 = counts[..comm.rank()].iter().sum();
        let describe = |flaw: Flaw| flaw.further_on(before).describe(self.weights);
        comm.agree(self.maxima.map(drop).map_err(describe))?;
        let mut found = self.found;
        comm.all_reduce(&mut found, Reduction::BitwiseOr);
        all_found(&found, self.forest).map_err(describe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    const GRAPH: [Edge<u32>; 5] = [
        Edge { u: 0, v: 1, key: 4 },
        Edge { u: 1, v: 2, key: 2 },
        Edge { u: 2, v: 0, key: 3 },
        Edge { u: 3, v: 4, key: 1 },
        Edge { u: 4, v: 3, key: 1 },
    ];

    /// A case's name, the forest, and the expected words of the error.
    type Case<'a> = (&'a str, &'a [Edge<u32>], Option<&'a str>);

    fn told(p: usize, forest: &[Edge<u32>]) -> Vec<Option<String>> {
        comm::run(p, Some(1), |comm| {
            let block = |rank| GRAPH.len() * rank / p;
            let mine = &GRAPH[block(comm.rank())..block(comm.rank() + 1)];
            let proved = verify_slice(comm, 6, forest, mine, Weights::narrow_integers(0));
            proved.err().map(|error| error.to_string())
        })
    }

    #[test]
    fn each_rank_refuses_a_wrong_forest_with_the_same_words() {
        let right = [GRAPH[3], GRAPH[1], GRAPH[2]];
        let heavier = Edge { key: 2, ..GRAPH[3] };
        #[rustfmt::skip]
        let cases: [Case<'_>; 6] = [
            ("right",        &right,                              None),
            ("swapped",      &[GRAPH[3], GRAPH[1], GRAPH[0]],     Some("graph edge 2, (2, 0) of weight 3, is lighter than")),
            ("dropped",      &right[..2],                         Some("joins two of its trees")),
            ("doubled",      &[GRAPH[3], GRAPH[3], right[1], right[2]], Some("closes a cycle")),
            ("heavier",      &[heavier, GRAPH[1], GRAPH[2]],      Some("graph edge 3, (3, 4) of weight 1, is lighter than")),
            ("not there",    &[GRAPH[3], GRAPH[1], GRAPH[2], Edge { u: 0, v: 5, key: 1 }], Some("not in the graph")),
        ];
        for (name, forest, expected) in cases {
            for p in [1, 2, 3, 7] {
                let told = told(p, forest);
                assert!(told.iter().all(|words| *words == told[0]), "{name}: {told:?}");
                let fits = match (&told[0], expected) {
                    (Some(words), Some(expected)) => words.contains(expected),
                    (words, expected) => words.is_none() && expected.is_none(),
                };
                assert!(fits, "{name}, p = {p}: {told:?}");
            }
        }
    }

    proptest! {
        /// Several ranks find what one process finds.
        #[test]
        fn ranks_judge_as_one(picked in prop::collection::vec(0usize..5, 0..4), p in 1usize..5) {
            let forest: Vec<_> = picked.iter().map(|&position| GRAPH[position]).collect();
            let alone = crate::verify::verify(6, &forest, &GRAPH);
            prop_assert_eq!(told(p, &forest)[0].is_none(), alone.is_ok());
        }
    }
}
