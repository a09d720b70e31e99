//! The components' pointers, each on its owner, and how they come to lead to roots.

use crate::comm::Comm;
use crate::sharding::{Answers, DistinctIds, Flagged, Owners, ask, distinct};
use fixedbitset::FixedBitSet;
use std::ops::Range;

/// For each component of this rank's block, another one that it has joined; a root's pointer leads
/// to itself.
pub(super) struct Pointers {
    pub(super) owners: Owners,
    /// The first id of the block.
    first: u32,
    to: Vec<u32>,
    /// The components of the block whose pointers may not lead to a root yet.
    open: FixedBitSet,
}

impl Pointers {
    /// Every component is a root.
    pub(super) fn roots(comm: &Comm, owners: Owners) -> Self {
        let ids = owners.ids(comm.rank());
        let open = FixedBitSet::with_capacity(ids.len());
        Self { owners, first: ids.start, to: ids.collect(), open }
    }

    /// The pointer of a component of this block.
    #[inline]
    pub(super) fn of(&self, id: u32) -> u32 {
        self.to[(id - self.first) as usize]
    }

    /// Sets the pointer of a component of this block.
    pub(super) fn set(&mut self, id: u32, to: u32) {
        self.to[(id - self.first) as usize] = to;
    }

    /// Whether a component of this block is a root.
    #[inline]
    pub(super) fn is_root(&self, id: u32) -> bool {
        self.of(id) == id
    }

    /// The components of this block.
    pub(super) fn block(&self) -> Range<usize> {
        self.first as usize..self.first as usize + self.to.len()
    }

    /// The components of this block, with their pointers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (self.first..).zip(self.to.iter().copied())
    }

    /// Makes the pointers of the components `left`, of this block, lead to roots. Of two that point to
    /// each other, one becomes a root; there must be no longer cycle.
    ///
    /// # Complexity
    /// An exchange for each doubling of the longest chain.
    pub(super) fn flatten(&mut self, comm: &Comm, left: Vec<u32>) {
        let mut left = left;
        left.iter().for_each(|&id| self.open.insert((id - self.first) as usize));
        while let Some(answers) = self.ask_behind(comm, &left) {
            let mut still = Vec::new();
            for (&id, (next, next_is_open)) in left.iter().zip(answers) {
                let other = self.of(id);
                // Both of two that point to each other learn it at once.
                let is_pair = next == Some(id);
                let is_open = next_is_open && !is_pair;
                if is_pair && leads(id, other) {
                    self.set(id, id);
                } else if !is_pair {
                    self.set(id, next.unwrap_or(other));
                }
                match is_open {
                    true => still.push(id),
                    false => self.open.set((id - self.first) as usize, false),
                }
            }
            left = still;
        }
    }

    /// Numbers the roots anew, in order. Returns the number of each component's root, for those of this
    /// block, and who owns which number.
    ///
    /// # Complexity
    /// [`Pointers::flatten`], two exchanges about the roots, and a sum over the ranks before.
    pub(super) fn number(&mut self, comm: &Comm) -> (Vec<u32>, Owners) {
        let hooked = self.iter().filter(|(id, to)| id != to).map(|(id, _)| id).collect();
        self.flatten(comm, hooked);
        let roots = self.iter().filter(|(id, to)| id == to).map(|(id, _)| id - self.first);
        let roots = DistinctIds::of(self.to.len(), self.to.len(), roots);
        let ([before], [all]) = comm.sums_before([roots.len() as u64]);
        let (first, numbers) = (before as u32, Owners { n: all as usize, p: comm.size() });
        let number = |id: u32| {
            debug_assert!(roots.has(id - self.first), "pointers lead to roots");
            Some(first + roots.place(id - self.first))
        };
        let (targets, places) = distinct(&self.to, self.owners.n);
        let answers = ask(comm, self.owners, &targets, &Answers(numbers.bits()), number);
        let answers = answers.unwrap_or_default();
        let number = |place: u32| answers[place as usize].expect("every root has a number");
        (places.into_iter().map(number).collect(), numbers)
    }

    /// For each of `ids`, of this block, where the pointer leads of the component that it points to,
    /// `None` if that is a root, and whether that one is still open. Nothing if no rank asks.
    fn ask_behind(&self, comm: &Comm, ids: &[u32]) -> Option<Vec<(Option<u32>, bool)>> {
        let targets: Vec<u32> = ids.iter().map(|&id| self.of(id)).collect();
        let (targets, places) = distinct(&targets, self.owners.n);
        let next = |id: u32| {
            let is_open = self.open.contains((id - self.first) as usize);
            ((!self.is_root(id)).then(|| self.of(id)), is_open)
        };
        let answers = ask(comm, self.owners, &targets, &Flagged(self.owners.bits()), next)?;
        Some(places.into_iter().map(|place| answers[place as usize]).collect())
    }
}

/// Whether `id` becomes the root of itself and `other`, which have chosen each other. It is not always
/// the lower one, so that owners of high ids have roots, too.
pub(super) fn leads(id: u32, other: u32) -> bool {
    ((id ^ other) & 1 == 0) == (id < other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;

    /// The root of each component after it has joined what it chose, if that is not itself.
    fn roots(p: usize, choices: &[u32]) -> Vec<u32> {
        let blocks = comm::run(p, Some(1), |comm| {
            let mut pointers = Pointers::roots(comm, Owners { n: choices.len(), p });
            let own: Vec<u32> = pointers.iter().map(|(id, _)| id).collect();
            let choosers: Vec<u32> =
                own.into_iter().filter(|&id| choices[id as usize] != id).collect();
            choosers.iter().for_each(|&id| pointers.set(id, choices[id as usize]));
            pointers.flatten(comm, choosers);
            pointers.iter().map(|(_, to)| to).collect::<Vec<_>>()
        });
        blocks.concat()
    }

    #[test]
    fn chains_lead_to_one_of_the_pair_at_their_end() {
        for p in [1, 2, 3, 5] {
            // 0 and 2 chose each other, and so did 5 and 6; 4 chose 3, 3 chose 1, 1 chose 2; 7 chose
            // nothing.
            assert_eq!(roots(p, &[2, 2, 0, 1, 3, 6, 5, 7]), [0, 0, 0, 0, 0, 6, 6, 7], "{p} ranks");
            // A long chain, whose last two chose each other.
            let chain: Vec<u32> = (1..100).chain([98]).collect();
            assert_eq!(roots(p, &chain), [99; 100], "{p} ranks");
        }
    }
}
