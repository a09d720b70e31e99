//! Ids of more than 32 bits: edges name their vertices by places in a list of ids.

use super::{MOST_VERTICES, Vertex};
use rayon::prelude::*;
use std::sync::Arc;

/// From so many on, ids are sorted, and looked up, by several threads.
const MANY: usize = 1 << 15;

/// So many ids share a bucket, if they are spread evenly.
const BUCKET: usize = 4;

/// Distinct ids in order, in which an id is found by its upper bits.
///
/// 1 byte an id besides the id itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdList {
    ids: Arc<[u64]>,
    /// How many lower bits do not decide the bucket of an id, once the first id is subtracted.
    shift: u32,
    /// Where each bucket begins, and where the last one ends.
    starts: Vec<Vertex>,
}

impl IdList {
    /// The distinct ones of some ids.
    ///
    /// # Panics
    /// If there are more than [`MOST_VERTICES`].
    ///
    /// # Complexity
    /// O(k log k) for k ids.
    pub(crate) fn of(ids: Vec<u64>) -> Self {
        Self::unless_too_many(ids).expect("there are few ids")
    }

    /// As [`IdList::of`]; `None` if there are more than [`MOST_VERTICES`].
    pub(crate) fn unless_too_many(ids: Vec<u64>) -> Option<Self> {
        let mut ids = ids;
        if ids.len() < MANY {
            ids.sort_unstable()
        } else {
            ids.par_sort_unstable()
        }
        ids.dedup();
        if ids.len() as u64 > MOST_VERTICES {
            return None;
        }
        let range = ids.last().map_or(0, |last| last - ids[0]);
        let range_bits = u64::BITS - range.leading_zeros();
        let bucket_bits = (ids.len() / BUCKET + 1).ilog2();
        let shift = range_bits.saturating_sub(bucket_bits).min(u64::BITS - 1);
        let mut starts = Vec::with_capacity((range >> shift) as usize + 2);
        for (place, id) in (0..).zip(&ids) {
            starts.resize(((id - ids[0]) >> shift) as usize + 1, place);
        }
        starts.push(ids.len() as Vertex);
        Some(Self { ids: ids.into(), shift, starts })
    }

    /// The ids.
    pub(crate) fn ids(&self) -> &Arc<[u64]> {
        &self.ids
    }

    /// The place of an id; `None` if it is not in the list.
    ///
    /// # Complexity
    /// O(1) if ids are spread evenly, else O(log k).
    #[inline]
    pub(crate) fn place(&self, id: u64) -> Option<Vertex> {
        let bucket = (id.checked_sub(*self.ids.first()?)? >> self.shift) as usize;
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let bucket = &self.ids[start as usize..end as usize];
        bucket.binary_search(&id).ok().map(|place| start + place as Vertex)
    }

    /// The places of ids that are all in the list.
    ///
    /// # Panics
    /// If one is not.
    pub(crate) fn places(&self, ids: &[u64]) -> Vec<Vertex> {
        let place = |id: &u64| self.place(*id).expect("the list has the ids");
        ids.par_iter().with_min_len(MANY).map(place).collect()
    }
}

/// The ids at the ends of edges, sorted and distinct, and for each edge the places of its ends among
/// them.
///
/// # Panics
/// As [`IdList::of`].
pub(crate) fn listed(ends: &[[u64; 2]]) -> (Arc<[u64]>, Vec<[Vertex; 2]>) {
    let ids = IdList::of(ends.as_flattened().to_vec());
    let places = ids.places(ends.as_flattened());
    (ids.ids, places.as_chunks::<2>().0.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_are_found_at_their_places(
            ids in prop::collection::vec(prop_oneof![0u64..500, any::<u64>(), (1 << 40)..(1u64 << 40) + 500], 0..300),
            others in prop::collection::vec(prop_oneof![0u64..500, any::<u64>()], 0..50),
        ) {
            let mut expected = ids.clone();
            expected.sort_unstable();
            expected.dedup();
            let list = IdList::of(ids.clone());
            prop_assert_eq!(&**list.ids(), &expected[..]);
            for id in ids.iter().chain(&others) {
                let place = expected.binary_search(id).ok().map(|place| place as Vertex);
                prop_assert_eq!(list.place(*id), place);
            }
            let places: Vec<u64> = list.places(&ids).iter().map(|&place| expected[place as usize]).collect();
            prop_assert_eq!(places, ids);
        }
    }

    #[test]
    fn ids_that_are_spread_are_found_at_once() {
        let list = IdList::of((0..10_000).map(crate::graph::scramble).collect());
        let longest = list.starts.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest < Some(30), "{longest:?}");
        assert!(list.starts.len() * 4 < 10_000 * 2 + 9, "no more than a few bytes an id");
    }
}
