//! Numbers in place of ids: vertices whose ids may be anywhere below 2^63 are numbered in the order of
//! their ids, over all ranks.

use super::message::{Malformed, MessageReader, MessageWriter};
use super::{Answers, Owners, exchange, sample_sort};
use crate::comm::Comm;
use crate::graph::{IdList, MOST_VERTICES, Vertex};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// The bits of a Rice code's number of plain bits.
const PARAMETER_BITS: usize = 6;
const ID_BITS: usize = 64;

/// The numbers of ids: of those with numbers in a block, its owner knows the ids.
#[derive(Clone, Debug)]
pub(crate) struct IdIndex {
    numbers: Owners,
    /// The ids of this rank's numbers.
    own: IdList,
    /// For each rank, its first id; that of the next rank if it has none.
    firsts: Vec<u64>,
}

impl IdIndex {
    /// Numbers the `ids` of all ranks from 0. Each rank gives its own, sorted and distinct.
    ///
    /// # Errors
    /// How many there are, if they are more than [`MOST_VERTICES`]. All ranks return the same.
    ///
    /// # Complexity
    /// O(k/p log k) time and O(k/p) memory for k ids; two exchanges of all of them, and an all-gather
    /// of a sample.
    pub(crate) fn of(comm: &Comm, ids: &[u64]) -> Result<Self, u64> {
        let mut mine = sample_sort(comm, ids.to_vec(), |id| *id);
        mine.dedup();
        let ([start], [total]) = comm.sums_before([mine.len() as u64]);
        if total > MOST_VERTICES {
            return Err(total);
        }
        let numbers = Owners { n: total as usize, p: comm.size() };
        let start = start as usize;
        let piece = |rank: usize| {
            let at = |number: usize| number.clamp(start, start + mine.len()) - start;
            let block = numbers.block(rank);
            mine[at(block.start)..at(block.end)].to_vec()
        };
        let own = comm.all_to_all((0..comm.size()).map(piece).collect()).concat();
        let mut firsts = comm.all_gather(&[own.first().copied().unwrap_or(u64::MAX)]).concat();
        for rank in (1..firsts.len()).rev() {
            firsts[rank - 1] = firsts[rank - 1].min(firsts[rank]);
        }
        Ok(Self { numbers, own: comm.compute(|| IdList::of(own)), firsts })
    }

    /// How many ids have numbers.
    pub(crate) fn len(&self) -> u64 {
        self.numbers.n as u64
    }

    /// The ids of this rank's block of numbers.
    pub(crate) fn own(&self) -> &Arc<[u64]> {
        self.own.ids()
    }

    /// The number of each of this rank's `ids`, which are sorted and distinct; `None` for an id without
    /// one.
    ///
    /// # Complexity
    /// Two exchanges. Of k ids below N, each takes about log2(N/k) + 1.5 bits there, and log2(n) bits
    /// back.
    pub(crate) fn numbers(&self, comm: &Comm, ids: &[u64]) -> Vec<Option<Vertex>> {
        let ranges = self.split(ids);
        let lens: Vec<usize> = ranges.iter().map(Range::len).collect();
        let lists = ranges.into_iter().map(|range| ids[range].to_vec()).collect();
        let asked = exchange_ids(comm, lists);
        let start = self.numbers.ids(comm.rank()).start;
        let number = |id: &u64| self.own.place(*id).map(|place| start + place);
        let answer = |ids: &Vec<u64>| ids.iter().map(number).collect();
        let answers = comm.compute(|| asked.par_iter().map(answer).collect());
        exchange(comm, &Answers(self.numbers.bits()), answers, &lens).concat()
    }

    /// The ids of `numbers`, which are sorted and distinct.
    ///
    /// # Complexity
    /// Two exchanges, in which each number takes little more than its id.
    pub(crate) fn ids(&self, comm: &Comm, numbers: &[Vertex]) -> Vec<u64> {
        let blocks = self.numbers.split(numbers);
        let asked =
            comm.all_to_all(blocks.iter().map(|range| numbers[range.clone()].to_vec()).collect());
        let start = self.numbers.ids(comm.rank()).start;
        let id = |number: &Vertex| self.own.ids()[(number - start) as usize];
        let answers = asked.iter().map(|numbers| numbers.iter().map(id).collect());
        exchange_ids(comm, answers.collect()).concat()
    }

    /// For each rank, the places of the ids that it would have the numbers of.
    fn split(&self, ids: &[u64]) -> Vec<Range<usize>> {
        let start = |rank: usize| match rank {
            0 => 0,
            _ => self
                .firsts
                .get(rank)
                .map_or(ids.len(), |first| ids.partition_point(|id| id < first)),
        };
        (0..self.firsts.len()).map(|rank| start(rank)..start(rank + 1)).collect()
    }
}

