//! Which edges of a slice are in the forest.

use crate::graph::{Edge, Key, scramble};
use crate::verify::Flaw;
use crate::verify::flaw::widen;
use fixedbitset::FixedBitSet;
use rayon::prelude::*;

/// So many bits of the filter for each forest edge: one in eight others passes it.
const FILTER_BITS: usize = 8;

/// Returns the places in the slice `mine` of the edges of `part`: of equal ones the first.
///
/// # Errors
/// [`Flaw::NotInGraph`] for the first edge that the slice does not have, or not as often; `before` is
/// how many edges of the forest come before this part.
///
/// # Complexity
/// O(|mine| + |part| log |part|) time in parallel; besides the marks, 33 bytes for each edge of the
/// part and two for each other edge, about.
pub(super) fn find<K: Key>(
    part: &[Edge<K>],
    mine: &[Edge<K>],
    before: u64,
) -> Result<FixedBitSet, Flaw> {
    let bits = (part.len() * FILTER_BITS).next_power_of_two();
    let bit = |e: &Edge<K>| {
        let (low, high) = e.ends();
        scramble((u64::from(low) << 32 | u64::from(high)) ^ scramble(e.key.wide())) as usize % bits
    };
    let mut filter = FixedBitSet::with_capacity(bits);
    part.iter().for_each(|e| filter.insert(bit(e)));
    let valued = |(place, e): (usize, &Edge<K>)| (e.key, e.ends(), place as u32);
    let mut wanted: Vec<_> = part.par_iter().enumerate().map(valued).collect();
    let candidates = mine.par_iter().enumerate().filter(|(_, e)| filter.contains(bit(e)));
    let mut candidates: Vec<_> = candidates.map(valued).collect();
    wanted.par_sort_unstable();
    candidates.par_sort_unstable();
    let mut marks = FixedBitSet::with_capacity(mine.len());
    let mut candidates = candidates.into_iter().peekable();
    let mut missing = None;
    for (key, ends, place) in wanted {
        while candidates.next_if(|&(other, at, _)| (other, at) < (key, ends)).is_some() {}
        match candidates.next_if(|&(other, at, _)| (other, at) == (key, ends)) {
            Some((.., found)) => marks.insert(found as usize),
            None => missing = Some(missing.map_or(place, |first: u32| first.min(place))),
        }
    }
    match missing {
        None => Ok(marks),
        Some(place) => Err(Flaw::NotInGraph {
            position: before + u64::from(place),
            edge: widen(&part[place as usize]),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_edge_is_found_once_and_the_first() {
        let edge = |u, v, key: u32| Edge { u, v, key };
        let mine = [edge(1, 2, 5), edge(3, 4, 5), edge(2, 1, 5), edge(1, 2, 6), edge(1, 2, 5)];
        let places = |part: &[Edge<u32>]| {
            find(part, &mine, 10)
                .map(|marks| marks.ones().collect::<Vec<_>>())
                .map_err(|flaw| flaw.position())
        };
        assert_eq!(places(&[]), Ok(vec![]));
        assert_eq!(places(&[edge(1, 2, 6), edge(2, 1, 5)]), Ok(vec![0, 3]));
        assert_eq!(places(&[edge(1, 2, 5), edge(4, 3, 5), edge(2, 1, 5)]), Ok(vec![0, 1, 2]));
        assert_eq!(places(&[edge(4, 3, 5), edge(1, 2, 7)]), Err(Some(11)));
        assert_eq!(places(&[edge(4, 3, 5), edge(3, 4, 5)]), Err(Some(11)));
    }
}
