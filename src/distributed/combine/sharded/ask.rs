//! Ask: every rank tells the owners of some ids something about them, and the owners answer.
//!
//! All exchanges of the sharded algorithm are of this one kind. An answer has no ids: it is in the
//! order of the question.

use super::column;
use super::ids;
use super::message::{Malformed, Reader, Writer};
use super::owners::Owners;
use crate::comm::Comm;
use rayon::prelude::*;
use std::ops::Range;

/// The ids that each rank has asked about, on their owner: sorted and distinct, in rank order.
pub(super) struct Questions(Vec<Vec<u32>>);

/// Asks the owners about `ids`, which are sorted and distinct. Returns for each its value of at most
/// `bits` bits, `None` where that is what the asking rank expects; nothing if no rank asks.
///
/// # Complexity
/// Two exchanges. Of k out of N ids, each takes log2(N/k) + 1.5 bits there, and `bits` + 1 back, at
/// most; if most answers are as expected or most are not, less than one bit tells which.
pub(super) fn ask(
    comm: &Comm,
    owners: Owners,
    ids: &[u32],
    bits: usize,
    answer: impl Fn(u32) -> Option<u64> + Sync,
) -> Option<Vec<Option<u64>>> {
    let questions = tell(comm, owners, ids, |_, _| (), |_, _, _| Ok(()))?;
    let put = |_: usize, ids: &[u32], out: &mut Writer| {
        column::put(out, &ids.iter().map(|&id| answer(id)).collect::<Vec<_>>(), bits);
    };
    let take = |places: Range<usize>, from: &mut Reader| column::take(from, places.len(), bits);
    Some(reply(comm, owners, &questions, put, ids, take).concat())
}

/// Tells the owners of `ids`, which are sorted and distinct, what `put` appends for ids at some
/// places of the list. The owner's `take` gets the rank, its ids and what it has appended. Returns
/// `None` if no rank has ids.
pub(super) fn tell(
    comm: &Comm,
    owners: Owners,
    ids: &[u32],
    put: impl Fn(Range<usize>, &mut Writer) + Sync,
    mut take: impl FnMut(usize, &[u32], &mut Reader) -> Result<(), Malformed>,
) -> Option<Questions> {
    let message = |(rank, places): (usize, Range<usize>)| {
        if places.is_empty() {
            return Vec::new();
        }
        let mut out = Writer::new();
        ids::put(&mut out, &ids[places.clone()], owners.ids(rank));
        put(places, &mut out);
        out.into_bytes()
    };
    let messages =
        comm.compute(|| owners.split(ids).into_par_iter().enumerate().map(message).collect());
    let received = comm.all_to_all_if_any(messages)?;
    let mut read = |(rank, bytes): (usize, &Vec<u8>)| {
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        let mut from = Reader::of(bytes);
        let ids = ids::take(&mut from, owners.ids(comm.rank()))?;
        take(rank, &ids, &mut from)?;
        Ok(ids)
    };
    let lists: Result<Vec<Vec<u32>>, Malformed> =
        received.iter().enumerate().map(&mut read).collect();
    Some(Questions(lists.expect("messages of this program")))
}

/// Answers `questions`: `put` appends what a rank is told about its ids. Returns what the asking
/// rank's `take` makes of the answers of each owner, with the places of the owner's ids in `ids`,
/// the ones that this rank has asked about.
pub(super) fn reply<T>(
    comm: &Comm,
    owners: Owners,
    questions: &Questions,
    put: impl Fn(usize, &[u32], &mut Writer) + Sync,
    ids: &[u32],
    mut take: impl FnMut(Range<usize>, &mut Reader) -> Result<T, Malformed>,
) -> Vec<T> {
    let message = |(rank, ids): (usize, &Vec<u32>)| {
        if ids.is_empty() {
            return Vec::new();
        }
        let mut out = Writer::new();
        put(rank, ids, &mut out);
        out.into_bytes()
    };
    let messages = comm.compute(|| questions.0.par_iter().enumerate().map(message).collect());
    let answers = comm.all_to_all(messages);
    let asked = owners.split(ids).into_iter().zip(answers).filter(|(places, _)| !places.is_empty());
    let taken: Result<Vec<T>, Malformed> =
        asked.map(|(places, bytes)| take(places, &mut Reader::of(&bytes))).collect();
    taken.expect("answers of this program")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_question_gets_its_owners_answer(
            n in 1u32..300,
            p in 1usize..6,
            lists in prop::collection::vec(prop::collection::btree_set(0u32..300, 0..200), 6),
            expected: bool,
        ) {
            let answer = |id: u32| (!expected || id.is_multiple_of(3)).then_some(u64::from(id) * 7 % 2048);
            let answers = comm::run(p, Some(1), |comm| {
                let owners = Owners { n: n as usize, p };
                let ids: Vec<u32> = lists[comm.rank()].iter().copied().filter(|&id| id < n).collect();
                let block = owners.block(comm.rank());
                let own = |id: u32| {
                    assert!(block.contains(&(id as usize)), "only the owner is asked");
                    answer(id)
                };
                (ask(comm, owners, &ids, 11, own), ids)
            });
            let is_asked = answers.iter().any(|(_, ids)| !ids.is_empty());
            for (answers, ids) in answers {
                prop_assert_eq!(answers.is_some(), is_asked);
                let expected: Vec<_> = ids.into_iter().map(answer).collect();
                prop_assert_eq!(answers.unwrap_or_default(), expected);
            }
        }
    }
}
