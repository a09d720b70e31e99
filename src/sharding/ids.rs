//! Sets of ids in as few bits as possible: by a Rice code of their gaps, by one of the gaps of the
//! ids that are missing, or as a bit for each id.
//!
//! Rice, Plaunt, "Adaptive Variable-Length Coding for Efficient Compression of Spacecraft Television
//! Data", IEEE Transactions on Communication Technology 1971. Gaps of random ids have a geometric
//! distribution, for which Golomb's codes, of which these are the simplest, are optimal up to a few
//! percent (Gallager, van Voorhis 1975).

use super::message::{Malformed, MessageReader, MessageWriter};
use crate::graph::{BitList, from_words, words};
use dsi_bitstream::codes::len_gamma;
use fixedbitset::FixedBitSet;
use std::borrow::Cow;
use std::ops::Range;

/// How a set is coded: the gaps before its ids, those before the ids that are missing, or a bit for
/// each id.
const IDS: u64 = 0;
const MISSING: u64 = 1;
const BITS: u64 = 2;
/// The bits for one of these.
const CODE_BITS: usize = 2;
/// As many bits are written at once.
const WORD: usize = 64;
/// Unless fewer than one in so many flags differ from the others, a bit for each is the shortest.
const ALIKE: usize = 3;
/// The bits of a Rice code's number of plain bits.
const PARAMETER_BITS: usize = 5;

/// Appends a set of ids in `range` to a message. They are sorted and distinct.
///
/// # Complexity
/// k of N ids take about log2(N/k) + 1.5 bits each, but never more than N bits and two.
pub(crate) fn put(out: &mut MessageWriter, ids: &[u32], range: Range<u32>) {
    let (code, few) = match ids.len() > range.len() / 2 {
        true => (MISSING, Cow::Owned(missing(ids, &range))),
        false => (IDS, Cow::Borrowed(ids)),
    };
    if !put_gaps(out, code, &few, &range) {
        let mut set = FixedBitSet::with_capacity(range.len());
        ids.iter().for_each(|id| set.insert((id - range.start) as usize));
        put_words(out, &set);
    }
}

/// Takes a set of ids in `range` from a message.
///
/// # Errors
/// If the message has no such set. No more memory is taken than for all ids of the range.
pub(crate) fn take(from: &mut MessageReader, range: Range<u32>) -> Result<Vec<u32>, Malformed> {
    match from.take(CODE_BITS)? {
        IDS => take_gaps(from, &range),
        MISSING => Ok(missing(&take_gaps(from, &range)?, &range)),
        BITS => {
            let set = take_words(from, range.len())?;
            Ok(set.ones().map(|place| range.start + place as u32).collect())
        }
        _ => Err(Malformed),
    }
}

/// Appends a flag for each of a list that the receiver knows, too: the set of places of those that
/// are set.
pub(crate) fn put_flags(out: &mut MessageWriter, flags: impl IntoIterator<Item = bool>) {
    let flags = flags.into_iter().collect::<BitList>().into_set();
    let (len, ones) = (flags.len(), flags.count_ones(..));
    let is_coded = if ones * ALIKE < len {
        let places: Vec<u32> = flags.ones().map(|place| place as u32).collect();
        put_gaps(out, IDS, &places, &(0..len as u32))
    } else if (len - ones) * ALIKE < len {
        let places: Vec<u32> = flags.zeroes().map(|place| place as u32).collect();
        put_gaps(out, MISSING, &places, &(0..len as u32))
    } else {
        false
    };
    if !is_coded {
        put_words(out, &flags);
    }
}

/// Takes `len` flags.
///
/// # Errors
/// If the message has none.
pub(crate) fn take_flags(from: &mut MessageReader, len: usize) -> Result<FixedBitSet, Malformed> {
    let code = from.take(CODE_BITS)?;
    if code == BITS {
        return take_words(from, len);
    }
    let mut set = FixedBitSet::with_capacity(len);
    set.extend(take_gaps(from, &(0..len as u32))?.into_iter().map(|place| place as usize));
    match code {
        IDS => (),
        MISSING => set.toggle_range(..),
        _ => return Err(Malformed),
    }
    Ok(set)
}

/// Appends `code` and the gaps before the ids `few`; nothing, and false, if bits are shorter.
fn put_gaps(out: &mut MessageWriter, code: u64, few: &[u32], range: &Range<u32>) -> bool {
    let (plain, cost) = rice(few, range);
    if cost >= range.len() as u64 {
        return false;
    }
    out.put(code, CODE_BITS);
    out.put_number(few.len() as u64);
    if !few.is_empty() {
        out.put(plain as u64, PARAMETER_BITS);
    }
    gaps(few, range).for_each(|gap| out.put_rice(u64::from(gap), plain));
    true
}

/// Appends a bit for each place of a set.
fn put_words(out: &mut MessageWriter, set: &FixedBitSet) {
    out.put(BITS, CODE_BITS);
    let mut left = set.len();
    for &word in words(set) {
        out.put(word, left.min(WORD));
        left = left.saturating_sub(WORD);
    }
}

fn take_words(from: &mut MessageReader, len: usize) -> Result<FixedBitSet, Malformed> {
    let word = |start: usize| from.take(WORD.min(len - start));
    let words: Result<Vec<u64>, Malformed> = (0..len).step_by(WORD).map(word).collect();
    Ok(from_words(&words?, len))
}

