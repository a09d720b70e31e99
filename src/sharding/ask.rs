//! Ask: every rank tells the owners of some ids something about them, and the owners answer.
//!
//! All exchanges of the sharded algorithm are of this one kind. An answer has no ids: it is in the
//! order of the question. What a rank tells itself is not coded.

use super::column::{Column, Nothing};
use super::ids;
use super::message::{Malformed, MessageReader, MessageWriter};
use super::owners::Owners;
use crate::comm::Comm;
use rayon::prelude::*;
use std::mem::take;
use std::ops::Range;

/// What a rank has told an owner: ids, sorted and distinct, and a value for each.
pub(crate) struct Told<V> {
    pub(crate) ids: Vec<u32>,
    pub(crate) values: Vec<V>,
}

/// Asks the owners about `ids`, which are sorted and distinct. Returns the answer to each; nothing if
/// no rank asks.
///
/// # Complexity
/// Two exchanges. Of k out of N ids, each takes log2(N/k) + 1.5 bits there, at most.
pub(crate) fn ask<C: Column>(
    comm: &Comm,
    owners: Owners,
    ids: &[u32],
    column: &C,
    answer: impl Fn(u32) -> C::Value + Sync,
) -> Option<Vec<C::Value>> {
    let told = tell(comm, owners, ids, &Nothing, &vec![(); ids.len()])?;
    let answers = |(_, told): (usize, &Told<()>)| -> Vec<_> {
        told.ids.iter().map(|&id| answer(id)).collect()
    };
    let answers = for_each_rank(comm, total(&told, |told| told.ids.len()), &told, answers);
    Some(reply(comm, owners, ids, column, answers))
}

/// Tells the owners of `ids`, which are sorted and distinct, a value for each. Returns what every rank
/// has told this one, in rank order; `None` if no rank has ids.
pub(crate) fn tell<C: Column>(
    comm: &Comm,
    owners: Owners,
    ids: &[u32],
    column: &C,
    values: &[C::Value],
) -> Option<Vec<Told<C::Value>>> {
    let me = comm.rank();
    let ranges = owners.split(ids);
    let own = ranges[me].clone();
    let message = |(rank, places): (usize, &Range<usize>)| {
        // To itself, a rank says only whether there is something.
        if rank == me || places.is_empty() {
            return vec![0; places.len().min(1)];
        }
        let mut out = MessageWriter::new();
        ids::put(&mut out, &ids[places.clone()], owners.ids(rank));
        column.put(&mut out, &values[places.clone()]);
        out.into_bytes()
    };
    let messages = for_each_rank(comm, ids.len(), &ranges, message);
    let received = comm.all_to_all_if_any(messages)?;
    let read = |(rank, bytes): (usize, &Vec<u8>)| {
        if rank == me {
            return Ok(Told {
                ids: ids[own.clone()].to_vec(),
                values: values[own.clone()].to_vec(),
            });
        }
        if bytes.is_empty() {
            return Ok(Told { ids: Vec::new(), values: Vec::new() });
        }
        let mut from = MessageReader::of(bytes);
        let ids = ids::take(&mut from, owners.ids(me))?;
        let values = column.take(&mut from, ids.len())?;
        Ok(Told { ids, values })
    };
    let told = for_each_rank(comm, total(&received, Vec::len), &received, read);
    let told: Result<_, Malformed> = told.into_iter().collect();
    Some(told.expect("messages of this program"))
}

/// Answers what ranks have told: a list of values for each rank, one for each of its ids. Returns the
/// answers about `ids`, the ones that this rank has told of.
pub(crate) fn reply<C: Column>(
    comm: &Comm,
    owners: Owners,
    ids: &[u32],
    column: &C,
    answers: Vec<Vec<C::Value>>,
) -> Vec<C::Value> {
    let lens: Vec<usize> = owners.split(ids).iter().map(Range::len).collect();
    exchange(comm, column, answers, &lens).concat()
}

/// Sends each rank a list of values; `lens` tells how many each rank sends. Returns the lists
/// received.
pub(crate) fn exchange<C: Column>(
    comm: &Comm,
    column: &C,
    lists: Vec<Vec<C::Value>>,
    lens: &[usize],
) -> Vec<Vec<C::Value>> {
    let me = comm.rank();
    let mut lists = lists;
    let own = take(&mut lists[me]);
    let message = |(_, values): (usize, &Vec<C::Value>)| {
        if values.is_empty() {
            return Vec::new();
        }
        let mut out = MessageWriter::new();
        column.put(&mut out, values);
        out.into_bytes()
    };
    let messages = for_each_rank(comm, total(&lists, Vec::len), &lists, message);
    drop(lists);
    let received = comm.all_to_all(messages);
    let read = |(rank, bytes): (usize, &Vec<u8>)| match lens[rank] {
        len if len == 0 || rank == me => Ok(Vec::new()),
        len => column.take(&mut MessageReader::of(bytes), len),
    };
    let lists = for_each_rank(comm, lens.iter().sum(), &received, read);
    let lists: Result<Vec<_>, Malformed> = lists.into_iter().collect();
    let mut lists = lists.expect("messages of this program");
    lists[me] = own;
    lists
}

/// Less work than on so many items is done sooner than handed over to threads.
const BRIEF: usize = 1 << 12;

/// What `work` makes of something for each rank. There are `size` items in all.
fn for_each_rank<T: Sync, R: Send>(
    comm: &Comm,
    size: usize,
    list: &[T],
    work: impl Fn((usize, &T)) -> R + Send + Sync,
) -> Vec<R> {
    match size < BRIEF {
        true => list.iter().enumerate().map(work).collect(),
        false => comm.compute(|| list.par_iter().enumerate().map(work).collect()),
    }
}

fn total<T>(list: &[T], len: impl Fn(&T) -> usize) -> usize {
    list.iter().map(len).sum()
}

#[cfg(test)]
mod tests {
    use super::super::column::Answers;
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
            let answer = |id: u32| (!expected || id.is_multiple_of(3)).then_some(id * 7 % 2048);
            let answers = comm::run(p, Some(1), |comm| {
                let owners = Owners { n: n as usize, p };
                let ids: Vec<u32> = lists[comm.rank()].iter().copied().filter(|&id| id < n).collect();
                let block = owners.block(comm.rank());
                let own = |id: u32| {
                    assert!(block.contains(&(id as usize)), "only the owner is asked");
                    answer(id)
                };
                (ask(comm, owners, &ids, &Answers(11), own), ids)
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