/// Sends each rank a list of ids, sorted and distinct. Returns the lists received.
fn exchange_ids(comm: &Comm, lists: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    let mut lists = lists;
    let own = std::mem::take(&mut lists[comm.rank()]);
    let message = |ids: &Vec<u64>| {
        let mut out = MessageWriter::new();
        put_ids(&mut out, ids);
        out.into_bytes()
    };
    let messages = comm.compute(|| lists.par_iter().map(message).collect());
    let received = comm.all_to_all(messages);
    let taken = |bytes: &Vec<u8>| take_ids(&mut MessageReader::of(bytes));
    let taken: Result<Vec<_>, Malformed> =
        comm.compute(|| received.par_iter().map(taken).collect());
    let mut lists = taken.expect("messages of this program");
    lists[comm.rank()] = own;
    lists
}

/// Appends ids, sorted and distinct, to a message: the first, and the gaps between them in a Rice code.
fn put_ids(out: &mut MessageWriter, ids: &[u64]) {
    out.put_number(ids.len() as u64);
    let [first, .., last] = ids else {
        ids.iter().for_each(|id| out.put(*id, ID_BITS));
        return;
    };
    let mean = (last - first) / (ids.len() as u64 - 1);
    let plain = mean.ilog2() as usize;
    out.put(*first, ID_BITS);
    out.put(plain as u64, PARAMETER_BITS);
    ids.windows(2).for_each(|pair| out.put_rice(pair[1] - pair[0] - 1, plain));
}

/// Takes ids from a message.
///
/// # Errors
/// If the message has none.
fn take_ids(from: &mut MessageReader) -> Result<Vec<u64>, Malformed> {
    let len = from.take_number()?;
    if len == 0 {
        return Ok(Vec::new());
    }
    let mut id = from.take(ID_BITS)?;
    let mut ids = vec![id];
    if len == 1 {
        return Ok(ids);
    }
    let plain = from.take(PARAMETER_BITS)? as usize;
    for _ in 1..len {
        let gap = from.take_rice(plain)?;
        id = id.checked_add(gap).and_then(|id| id.checked_add(1)).ok_or(Malformed)?;
        ids.push(id);
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Ids close together and far apart.
    fn id() -> impl Strategy<Value = u64> {
        prop_oneof![0u64..50, (1u64 << 32)..(1 << 32) + 50, 0..i64::MAX as u64]
    }

    proptest! {
        /// Every id has the number of its place in the order of all, on any ranks, and no other id has
        /// one.
        #[test]
        fn numbers_are_places_in_the_order_of_ids(
            lists in vec(btree_set(id(), 0..60), 1..8),
            others in btree_set(id(), 0..20),
        ) {
            let all: BTreeSet<u64> = lists.iter().flatten().copied().collect();
            let all: Vec<u64> = all.into_iter().collect();
            let found = comm::run(lists.len(), Some(1), |comm| {
                let mine: Vec<u64> = lists[comm.rank()].iter().copied().collect();
                let index = IdIndex::of(comm, &mine).expect("few ids");
                let asked: BTreeSet<u64> = mine.iter().chain(&others).copied().collect();
                let asked: Vec<u64> = asked.into_iter().collect();
                let numbers = index.numbers(comm, &asked);
                let known: Vec<u32> = numbers.iter().copied().flatten().collect();
                (index.len(), index.ids(comm, &known), asked, numbers, index.own().to_vec())
            });
            let own = found.iter().flat_map(|(.., own)| own).copied();
            prop_assert!(own.eq(all.iter().copied()));
            for (len, ids, asked, numbers, own) in found {
                prop_assert_eq!(len, all.len() as u64);
                prop_assert!(own.len().abs_diff(all.len() / lists.len()) <= 1, "blocks are even");
                let expected: Vec<_> = asked.iter().map(|id| all.binary_search(id).ok().map(|place| place as Vertex)).collect();
                prop_assert_eq!(numbers, expected);
                let known = asked.into_iter().filter(|id| all.contains(id));
                prop_assert!(ids.into_iter().eq(known));
            }
        }

        #[test]
        fn any_bytes_are_ids_or_refused(bytes in vec(any::<u8>(), 0..40)) {
            if let Ok(ids) = take_ids(&mut MessageReader::of(&bytes)) {
                prop_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }

    #[test]
    fn ids_take_few_bits() {
        let ids: Vec<u64> = (0..10_000).map(crate::graph::scramble).map(|id| id >> 24).collect();
        let ids = IdList::of(ids).ids().to_vec();
        let mut out = MessageWriter::new();
        put_ids(&mut out, &ids);
        let bits = 8.0 * out.into_bytes().len() as f64 / ids.len() as f64;
        let ideal = ((1u64 << 40) as f64 / 1e4).log2() + 1.5;
        assert!(bits < ideal + 0.3, "{bits} bits, ideal {ideal}");
    }
}
