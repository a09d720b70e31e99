//! Deals a rank's records out to the stages.

use super::pivot::Reach;
use crate::local::EdgeLike;
use rayon::prelude::*;

/// How many records a thread deals at once.
pub(super) const PIECE: usize = if cfg!(test) { 1 << 4 } else { 1 << 16 };

/// For each of the rising `cuts`, the places of the records up to it that come after the cut before,
/// in order.
///
/// # Complexity
/// One pass over the records, in parallel on the current rayon pool, and four bytes for each before
/// the last cut.
pub(super) fn deal<R: EdgeLike>(records: &[R], cuts: &[Reach<R::Key>]) -> Vec<Vec<u32>> {
    let piece = |(number, records): (usize, &[R])| deal_piece(number * PIECE, records, cuts);
    let pieces: Vec<Vec<Vec<u32>>> = records.par_chunks(PIECE).enumerate().map(piece).collect();
    let of_cut = |cut: usize| {
        let lists: Vec<&[u32]> = pieces.iter().map(|piece| &*piece[cut]).collect();
        lists.concat()
    };
    (0..cuts.len()).map(of_cut).collect()
}

/// The same of the records from the place `first` on.
fn deal_piece<R: EdgeLike>(first: usize, records: &[R], cuts: &[Reach<R::Key>]) -> Vec<Vec<u32>> {
    // Where a record belongs is close to random: a branch would be mispredicted too often, so every
    // place is written to a list, and those after the last cut to one that nobody reads.
    let width = records.len() + 1;
    let mut places = vec![0; width * (cuts.len() + 1)];
    let mut ends: Vec<usize> = (0..=cuts.len()).map(|list| list * width).collect();
    for (place, record) in (first..).zip(records) {
        let is_after = |cut: &Reach<R::Key>| usize::from(!cut.has(record.key(), place));
        let end = &mut ends[cuts.iter().map(is_after).sum::<usize>()];
        places[*end] = place as u32;
        *end += 1;
    }
    let list = |cut: usize| places[cut * width..ends[cut]].to_vec();
    (0..cuts.len()).map(list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Edge, scramble};

    #[test]
    fn every_record_up_to_the_last_cut_is_dealt_once() {
        let records: Vec<_> =
            (0..1000).map(|i| Edge { u: 0, v: 1, key: scramble(i) as u32 % 10 }).collect();
        let cuts = [(2, 300), (2, 500), (5, 0), (7, usize::MAX)];
        let cuts = cuts.map(|(key, ties)| Reach { key, ties });
        let dealt = deal(&records, &cuts);
        for (number, places) in dealt.iter().enumerate() {
            let has = |cut: usize, place: usize| cuts[cut].has(records[place].key, place);
            let is_here = |place: &usize| {
                has(number, *place) && !(0..number).any(|earlier| has(earlier, *place))
            };
            let expected: Vec<u32> =
                (0..records.len()).filter(is_here).map(|place| place as u32).collect();
            assert_eq!(places, &expected, "cut {number}");
        }
        assert_eq!(
            dealt.iter().map(Vec::len).sum::<usize>(),
            records.iter().filter(|e| e.key <= 7).count()
        );
        assert!(deal(&records, &[]).is_empty());
    }
}
