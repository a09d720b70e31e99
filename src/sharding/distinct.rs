//! The distinct ones of some ids, and where each is among them.

use crate::graph::Numbering;
use fixedbitset::FixedBitSet;

/// A universe of at most so many ids for each value is kept as a set.
const SPARSE: usize = 64;

/// Some ids, each once, in order.
pub(crate) enum DistinctIds {
    /// By a bit for each id there is.
    Dense(Numbering),
    /// Where there are far more.
    Sparse(Vec<u32>),
}

impl DistinctIds {
    /// The distinct ones of at most `len` ids below `universe`.
    ///
    /// # Complexity
    /// O(len) memory. Time O(len), or O(len log len) if the universe is larger than 64 len.
    pub(crate) fn of(universe: usize, len: usize, ids: impl Iterator<Item = u32>) -> Self {
        if universe / SPARSE > len {
            let mut list: Vec<u32> = ids.collect();
            list.sort_unstable();
            list.dedup();
            return Self::Sparse(list);
        }
        let mut set = FixedBitSet::with_capacity(universe);
        ids.for_each(|id| set.insert(id as usize));
        Self::Dense(Numbering::of(set))
    }

    /// The ids.
    pub(crate) fn into_list(self) -> Vec<u32> {
        match self {
            Self::Dense(numbering) => numbering.set().ones().map(|id| id as u32).collect(),
            Self::Sparse(list) => list,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Dense(numbering) => numbering.set().count_ones(..),
            Self::Sparse(list) => list.len(),
        }
    }

    /// Whether `id` is one of them.
    #[inline]
    pub(crate) fn has(&self, id: u32) -> bool {
        match self {
            Self::Dense(numbering) => numbering.set().contains(id as usize),
            Self::Sparse(list) => list.binary_search(&id).is_ok(),
        }
    }

    /// How many of them are less than `id`: its place, if it is one of them.
    #[inline]
    pub(crate) fn place(&self, id: u32) -> u32 {
        match self {
            Self::Dense(numbering) => numbering.number(id),
            Self::Sparse(list) => list.partition_point(|&other| other < id) as u32,
        }
    }
}

/// The distinct ones of some values below `universe`, sorted, and for each value its place among them.
///
/// # Complexity
/// As [`DistinctIds::of`].
pub(crate) fn distinct(values: &[u32], universe: usize) -> (Vec<u32>, Vec<u32>) {
    let ids = DistinctIds::of(universe, values.len(), values.iter().copied());
    let places = values.iter().map(|&value| ids.place(value)).collect();
    (ids.into_list(), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_at_their_places() {
        for universe in [8, 100, 1_000_000] {
            let values = [7, 3, 7, 0, 3];
            let found = distinct(&values, universe);
            assert_eq!(found, (vec![0, 3, 7], vec![2, 1, 2, 0, 1]), "{universe}");
            assert_eq!(distinct(&[], universe), (vec![], vec![]));
            let ids = DistinctIds::of(universe, values.len(), values.into_iter());
            assert!((0..8).all(|id| ids.has(id) == values.contains(&id)), "{universe}");
        }
    }
}
