//! Where most vertices are in one component, it can be shorter to tell all ranks which are not than to
//! let each rank ask.

use super::ids;
use super::message::{MessageReader, MessageWriter};
use super::owners::Owners;
use crate::comm::{Comm, Reduction};

/// The places of those of `ids`, sorted and distinct, that are not in the giant component. Each rank
/// tells all others which of its block are `outside`; `None` if it is shorter to ask about all ids.
///
/// # Complexity
/// An all-reduce, and perhaps an all-gather of log2(n/k) + 1.5 bits for each of the k vertices that are
/// not in the giant.
pub(crate) fn places_outside(
    comm: &Comm,
    owners: Owners,
    outside: &[u32],
    ids: &[u32],
) -> Option<Vec<u32>> {
    let mut counts = [outside.len() as u64, ids.len() as u64];
    comm.all_reduce(&mut counts, Reduction::Sum);
    let [outsiders, asked] = counts.map(|count| count as f64);
    if !pays(owners.n as f64, outsiders, asked / owners.p as f64) {
        return None;
    }
    let mut out = MessageWriter::new();
    ids::put(&mut out, outside, owners.ids(comm.rank()));
    let lists = comm.all_gather(&out.into_bytes());
    let mut places = Vec::new();
    for (rank, (bytes, block)) in lists.into_iter().zip(owners.split(ids)).enumerate() {
        let list = ids::take(&mut MessageReader::of(&bytes), owners.ids(rank));
        let mut list = list.expect("a message of this program").into_iter().peekable();
        for place in block {
            while list.next_if(|&outsider| outsider < ids[place]).is_some() {}
            if list.peek() == Some(&ids[place]) {
                places.push(place as u32);
            }
        }
    }
    Some(places)
}

/// Whether it is shorter for a rank that wants to know of `asked` of `n` vertices to receive a list of
/// all `outsiders`, and ask about those alone.
fn pays(n: f64, outsiders: f64, asked: f64) -> bool {
    let left = asked * outsiders / n;
    // What an answer takes for an outsider is the same in both cases.
    let direct = bits(n, asked) + bits(asked, left);
    bits(n, outsiders) + bits(n, left) < direct
}

/// The bits for a random set of k of n ids, about.
fn bits(n: f64, k: f64) -> f64 {
    let few = k.min(n - k).max(1.0);
    (few * (log2((n / few).max(1.0)) + 1.5)).min(n)
}

/// The logarithm of x, which is at least 1, linear between powers of two. All ranks must decide alike,
/// and a library's logarithm may round differently on another host; arithmetic does not.
fn log2(x: f64) -> f64 {
    let whole = (x as u64).ilog2();
    f64::from(whole) + x / (1u64 << whole) as f64 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;

    #[test]
    fn ranks_learn_who_is_outside() {
        let owners = Owners { n: 10_000, p: 4 };
        let places = comm::run(4, Some(1), |comm| {
            let outside: Vec<u32> = owners.ids(comm.rank()).filter(|id| id % 100 == 7).collect();
            let ids: Vec<u32> = (0..10_000).filter(|id| id % 3 == comm.rank() as u32 % 3).collect();
            (places_outside(comm, owners, &outside, &ids), ids)
        });
        for (rank, (places, ids)) in places.into_iter().enumerate() {
            let places = places.expect("one in a hundred is a short list");
            let found: Vec<u32> = places.into_iter().map(|place| ids[place as usize]).collect();
            let expected: Vec<u32> = ids.into_iter().filter(|id| id % 100 == 7).collect();
            assert_eq!(found, expected, "rank {rank}");
        }
    }

    #[test]
    fn logarithms_are_near_enough() {
        for x in [1.0_f64, 1.5, 2.0, 3.0, 1000.0, 1e6, 1.5e9] {
            assert!((0.0..0.09).contains(&(x.log2() - log2(x))), "{x}");
        }
    }

    #[test]
    fn a_long_list_does_not_pay() {
        assert!(pays(1e6, 1e4, 2.5e5));
        assert!(!pays(1e6, 5e5, 2.5e5), "half are outside");
        assert!(!pays(1e6, 1e5, 1e3), "few are asked about");
        assert!(!pays(1e6, 1e5, 0.0), "none is asked about");
    }
}
