//! Stable sorting by key: deal the records into buckets by their top bits, then sort each in cache.
//!
//! The first step is one pass of a most-significant-digit radix sort whose digit is fitted to a sample
//! of the keys, so that outliers and floats spread too; the second is a least-significant-digit
//! one, over the bits in use. Both are stable, so positions go on breaking ties.

use super::PIECE;
use super::edge_like::EdgeLike;
use super::memory::{parts, with_capacity};
use super::sample::sample;
use crate::graph::Key;
use rayon::prelude::*;

/// Records that a bucket should hold, so that it and its copy fit a first-level cache.
const BUCKET: usize = if cfg!(test) { 1 << 6 } else { 1 << 10 };
/// The largest number of buckets, so that the ends of all fit a second-level cache.
const BUCKETS: usize = 1 << 11;
/// A bucket that turns out as large as this is dealt again.
const DEALT_AGAIN: usize = if cfg!(test) { 1 << 8 } else { 1 << 16 };
/// Below this a comparison sort is faster.
const COMPARED: usize = 32;
/// Bits of one pass inside a bucket, and the largest number of passes.
const DIGIT: u32 = 9;
const PASSES: u32 = 3;

/// Records dealt into buckets of rising keys; within a bucket they keep their order.
pub(super) struct Buckets<R> {
    records: Vec<R>,
    /// Where each bucket ends.
    ends: Vec<usize>,
}

impl<R: EdgeLike> Buckets<R> {
    /// Deals all of `pieces`, of fewer than 2^32 records each, on the current rayon pool.
    pub(super) fn deal(pieces: &[&[R]]) -> Self {
        let digit = Digit::fit(pieces);
        let counts: Vec<Vec<u32>> = pieces.par_iter().map(|piece| digit.count(piece)).collect();
        let (places, ends) = places(&counts, digit.buckets);
        let mut records = with_capacity(ends.last().copied().unwrap_or(0));
        let space = Space(records.spare_capacity_mut().as_mut_ptr().cast::<R>());
        pieces.par_iter().zip(places).zip(&counts).for_each(|((piece, places), counts)| {
            // SAFETY: in each bucket, `places` starts a piece's share where the shares of the
            // pieces before it end, and all shares end within the sum of all counts, which is the
            // capacity. So shares do not overlap, and each is written by one thread.
            unsafe { space.scatter(piece, &digit, places, counts) };
        });
        // SAFETY: every piece has filled its shares, which together are all these places from 0 on.
        unsafe { records.set_len(ends.last().copied().unwrap_or(0)) };
        Self { records, ends }
    }

    /// Ranges of whole buckets with about `len` records each, in order.
    pub(super) fn groups(&mut self, len: usize) -> Vec<Vec<&mut [R]>> {
        let mut groups = Vec::new();
        let mut group = Vec::new();
        let mut held = 0;
        let starts = [0].iter().chain(&self.ends);
        let lens = self.ends.iter().zip(starts).map(|(end, start)| end - start);
        for bucket in parts(&mut self.records, lens) {
            held += bucket.len();
            group.push(bucket);
            if held >= len {
                groups.push(std::mem::take(&mut group));
                held = 0;
            }
        }
        groups.push(group);
        groups
    }
}

/// Sorts each bucket, on the current rayon pool.
pub(super) fn sort_each<R: EdgeLike>(buckets: &mut [&mut [R]]) {
    buckets.par_iter_mut().for_each_init(Vec::new, |copy, bucket| sort_bucket(bucket, copy));
}

/// Memory in which threads write to different places.
struct Space<R>(*mut R);
// SAFETY: the pointer is only written through, each place by one thread; records are `Send`.
unsafe impl<R: Send> Sync for Space<R> {}

