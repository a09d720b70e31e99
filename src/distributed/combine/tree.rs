//! Tree: pairs of ranks merge their forests, then pairs of pairs, until rank 0 has merged the last two.

use super::merge_tree::{Merged, merge_up};
use crate::comm::Comm;
use crate::local::EdgeLike;

/// As [`super::gather::gather()`], in ceil(log2 p) rounds that merge two runs each.
///
/// # Complexity
/// A rank receives at most one forest, n - 1 edges, per round, and sends one. The merges of a round
/// run on different ranks, each in O(n α(n)).
pub(in crate::distributed) fn tree<R: EdgeLike>(comm: &Comm, n: usize, run: &[R]) -> Merged<R> {
    merge_up(comm, n, run, &targets(comm.rank(), comm.size()))
}

/// Returns the rank to which a rank sends in each round. Of the ranks in round k, which are 2^k
/// apart, every second one sends to the one below it and is done.
fn targets(rank: usize, p: usize) -> Vec<Option<usize>> {
    let rounds = p.next_power_of_two().trailing_zeros();
    let target = |round: u32| (rank.trailing_zeros() == round).then(|| rank - (1 << round));
    (0..rounds).map(target).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_but_the_first_sends_once() {
        for p in 1..40 {
            assert!(targets(0, p).iter().all(Option::is_none));
            for rank in 1..p {
                let sent: Vec<usize> = targets(rank, p).into_iter().flatten().collect();
                assert!(matches!(sent[..], [to] if to < rank), "{rank} of {p}: {sent:?}");
            }
            assert_eq!(targets(0, p).len(), (p as f64).log2().ceil() as usize);
        }
    }
}
