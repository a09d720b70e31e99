//! One question and its answers, for the bench.

use super::{Answers, Owners, ask, distinct};
use crate::comm::Comm;

/// Asks the owners of `0..n` about each of `ends`, which may come in any order, several times and on
/// several ranks. Returns the answers: ids with their bits flipped.
pub fn ask_about(comm: &Comm, n: usize, ends: &[u32]) -> Vec<u32> {
    let owners = Owners { n, p: comm.size() };
    let (ids, places) = distinct(ends, n);
    let mask = ((1u64 << owners.bits()) - 1) as u32;
    let answers = ask(comm, owners, &ids, &Answers(owners.bits()), |id| Some(!id & mask));
    let answers = answers.unwrap_or_default();
    places.iter().filter_map(|&place| answers[place as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;

    #[test]
    fn every_end_has_its_answer() {
        let ends = [7, 3, 7, 99, 0];
        let found = comm::run(3, Some(1), |comm| ask_about(comm, 128, &ends));
        assert!(found.iter().all(|found| *found == ends.map(|end| 127 - end)), "{found:?}");
    }
}