impl<R: EdgeLike> Space<R> {
    /// Writes each record of `piece` to the next place in the piece's share of its bucket. A share
    /// has as many places as `counts` says, from `places` on; all are filled when this returns.
    ///
    /// # Panics
    /// If a record now has another bucket than when it was counted.
    ///
    /// # Safety
    /// The shares must lie in the memory behind this pointer, and nobody else may read or write
    /// there meanwhile.
    unsafe fn scatter(&self, piece: &[R], digit: &Digit, mut places: Vec<usize>, counts: &[u32]) {
        let mut left = counts.to_vec();
        for record in piece {
            let bucket = digit.of(record);
            left[bucket] =
                left[bucket].checked_sub(1).expect("the record was counted in this bucket");
            // SAFETY: the place is one of as many as were counted, and the caller guarantees that
            // these are in the memory behind the pointer.
            unsafe { self.0.add(places[bucket]).write(*record) };
            places[bucket] += 1;
        }
        // As many records were counted as there are, so no place is left over.
        debug_assert!(left.iter().all(|&left| left == 0));
    }
}

/// The bits of a key that choose its bucket; the first bucket is for keys below `low` alone.
struct Digit {
    low: u64,
    shift: u32,
    buckets: usize,
}

impl Digit {
    fn fit<R: EdgeLike>(pieces: &[&[R]]) -> Self {
        let m: usize = pieces.iter().map(|piece| piece.len()).sum();
        let buckets = m.div_ceil(BUCKET).next_power_of_two().clamp(4, BUCKETS);
        let keys: Vec<u64> = sample(pieces).into_iter().map(|(key, _)| key.wide()).collect();
        // Keys beyond these, a few in a thousand, share the first or the last bucket.
        let few = keys.len() >> 9;
        let low = keys.get(few).copied().unwrap_or(0);
        let high = keys.get(keys.len().wrapping_sub(few + 1)).copied().unwrap_or(0);
        let bits = u64::BITS - (high - low).leading_zeros();
        Self { low, shift: bits.saturating_sub(buckets.ilog2()), buckets: buckets + 1 }
    }

    fn of<R: EdgeLike>(&self, record: &R) -> usize {
        let above = record.key().wide().checked_sub(self.low);
        above.map_or(0, |above| ((above >> self.shift) as usize).min(self.buckets - 2) + 1)
    }

    fn count<R: EdgeLike>(&self, piece: &[R]) -> Vec<u32> {
        assert!(u32::try_from(piece.len()).is_ok(), "a count of records has 32 bits");
        let mut counts = vec![0; self.buckets];
        piece.iter().for_each(|record| counts[self.of(record)] += 1);
        counts
    }
}

/// From the number of records that each piece has of each bucket: where each piece's share of each
/// bucket starts, and where each bucket ends.
fn places(counts: &[Vec<u32>], buckets: usize) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut places: Vec<Vec<usize>> = counts.iter().map(|counts| vec![0; counts.len()]).collect();
    let mut next = 0;
    let mut ends = Vec::with_capacity(buckets);
    for bucket in 0..buckets {
        for (places, counts) in places.iter_mut().zip(counts) {
            places[bucket] = next;
            next += counts[bucket] as usize;
        }
        ends.push(next);
    }
    (places, ends)
}

/// Sorts one bucket; `copy` is memory that is reused from one bucket to the next.
pub(super) fn sort_bucket<R: EdgeLike>(bucket: &mut [R], copy: &mut Vec<R>) {
    if bucket.len() <= COMPARED {
        return bucket.sort_by_key(R::key);
    }
    let (low, bits) = range(bucket);
    if bits == 0 {
        return;
    }
    if bucket.len() >= DEALT_AGAIN {
        return sort_large(bucket, bits);
    }
    let passes = bits.div_ceil(DIGIT).min(PASSES);
    let width = bits.div_ceil(passes).min(DIGIT);
    let below = bits.saturating_sub(passes * width);
    copy.clear();
    copy.resize(bucket.len(), R::zeroed());
    for pass in 0..passes {
        let shift = below + pass * width;
        let mask = (1 << width) - 1;
        let digit = |record: &R| ((record.key().wide() - low) >> shift) as usize & mask;
        scatter(bucket, copy, digit);
        bucket.copy_from_slice(copy);
    }
    if below > 0 && !bucket.is_sorted_by_key(R::key) {
        bucket.sort_by_key(R::key);
    }
}

