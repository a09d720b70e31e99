//! The distinct ones of some ids.

use crate::graph::Numbering;
use fixedbitset::FixedBitSet;

/// A universe of at most so many ids for each value is kept as a set.
const SPARSE: usize = 64;

/// The distinct ones of some values below `universe`, sorted, and for each value its place among them.
///
/// # Complexity
/// O(k) memory for k values. Time O(k), or O(k log k) if the universe is larger than 64 k.
pub(crate) fn distinct(values: &[u32], universe: usize) -> (Vec<u32>, Vec<u32>) {
    if universe / SPARSE > values.len() {
        return sorted_distinct(values);
    }
    let mut set = FixedBitSet::with_capacity(universe);
    values.iter().for_each(|&value| set.insert(value as usize));
    let numbering = Numbering::of(set);
    let sorted = numbering.set().ones().map(|value| value as u32).collect();
    (sorted, values.iter().map(|&value| numbering.number(value)).collect())
}

/// [`distinct`], by sorting.
fn sorted_distinct(values: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let pair = |(place, &value): (usize, &u32)| u64::from(value) << 32 | place as u64;
    let mut pairs: Vec<u64> = values.iter().enumerate().map(pair).collect();
    pairs.sort_unstable();
    let (mut sorted, mut places): (Vec<u32>, _) = (Vec::new(), vec![0; values.len()]);
    for pair in pairs {
        let (value, place) = ((pair >> 32) as u32, pair as u32);
        if sorted.last() != Some(&value) {
            sorted.push(value);
        }
        places[place as usize] = sorted.len() as u32 - 1;
    }
    (sorted, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_at_their_places() {
        for universe in [8, 100, 1_000_000] {
            let found = distinct(&[7, 3, 7, 0, 3], universe);
            assert_eq!(found, (vec![0, 3, 7], vec![2, 1, 2, 0, 1]), "{universe}");
            assert_eq!(distinct(&[], universe), (vec![], vec![]));
        }
    }
}
