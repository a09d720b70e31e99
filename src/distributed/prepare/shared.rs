//! Finds the vertices that have edges on several ranks.

use crate::comm::Comm;
use crate::graph::words;
use fixedbitset::FixedBitSet;
use roaring::RoaringBitmap;
use std::ops::Range;

/// Returns the vertices that two or more ranks have `touched`; the same on every rank.
///
/// # Complexity
/// Each rank sends the part of its set in each block of vertices to the block's rank, which sends
/// its answer to all. Sets are coded as runs, lists or bits, whichever is shortest, so a rank
/// receives at most n/4 bytes.
pub(in crate::distributed) fn shared(comm: &Comm, touched: &FixedBitSet) -> FixedBitSet {
    let (p, touched_words) = (comm.size(), words(touched));
    let len = touched_words.len();
    let block = |rank: usize| len * rank / p..len * (rank + 1) / p;
    let own = block(comm.rank());
    let parts = || (0..p).map(|rank| encode(&touched_words[block(rank)])).collect();
    let sets = comm.all_to_all(comm.compute(parts));
    let answer = comm.compute(|| {
        let (mut once, mut twice) = (vec![0; own.len()], vec![0; own.len()]);
        for set in sets {
            let set = decode(&set, own.len());
            for ((once, twice), word) in once.iter_mut().zip(&mut twice).zip(set) {
                *twice |= *once & word;
                *once |= word;
            }
        }
        encode(&twice)
    });
    let answers = comm.all_gather(&answer);
    let mut shared = touched.clone();
    for (rank, answer) in answers.iter().enumerate() {
        let Range { start, end } = block(rank);
        let answer = decode(answer, end - start);
        shared.as_mut_slice()[start..end].copy_from_slice(bytemuck::cast_slice(&answer));
    }
    shared
}

/// Encodes a set in as few bytes as possible, at most those of the words themselves; the length
/// tells which.
fn encode(words: &[u64]) -> Vec<u8> {
    let bytes: &[u8] = bytemuck::cast_slice(words);
    let mut set = RoaringBitmap::from_lsb0_bytes(0, bytes);
    set.optimize();
    if set.serialized_size() >= bytes.len() {
        return bytes.to_vec();
    }
    let mut coded = Vec::with_capacity(set.serialized_size());
    set.serialize_into(&mut coded).expect("a vector accepts all bytes");
    coded
}

/// Decodes the `len` words that [`encode`] was given.
fn decode(bytes: &[u8], len: usize) -> Vec<u64> {
    if bytes.len() == len * size_of::<u64>() {
        return bytemuck::pod_collect_to_vec(bytes);
    }
    let set = RoaringBitmap::deserialize_from(bytes).expect("a set of the sender's");
    let mut bits = FixedBitSet::with_capacity(len * 64);
    let mut ranges = set.iter();
    while let Some(range) = ranges.next_range() {
        bits.insert_range(*range.start() as usize..*range.end() as usize + 1);
    }
    words(&bits).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn vertices_of_two_ranks_are_shared(
            n in 1usize..700,
            runs in prop::collection::vec((0usize..5, 0usize..700, 1usize..200), 0..12),
            single in prop::collection::vec((0usize..5, 0usize..700), 0..100),
            p in 1usize..6,
        ) {
            let mut counts = vec![std::collections::BTreeSet::new(); n];
            let single = single.into_iter().map(|(rank, v)| (rank, v, 1));
            for (rank, start, len) in runs.into_iter().chain(single) {
                (start.min(n)..n.min(start + len)).for_each(|v| {
                    counts[v].insert(rank % p);
                });
            }
            let found = comm::run(p, Some(1), |comm| {
                let mut touched = FixedBitSet::with_capacity(n);
                let mine = (0..n).filter(|&v| counts[v].contains(&comm.rank()));
                mine.for_each(|v| touched.insert(v));
                shared(comm, &touched).ones().collect::<Vec<_>>()
            });
            let expected: Vec<usize> = (0..n).filter(|&v| counts[v].len() > 1).collect();
            prop_assert!(found.iter().all(|found| *found == expected));
        }
    }

    #[test]
    fn a_run_takes_few_bytes_and_noise_no_more_than_bits() {
        let run = vec![u64::MAX; 1 << 14];
        assert!(encode(&run).len() < 300, "{}", encode(&run).len());
        let noise: Vec<u64> = (0..1 << 12).map(crate::graph::scramble).collect();
        assert!(encode(&noise).len() <= noise.len() * 8);
        assert_eq!(decode(&encode(&noise), noise.len()), noise);
    }
}