/// Copies `from` to `to` by rising digits below 2^[`DIGIT`]; records of equal digits keep their
/// order.
fn scatter<R: EdgeLike>(from: &[R], to: &mut [R], digit: impl Fn(&R) -> usize) {
    let mut places = [0u32; 1 << DIGIT];
    from.iter().for_each(|record| places[digit(record)] += 1);
    let mut next = 0;
    for place in &mut places {
        next += std::mem::replace(place, next);
    }
    for record in from {
        let place = &mut places[digit(record)];
        to[*place as usize] = *record;
        *place += 1;
    }
}

/// The lowest key of a list that is not empty, and the number of bits of the largest difference to
/// it.
fn range<R: EdgeLike>(records: &[R]) -> (u64, u32) {
    let (mut low, mut high) = (u64::MAX, 0);
    for record in records {
        (low, high) = (low.min(record.key().wide()), high.max(record.key().wide()));
    }
    (low, u64::BITS - (high - low).leading_zeros())
}

/// Sorts a bucket that has too many records, in parallel; differences of its keys have `bits` bits.
fn sort_large<R: EdgeLike>(bucket: &mut [R], bits: u32) {
    let pieces: Vec<&[R]> = bucket.chunks(DEALT_AGAIN).collect();
    let mut dealt = Buckets::deal(&pieces);
    let half = bucket.len() / 2;
    for group in &mut dealt.groups(usize::MAX) {
        group.par_iter_mut().for_each_init(Vec::new, |copy, part| {
            // A sample may mislead: only what has fewer records or fewer bits is dealt again, so
            // that it comes to an end.
            if part.len() > half && range(part).1 >= bits {
                part.par_sort_by_key(R::key);
            } else {
                sort_bucket(part, copy);
            }
        });
    }
    bucket.copy_from_slice(&dealt.records);
}

/// As [`sort()`], for consecutive lists; returns one sorted list.
pub(crate) fn sorted<R: EdgeLike>(lists: &[&[R]]) -> Vec<R> {
    let pieces: Vec<&[R]> = lists.iter().flat_map(|list| list.chunks(PIECE)).collect();
    let mut buckets = Buckets::deal(&pieces);
    buckets.groups(usize::MAX).iter_mut().for_each(|group| sort_each(group));
    buckets.records
}

