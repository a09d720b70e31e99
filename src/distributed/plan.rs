//! The stages that make one forest from all ranks' edges.

use super::combine::{Combine, is_gathered};
use super::own::{Tell, own};
use super::prepare::{Prepare, contract, shuffle};
use crate::comm::Comm;
use crate::graph::{Edge, Key};
use crate::local::Algorithm;
use crate::measure::Phase;
use crate::sharding::Hierarchy;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// How the ranks make one forest: two stages, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// What the ranks do first.
    pub prepare: Prepare,
    /// How the ranks then combine their forests.
    pub combine: Combine,
}

/// The memory that the owner of a vertex needs for it, bytes, as measured.
const SHARD_BYTES: u64 = 200;

impl Plan {
    /// The plan that the others are measured against.
    pub const PLAIN: Self = Self { prepare: Prepare::Nothing, combine: Combine::Gather };

    /// Returns all plans, the plainest first.
    pub fn all() -> impl Iterator<Item = Self> {
        let prepares = [Prepare::Nothing, Prepare::Contract, Prepare::Shuffle];
        prepares
            .into_iter()
            .flat_map(|prepare| Combine::ALL.map(|combine| Self { prepare, combine }))
    }

    /// Returns the name on the command line: the stages, joined by plus signs.
    pub fn name(self) -> String {
        let first = match self.prepare {
            Prepare::Nothing => "",
            Prepare::Contract => "contract+",
            Prepare::Shuffle => "shuffle+contract+",
        };
        format!("{first}{}", self.combine.name())
    }

    /// Returns the memory per vertex on each of `p` ranks, in bytes, rounded up. Only `boruvka` touches
    /// all of it; most others touch it only where there are edges. For `sharded` it falls with p, and
    /// holds for the proof, too; a single rank ignores that plan.
    pub const fn vertex_bytes(self, p: usize) -> u64 {
        match self.combine {
            _ if p > 1 && self.is_sharded() => SHARD_BYTES.div_ceil(p as u64),
            Combine::Gather | Combine::Tree | Combine::Filter | Combine::Sharded => 4,
            Combine::Boruvka => 28,
        }
    }

    /// Whether no rank needs memory for all vertices.
    pub const fn is_sharded(self) -> bool {
        matches!((self.prepare, self.combine), (Prepare::Nothing, Combine::Sharded))
    }

    /// Whether a run with `n` vertices leaves the [`Hierarchy`] that led to its forest.
    pub(crate) const fn leaves_hierarchy(self, n: usize, p: usize) -> bool {
        p > 1 && self.is_sharded() && !is_gathered(n, p)
    }

    /// Returns this rank's part of the minimum spanning forest of all ranks' edges `mine` on the
    /// vertices `0..n`: slices in rank order, each edge of the forest on one rank.
    ///
    /// `algorithm` makes each rank's own forest. A single rank ignores the plan. Edges of equal
    /// weight are in the order of the slice. Without a shuffle, a rank's part holds only edges of
    /// its own slice.
    ///
    /// # Panics
    /// If an endpoint is not below `n`.
    pub fn forest<K: Key>(
        self,
        comm: &Comm,
        n: usize,
        mine: &[Edge<K>],
        algorithm: Algorithm,
    ) -> Vec<Edge<K>> {
        self.solve(comm, n, mine, algorithm, &|_| {}).part
    }

    /// As [`Plan::forest`], with what else there is to know; also calls `tell` with the name of the
    /// algorithm that made each of this rank's own forests, or with `sort` if this rank only sorted
    /// its edges, as `filter` and `sharded` may.
    ///
    /// # Panics
    /// If an endpoint is not below `n`.
    pub fn solve<K: Key>(
        self,
        comm: &Comm,
        n: usize,
        mine: &[Edge<K>],
        algorithm: Algorithm,
        tell: Tell<'_>,
    ) -> Solution<K> {
        comm.enter(Phase::Local);
        let has_own = AtomicBool::new(false);
        let tell: Tell<'_> = &|name| {
            has_own.store(true, Relaxed);
            tell(name);
        };
        let local = |n: usize, edges: &[Edge<K>]| own(n, edges, algorithm, tell);
        let mut hierarchy = None;
        let part = match self.prepare {
            _ if comm.size() == 1 => comm.compute(|| local(n, mine)),
            Prepare::Nothing => {
                let (part, made) = self.combine.run(comm, n, mine, local);
                hierarchy = made;
                part
            }
            Prepare::Contract => self.contracted(comm, n, mine, algorithm, tell),
            Prepare::Shuffle => match shuffle(comm, n, mine) {
                Some(shuffled) => {
                    let part = self.contracted(comm, n, &shuffled.edges, algorithm, tell);
                    shuffled.restore(part)
                }
                None => self.contracted(comm, n, mine, algorithm, tell),
            },
        };
        comm.enter(Phase::Other);
        if !has_own.load(Relaxed) {
            tell("sort");
        }
        Solution { part, hierarchy }
    }

    fn contracted<K: Key>(
        self,
        comm: &Comm,
        n: usize,
        mine: &[Edge<K>],
        algorithm: Algorithm,
        tell: Tell<'_>,
    ) -> Vec<Edge<K>> {
        comm.enter(Phase::Local);
        let forest = comm.compute(|| own(n, mine, algorithm, tell));
        let contracted = contract(comm, n, &forest);
        // What is left is already a forest.
        let (chosen, _) =
            self.combine.run(comm, contracted.n, &contracted.rest, |_, rest| rest.to_vec());
        let mut part = contracted.fixed;
        part.extend(chosen.iter().map(|live| forest[live.origin as usize]));
        part
    }
}

/// What [`Plan::solve`] returns.
#[derive(Clone, Debug)]
pub struct Solution<K> {
    /// This rank's part of the forest.
    pub part: Vec<Edge<K>>,
    /// How the vertices' components have merged, for a proof; only if the plan is `sharded`.
    pub(crate) hierarchy: Option<Hierarchy>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharded_takes_less_with_each_rank_but_nothing_more_on_one() {
        let sharded = Plan { prepare: Prepare::Nothing, combine: Combine::Sharded };
        assert_eq!([1, 2, 8, 1000].map(|p| sharded.vertex_bytes(p)), [4, 100, 25, 1]);
        let contracted = Plan { prepare: Prepare::Contract, ..sharded };
        assert_eq!([1, 8].map(|p| contracted.vertex_bytes(p)), [4, 4]);
    }
}
