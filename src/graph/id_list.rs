//! Ids of more than 32 bits: edges name their vertices by places in a list of ids.

use super::Vertex;
use rayon::prelude::*;

/// From so many on, ids are sorted by several threads.
const MANY: usize = 1 << 15;

/// The distinct ids of some ends of edges, sorted, and for each end its place among them.
///
/// # Panics
/// If there are 2^32 distinct ids or more.
///
/// # Complexity
/// O(k log k) for k ends.
pub(crate) fn listed(ends: &[u64]) -> (Vec<u64>, Vec<Vertex>) {
    let ids = distinct_ids(ends.to_vec());
    let place = |id: &u64| place_of(&ids, *id).expect("the list has the ids of all ends");
    let places = ends.par_iter().with_min_len(MANY).map(place).collect();
    (ids, places)
}

/// Some ids, sorted, each once.
pub(crate) fn distinct_ids(ids: Vec<u64>) -> Vec<u64> {
    let mut ids = ids;
    if ids.len() < MANY {
        ids.sort_unstable()
    } else {
        ids.par_sort_unstable()
    }
    ids.dedup();
    ids
}

/// The place of `id` in sorted `ids`.
///
/// # Panics
/// If the place is 2^32 or more.
pub(crate) fn place_of(ids: &[u64], id: u64) -> Option<Vertex> {
    let place = ids.binary_search(&id).ok()?;
    Some(Vertex::try_from(place).expect("fewer than 2^32 ids are in memory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_found_at_their_places() {
        let large = 1 << 40;
        let (ids, places) = listed(&[large, 7, 7, large + 1, 0]);
        assert_eq!(ids, [0, 7, large, large + 1]);
        assert_eq!(places, [2, 1, 1, 3, 0]);
        assert_eq!(place_of(&ids, large - 1), None);
        assert_eq!(listed(&[]), (Vec::new(), Vec::new()));
    }
}