/// Sorts `edges` by key on the current rayon pool; edges of equal keys keep their order.
///
/// # Complexity
/// O(m) time if they are sorted; else memory for one copy, and O(m) time for keys that are spread
/// out, O(m log m) at worst.
pub fn sort<R: EdgeLike>(edges: &mut [R]) {
    if !edges.is_sorted_by_key(R::key) {
        sort_bucket(edges, &mut Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Edge, scramble};

    /// Random keys of 20 bits, with a few far below and far above all others.
    fn keys_with_outliers() -> Vec<Edge<u64>> {
        let key = |i: u64| match i % 4000 {
            0 => i,
            1 => u64::MAX - i,
            _ => (1 << 40) + (scramble(i) >> 44),
        };
        let m = if cfg!(miri) { 2000 } else { 20_000 };
        (0..m).map(|i| Edge { u: i as u32, v: 0, key: key(i) }).collect()
    }

    #[test]
    fn buckets_are_small_whatever_outliers_there_are() {
        let edges = keys_with_outliers();
        let mut buckets = Buckets::deal(&edges.chunks(700).collect::<Vec<_>>());
        let mut largest = 0;
        let mut last = 0;
        for bucket in buckets.groups(1).iter().flatten() {
            largest = largest.max(bucket.len());
            let keys = || bucket.iter().map(|e| e.key);
            assert!(keys().all(|key| key >= last), "buckets rise");
            last = keys().max().unwrap_or(last);
        }
        assert!(largest <= 4 * BUCKET, "{largest} records in a bucket");
    }

    /// Few keys are below the sample's lowest ones; all others are spread by their top bits.
    #[test]
    fn random_keys_fill_all_buckets_but_the_first_evenly() {
        let edge = |i: u64| Edge { u: i as u32, v: 0, key: (1 << 40) + (scramble(i) >> 44) };
        let edges: Vec<Edge<u64>> = (0..64 * BUCKET as u64).map(edge).collect();
        let digit = Digit::fit(&[&edges]);
        let counts = digit.count(&edges);
        assert_eq!(
            (digit.shift, counts.len()),
            (20 - 6, 65),
            "64 buckets, and one for what is below"
        );
        assert!((1..BUCKET as u32 / 2).contains(&counts[0]), "{counts:?}");
        let even = BUCKET as u32 / 2..BUCKET as u32 * 2;
        assert!(counts[1..64].iter().all(|count| even.contains(count)), "{counts:?}");
        let few = Digit::fit(&[&edges[..3]]);
        assert_eq!(few.count(&edges[..3]).len(), 5, "at least four buckets");
    }

    /// Only what fits a cache is sorted in the memory that is reused.
    #[test]
    fn large_buckets_are_dealt_again_and_small_ones_are_not() {
        let edge = |i: usize| Edge { u: i as u32, v: 0, key: scramble(i as u64) };
        for (len, copied) in [(DEALT_AGAIN, 0), (DEALT_AGAIN - 1, DEALT_AGAIN - 1)] {
            let mut bucket: Vec<Edge<u64>> = (0..len).map(edge).collect();
            let mut copy = Vec::new();
            sort_bucket(&mut bucket, &mut copy);
            assert!(bucket.is_sorted_by_key(|e| e.key));
            assert_eq!(copy.len(), copied, "{len} records");
        }
    }

    #[test]
    fn groups_are_whole_buckets_of_about_a_length() {
        let edges = keys_with_outliers();
        let mut buckets = Buckets::deal(&[&edges]);
        let lens: Vec<usize> =
            buckets.groups(1000).iter().map(|group| group.iter().map(|b| b.len()).sum()).collect();
        assert_eq!(lens.iter().sum::<usize>(), edges.len());
        let (_, all_but_last) = lens.split_last().unwrap();
        assert!(all_but_last.iter().all(|len| (1000..1000 + 4 * BUCKET).contains(len)), "{lens:?}");
        assert!(lens.len() > edges.len() / 1300, "{lens:?}");
    }

    /// A test for the unsafe code that Miri can run in a minute: few records, on several threads.
    #[test]
    fn each_record_is_dealt_once() {
        for lens in [[0, 0, 0], [1, 0, 2], [5, 40, 9]] {
            let mut next = 0..;
            let pieces = lens.map(|len| {
                let records = next.by_ref().take(len);
                let edge = |i: u64| Edge { u: i as u32, v: 0, key: scramble(i) % 9 };
                records.map(edge).collect::<Vec<_>>()
            });
            let mut expected = pieces.concat();
            expected.sort_by_key(|e| e.key);
            let pieces: Vec<&[Edge<u64>]> = pieces.iter().map(Vec::as_slice).collect();
            let mut buckets = Buckets::deal(&pieces);
            assert_eq!(buckets.records.len(), expected.len());
            for mut group in buckets.groups(1) {
                sort_each(&mut group);
            }
            assert_eq!(buckets.records, expected);
        }
    }

    /// Keys that are nearly all the same, with a few lighter or heavier ones, were once dealt into
    /// one bucket for ever.
    #[test]
    fn a_few_keys_beside_one_that_all_others_share() {
        // Miri takes seconds for a thousand records.
        let most = if cfg!(miri) { DEALT_AGAIN + 50 } else { 4 * DEALT_AGAIN } as u32;
        for others in
            [&[(7, 0)][..], &[(7, 9)], &[(7, 0), (300, 0), (301, 9)], &[(0, 0), (1, u32::MAX)]]
        {
            for shared in [1, 5] {
                let key =
                    |i: u32| others.iter().find(|(at, _)| *at == i).map_or(shared, |(_, key)| *key);
                let edges: Vec<Edge<u32>> =
                    (0..most).map(|i| Edge { u: i, v: i + 1, key: key(i) }).collect();
                let mut expected = edges.clone();
                expected.sort_by_key(|e| e.key);
                let pieces: Vec<&[Edge<u32>]> = edges.chunks(100).collect();
                assert_eq!(sorted(&pieces), expected);
                let mut found = edges;
                sort(&mut found);
                assert_eq!(found, expected);
            }
        }
    }
}
