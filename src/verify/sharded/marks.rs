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
/// [`Flaw::NotInGraph`] for the first edge that the slice does not have, or not as often.
///
/// # Complexity
/// O(|mine| + |part| log |part|) in parallel, one bit an edge and some 16 bytes an edge of the part.
pub(super) fn find<K: Key>(part: &[Edge<K>], mine: &[Edge<K>]) -> Result<FixedBitSet, Flaw> {
    let value = |e: &Edge<K>| (e.key, e.ends());
    let mut order: Vec<u32> = (0..part.len() as u32).collect();
    order.par_sort_unstable_by_key(|&place| (value(&part[place as usize]), place));
    let bits = (part.len() * FILTER_BITS).next_power_of_two();
    let bit = |e: &Edge<K>| {
        let (low, high) = e.ends();
        scramble((u64::from(low) << 32 | u64::from(high)) ^ scramble(e.key.wide())) as usize % bits
    };
    let mut filter = FixedBitSet::with_capacity(bits);
    part.iter().for_each(|e| filter.insert(bit(e)));
    let first_equal = |e: &Edge<K>| {
        let first = order.partition_point(|&place| value(&part[place as usize]) < value(e));
        order
            .get(first)
            .is_some_and(|&place| value(&part[place as usize]) == value(e))
            .then_some(first)
    };
    let found: Vec<(usize, usize)> = mine
        .par_iter()
        .enumerate()
        .filter(|(_, e)| filter.contains(bit(e)))
        .filter_map(|(place, e)| first_equal(e).map(|first| (place, first)))
        .collect();
    let mut marks = FixedBitSet::with_capacity(mine.len());
    // How many of the equal edges from here on have been found.
    let mut times = vec![0u32; order.len()];
    for (place, first) in found {
        let next = first + times[first] as usize;
        let is_wanted = order
            .get(next)
            .is_some_and(|&other| value(&part[other as usize]) == value(&mine[place]));
        if is_wanted {
            times[first] += 1;
            marks.insert(place);
        }
    }
    let is_found = |run: &[u32], first: usize| times[first] as usize == run.len();
    let mut first = 0;
    let mut missing = None;
    for run in order.chunk_by(|&a, &b| value(&part[a as usize]) == value(&part[b as usize])) {
        if !is_found(run, first) {
            let place = run[times[first] as usize];
            missing = Some(missing.map_or(place, |other: u32| other.min(place)));
        }
        first += run.len();
    }
    match missing {
        None => Ok(marks),
        Some(place) => {
            Err(Flaw::NotInGraph { position: place.into(), edge: widen(&part[place as usize]) })
        }
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
            find(part, &mine)
                .map(|marks| marks.ones().collect::<Vec<_>>())
                .map_err(|flaw| flaw.position())
        };
        assert_eq!(places(&[]), Ok(vec![]));
        assert_eq!(places(&[edge(1, 2, 6), edge(2, 1, 5)]), Ok(vec![0, 3]));
        assert_eq!(places(&[edge(1, 2, 5), edge(4, 3, 5), edge(2, 1, 5)]), Ok(vec![0, 1, 2]));
        assert_eq!(places(&[edge(4, 3, 5), edge(1, 2, 7)]), Err(Some(1)));
        assert_eq!(places(&[edge(4, 3, 5), edge(3, 4, 5)]), Err(Some(1)));
    }
}