/// The ids of `range` that are not among the sorted `ids`.
fn missing(ids: &[u32], range: &Range<u32>) -> Vec<u32> {
    let mut missing = Vec::with_capacity(range.len() - ids.len());
    let mut next = range.start;
    for &id in ids {
        missing.extend(next..id);
        next = id + 1;
    }
    missing.extend(next..range.end);
    missing
}

/// How many ids lie between each id and the one before it.
fn gaps<'a>(ids: &'a [u32], range: &Range<u32>) -> impl Iterator<Item = u32> + 'a {
    let first = ids.first().map(|id| id - range.start);
    first.into_iter().chain(ids.windows(2).map(|pair| pair[1] - pair[0] - 1))
}

/// The best number of plain bits for the gaps before `ids`, and how many bits all take then.
fn rice(ids: &[u32], range: &Range<u32>) -> (usize, u64) {
    let mean = (range.len() - ids.len()) as f64 / ids.len().max(1) as f64;
    // The median of a geometric distribution is ln 2 times its mean.
    let guess = (mean * std::f64::consts::LN_2).max(1.0).log2() as usize;
    let header = len_gamma(ids.len() as u64) + if ids.is_empty() { 0 } else { PARAMETER_BITS };
    let cost = |bits: usize| {
        let unary: u64 = gaps(ids, range).map(|gap| u64::from(gap >> bits)).sum();
        unary + ids.len() as u64 * (1 + bits as u64) + header as u64
    };
    let best = [guess, guess + 1].map(|bits| (bits, cost(bits))).into_iter();
    best.min_by_key(|(_, cost)| *cost).expect("there are two")
}

fn take_gaps(from: &mut MessageReader, range: &Range<u32>) -> Result<Vec<u32>, Malformed> {
    let len = from.take_number()?;
    if len > range.len() as u64 {
        return Err(Malformed);
    }
    let bits = if len == 0 { 0 } else { from.take(PARAMETER_BITS)? as usize };
    let mut ids = Vec::with_capacity(len as usize);
    let mut next = u64::from(range.start);
    for _ in 0..len {
        let id = from.take_rice(bits)?.checked_add(next).filter(|&id| id < u64::from(range.end));
        let id = id.ok_or(Malformed)?;
        ids.push(id as u32);
        next = id + 1;
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::scramble;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn coded(ids: &[u32], range: Range<u32>) -> Vec<u8> {
        let mut out = MessageWriter::new();
        put(&mut out, ids, range);
        out.into_bytes()
    }

    proptest! {
        #[test]
        fn a_set_comes_back(
            start in prop::sample::select(vec![0u32, 1, 77, u32::MAX - 400]),
            universe in 0u32..400,
            ids in prop::collection::btree_set(0u32..400, 0..400),
            others: bool,
        ) {
            let in_set = |id: &u32| ids.contains(id) != others;
            let ids: Vec<u32> = (0..universe).filter(in_set).map(|id| start + id).collect();
            let range = start..start + universe;
            let bytes = coded(&ids, range.clone());
            prop_assert!(bytes.len() <= (universe as usize + 2).div_ceil(8));
            prop_assert_eq!(take(&mut MessageReader::of(&bytes), range), Ok(ids.clone()));
            let flags: Vec<bool> = (0..universe).map(|id| ids.contains(&(start + id))).collect();
            let mut out = MessageWriter::new();
            put_flags(&mut out, flags.iter().copied());
            let bytes = out.into_bytes();
            prop_assert!(bytes.len() <= (universe as usize + 2).div_ceil(8));
            let taken = take_flags(&mut MessageReader::of(&bytes), flags.len()).unwrap();
            prop_assert_eq!(flags, (0..taken.len()).map(|place| taken[place]).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_a_set_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            start: u32,
            len in 0u32..500,
        ) {
            let range = start..start.saturating_add(len);
            if let Ok(ids) = take(&mut MessageReader::of(&bytes), range.clone()) {
                prop_assert!(ids.iter().all(|id| range.contains(id)));
                prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
                prop_assert!(ids.is_sorted());
            }
            if let Ok(flags) = take_flags(&mut MessageReader::of(&bytes), len as usize) {
                prop_assert_eq!(flags.len(), len as usize);
            }
        }
    }

    /// log2(N/k) + 1.5 bits an id, and hardly any for all or nothing.
    #[test]
    fn a_random_set_takes_few_bits() {
        let universe = 1 << 20;
        for share in [1 << 12, 1 << 6, 8, 3, 2] {
            let is_in = |id: &u32| scramble(u64::from(*id)).is_multiple_of(share);
            let ids: Vec<u32> = (0..universe).filter(is_in).collect();
            let rest: Vec<u32> = (0..universe).filter(|id| !is_in(id)).collect();
            let ideal = (ids.len() as f64 * ((share as f64).log2() + 1.5)).min(f64::from(universe));
            for set in [ids, rest] {
                let bits = 8.0 * coded(&set, 0..universe).len() as f64;
                assert!(bits < 1.03 * ideal + 40.0, "one in {share}: {bits} bits, ideal {ideal}");
            }
        }
        for set in [Vec::new(), (0..universe).collect()] {
            assert!(coded(&set, 0..universe).len() <= 2);
        }
    }
}
