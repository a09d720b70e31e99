//! The owner's part in a round: which of the edges that ranks have offered to a component is the
//! lightest.

use super::claim::{Claim, Standing};
use super::pointers::{Pointers, leads};
use crate::sharding::Told;
use std::cmp::Ordering;
use std::ops::Range;

/// Which is the lightest of the edges offered to each component of a block, by the upper bits of keys.
pub(super) fn judge(block: &Range<usize>, told: &[Told<u32>]) -> Vec<Vec<Standing>> {
    // The least, and how often it was offered, at most twice.
    let mut best = vec![(u32::MAX, 0u8); block.len()];
    for told in told {
        for (&id, &upper) in told.ids.iter().zip(&told.values) {
            let best = &mut best[id as usize - block.start];
            match upper.cmp(&best.0) {
                Ordering::Less => *best = (upper, 1),
                Ordering::Equal => best.1 = 2,
                Ordering::Greater => (),
            }
        }
    }
    let standing = |(&id, &upper): (&u32, &u32)| match best[id as usize - block.start] {
        (least, _) if least != upper => Standing::Loses,
        (_, 1) => Standing::Wins,
        _ => Standing::Ties,
    };
    told.iter().map(|told| told.ids.iter().zip(&told.values).map(standing).collect()).collect()
}

/// The lightest of the tied edges of a component.
#[derive(Clone, Copy)]
struct TieWinner {
    rest: u64,
    rank: usize,
    other: u32,
}

/// The components that ranks have told of, and what they claim of those at which no rank has a lighter
/// edge, in the same order.
pub(super) struct Claimed<'a> {
    pub(super) told: &'a [Told<u32>],
    pub(super) standings: &'a [Vec<Standing>],
    pub(super) claims: &'a [Vec<Claim>],
}

/// Who has the lightest edge of each component with tied edges, by its place in the block.
pub(super) struct TieWinners(Vec<Option<TieWinner>>);

impl Claimed<'_> {
    /// The ids with a claim of a rank, and the claim.
    fn of(&self, rank: usize) -> impl Iterator<Item = (u32, Claim)> {
        let standings = self.told[rank].ids.iter().zip(&self.standings[rank]);
        let best =
            standings.filter(|(_, standing)| **standing != Standing::Loses).map(|(&id, _)| id);
        best.zip(self.claims[rank].iter().copied())
    }

    /// Lets pointers lead where the lightest edges do. Returns who has won ties, and the components
    /// whose pointers may not lead to a root yet.
    pub(super) fn settle(&self, pointers: &mut Pointers) -> (TieWinners, Vec<u32>) {
        let block = pointers.block();
        let mut lightest: Vec<Option<TieWinner>> = vec![None; block.len()];
        let mut left = Vec::new();
        for rank in 0..self.told.len() {
            for (id, claim) in self.of(rank) {
                match claim {
                    Claim::Leads => (),
                    Claim::Follows(other) => pointers.set(id, other),
                    Claim::Joins(other) => {
                        pointers.set(id, other);
                        left.push(id);
                    }
                    Claim::Ties { rest, other } => {
                        let best = &mut lightest[id as usize - block.start];
                        // Of equal keys, the one of the lower rank is the earlier edge.
                        if best.is_none_or(|best| rest < best.rest) {
                            *best = Some(TieWinner { rest, rank, other });
                        }
                    }
                }
            }
        }
        for (id, best) in (block.start as u32..).zip(&lightest) {
            if let Some(best) = best {
                pointers.set(id, best.other);
                left.push(id);
            }
        }
        (TieWinners(lightest), left)
    }

    /// What each rank is told of each of its ids in the end: the root that it has joined, `None` if it
    /// is one, and whether the rank's edge was tied and is the lightest.
    pub(super) fn outcomes(
        &self,
        pointers: &Pointers,
        ties: &TieWinners,
    ) -> Vec<Vec<(Option<u32>, bool)>> {
        let first = pointers.block().start;
        let of_rank = |(rank, told): (usize, &Told<u32>)| {
            let outcome = |&id: &u32| {
                let wins = ties.0[id as usize - first].is_some_and(|best| best.rank == rank);
                ((!pointers.is_root(id)).then(|| pointers.of(id)), wins)
            };
            told.ids.iter().map(outcome).collect()
        };
        self.told.iter().enumerate().map(of_rank).collect()
    }
}

/// What the home of an edge claims for its end `id`, if that edge is the lightest at both ends.
pub(super) fn mutual(id: u32, other: u32) -> Claim {
    if leads(id, other) { Claim::Leads } else { Claim::Follows(other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Loses, Ties, Wins};

    #[test]
    fn the_lightest_wins_and_equal_ones_tie() {
        let told =
            |ids: &[u32], values: &[u32]| Told { ids: ids.to_vec(), values: values.to_vec() };
        let told =
            [told(&[5, 6, 8], &[3, 2, 9]), told(&[5, 6], &[4, 2]), told(&[5, 6, 7], &[1, 3, 4])];
        let standings = judge(&(5..9), &told);
        assert_eq!(
            standings,
            [vec![Loses, Ties, Wins], vec![Loses, Ties], vec![Wins, Loses, Wins]]
        );
        // A tie counts no longer when a lighter edge comes.
        let told = [4, 4, 2].map(|upper| Told { ids: vec![0], values: vec![upper] });
        assert_eq!(judge(&(0..1), &told), [[Loses], [Loses], [Wins]]);
    }
}
