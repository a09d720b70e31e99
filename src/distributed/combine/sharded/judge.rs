//! The owner's part in a round: which of the edges that ranks have offered to a component is the
//! lightest.

use super::claim::{Claim, Rest, Standing};
use super::pointers::{Pointers, leads};
use crate::sharding::Told;
use std::cmp::Ordering;
use std::ops::Range;

/// What an owner judges by: the least upper bits that were offered to each component of its block.
pub(super) struct Judge {
    /// Twice these bits, and one more if they were offered more than once.
    least: Vec<u16>,
    start: u32,
}

/// Nothing was offered.
const NONE: u16 = u16::MAX;

impl Judge {
    pub(super) fn of(block: Range<usize>) -> Self {
        Self { least: vec![NONE; block.len()], start: block.start as u32 }
    }

    /// Which is the lightest of the edges offered to each component, by the upper bits of keys.
    pub(super) fn judge(&mut self, told: &[Told<u32>]) -> Vec<Vec<Standing>> {
        for told in told {
            for (&id, &upper) in told.ids.iter().zip(&told.values) {
                let (least, upper) = (&mut self.least[(id - self.start) as usize], upper as u16);
                match upper.cmp(&(*least >> 1)) {
                    Ordering::Less => *least = upper << 1,
                    Ordering::Equal => *least |= 1,
                    Ordering::Greater => (),
                }
            }
        }
        let standing = |(&id, &upper): (&u32, &u32)| {
            let least = self.least[(id - self.start) as usize];
            match least & 1 {
                _ if u32::from(least >> 1) != upper => Standing::Loses,
                0 => Standing::Wins,
                _ => Standing::Ties,
            }
        };
        let judged =
            told.iter().map(|told| told.ids.iter().zip(&told.values).map(standing).collect());
        let judged = judged.collect();
        // Only what was touched is cleared, since later rounds are about few components.
        for &id in told.iter().flat_map(|told| &told.ids) {
            self.least[(id - self.start) as usize] = NONE;
        }
        judged
    }
}

/// Who has the lightest of the tied edges of a component.
struct TieWinner {
    id: u32,
    rest: Rest,
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

/// Who has the lightest edge of each component with tied edges, sorted by component.
pub(super) struct TieWinners(Vec<TieWinner>);

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
        let (mut ties, mut left) = (Vec::new(), Vec::new());
        for rank in 0..self.told.len() {
            for (id, claim) in self.of(rank) {
                match claim {
                    Claim::Leads => (),
                    Claim::Follows(other) => pointers.set(id, other),
                    Claim::Joins(other) => {
                        pointers.set(id, other);
                        left.push(id);
                    }
                    Claim::Ties { rest, other } => ties.push(TieWinner { id, rest, rank, other }),
                }
            }
        }
        // Of equal keys, the one of the lower rank is the earlier edge.
        ties.sort_unstable_by_key(|tie| (tie.id, tie.rest, tie.rank));
        ties.dedup_by_key(|tie| tie.id);
        for &TieWinner { id, other, .. } in &ties {
            pointers.set(id, other);
            left.push(id);
        }
        (TieWinners(ties), left)
    }

    /// What each rank is told of each of its ids in the end: the root that it has joined, `None` if it
    /// is one, and whether the rank's edge was tied and is the lightest.
    pub(super) fn outcomes(
        &self,
        pointers: &Pointers,
        ties: &TieWinners,
    ) -> Vec<Vec<(Option<u32>, bool)>> {
        let of_rank = |(rank, told): (usize, &Told<u32>)| {
            let mut ties = ties.0.iter().peekable();
            let outcome = |&id: &u32| {
                while ties.next_if(|tie| tie.id < id).is_some() {}
                let wins = ties.peek().is_some_and(|tie| tie.id == id && tie.rank == rank);
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
        let standings = Judge::of(5..9).judge(&told);
        assert_eq!(
            standings,
            [vec![Loses, Ties, Wins], vec![Loses, Ties], vec![Wins, Loses, Wins]]
        );
        // A tie counts no longer when a lighter edge comes.
        let told = [4, 4, 2].map(|upper| Told { ids: vec![0], values: vec![upper] });
        let mut judge = Judge::of(0..1);
        assert_eq!(judge.judge(&told), [[Loses], [Loses], [Wins]]);
        // Nor does what was offered in the round before.
        assert_eq!(judge.judge(&told[..2]), [[Ties], [Ties]]);
    }
}
