//! Which stages make one forest of all ranks' edges.

use super::boruvka::boruvka;
use super::contract::contract;
use super::filter::filter;
use super::gather::gather;
use super::shuffle::shuffle;
use super::tree::tree;
use crate::comm::{Comm, Phase};
use crate::graph::{Edge, Key};
use crate::local::{self, Algorithm, EdgeLike};

/// How the ranks combine their forests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// All forests to rank 0 at once.
    Gather,
    /// Pairs of ranks, then pairs of pairs.
    Tree,
    /// The light edges first, then those that still join components.
    Filter,
    /// Each component's lightest edge, round by round.
    Boruvka,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gather, Self::Tree, Self::Filter, Self::Boruvka];

    const fn name(self) -> &'static str {
        match self {
            Self::Gather => "gather",
            Self::Tree => "tree",
            Self::Filter => "filter",
            Self::Boruvka => "boruvka",
        }
    }
}

/// What comes before the ranks combine their forests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum First {
    /// Nothing.
    Nothing,
    /// Each rank contracts what it can be sure of.
    Contract,
    /// Edges go to the owners of their lower ends, who then contract.
    Shuffle,
}

/// How the ranks make one forest: the stages in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// What comes first.
    pub first: First,
    /// How the ranks then combine their forests.
    pub way: Way,
}

impl Plan {
    /// What the others are measured against.
    pub const PLAIN: Self = Self { first: First::Nothing, way: Way::Gather };

    /// All of them, the plainest first.
    pub fn all() -> impl Iterator<Item = Self> {
        let firsts = [First::Nothing, First::Contract, First::Shuffle];
        firsts.into_iter().flat_map(|first| Way::ALL.map(|way| Self { first, way }))
    }

    /// The name on the command line: the stages, joined by plus signs.
    pub fn name(self) -> String {
        let first = match self.first {
            First::Nothing => "",
            First::Contract => "contract+",
            First::Shuffle => "shuffle+contract+",
        };
        format!("{first}{}", self.way.name())
    }

    /// The memory that a vertex needs on each rank, bytes; what others than `boruvka` take is touched only
    /// where there are edges.
    pub const fn vertex_bytes(self) -> u64 {
        match self.way {
            Way::Gather | Way::Tree | Way::Filter => 4,
            Way::Boruvka => 28,
        }
    }

    /// Returns this rank's part of the minimum spanning forest of all ranks' edges `mine` on the
    /// vertices `0..n`: slices in rank order, each edge of the forest on one rank.
    ///
    /// `algorithm` makes each rank's own forest. One rank needs no plan. Edges of equal weight are in
    /// the order of the slice; but for a shuffle, a part's edges are of the rank's own slice.
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
        self.forest_told(comm, n, mine, algorithm, &|_| {})
    }

    /// As [`Plan::forest`]; `tell` is told the name of what made each forest of this rank's own.
    ///
    /// # Panics
    /// If an endpoint is not below `n`.
    pub fn forest_told<K: Key>(
        self,
        comm: &Comm,
        n: usize,
        mine: &[Edge<K>],
        algorithm: Algorithm,
        tell: Tell<'_>,
    ) -> Vec<Edge<K>> {
        comm.enter(Phase::Local);
        let local = |n: usize, edges: &[Edge<K>]| own(n, edges, algorithm, tell);
        let part = match self.first {
            _ if comm.size() == 1 => comm.compute(|| local(n, mine)),
            First::Nothing => self.way.combine(comm, n, mine, local),
            First::Contract => self.contracted(comm, n, mine, algorithm, tell),
            First::Shuffle => match shuffle(comm, n, mine) {
                Some(shuffled) => {
                    let part = self.contracted(comm, n, &shuffled.edges, algorithm, tell);
                    shuffled.restore(part)
                }
                None => self.contracted(comm, n, mine, algorithm, tell),
            },
        };
        comm.enter(Phase::Other);
        part
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
        // What is left is a forest already.
        let chosen =
            self.way.combine(comm, contracted.n, &contracted.rest, |_, rest| rest.to_vec());
        let mut part = contracted.fixed;
        part.extend(chosen.iter().map(|live| forest[live.origin as usize]));
        part
    }
}

/// Is told the name of what ran.
type Tell<'a> = &'a (dyn Fn(&'static str) + Sync);

/// A rank's own forest of some edges.
fn own<K: Key>(n: usize, edges: &[Edge<K>], algorithm: Algorithm, tell: Tell<'_>) -> Vec<Edge<K>> {
    let (forest, name) = algorithm.forest_told(n, edges);
    tell(name);
    forest
}

impl Way {
    /// This rank's part of the forest of all ranks' `records`, of which `local` makes a rank's own.
    fn combine<R: EdgeLike>(
        self,
        comm: &Comm,
        n: usize,
        records: &[R],
        local: impl Fn(usize, &[R]) -> Vec<R> + Sync,
    ) -> Vec<R> {
        if self == Self::Filter {
            return filter(comm, n, records, local);
        }
        comm.enter(Phase::Local);
        let run = comm.compute(|| {
            let mut run = local(n, records);
            local::sort(&mut run);
            run
        });
        match self {
            Self::Gather | Self::Filter => gather(comm, n, &run).part,
            Self::Tree => tree(comm, n, &run).part,
            Self::Boruvka => boruvka(comm, n, &run),
        }
    }
}
