//! Which stages make one forest of all ranks' edges.

use super::combine::Combine;
use super::prepare::{Prepare, contract, shuffle};
use crate::comm::Comm;
use crate::graph::{Edge, Key};
use crate::local::Algorithm;
use crate::measure::Phase;

/// How the ranks make one forest: the stages in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// What comes first.
    pub prepare: Prepare,
    /// How the ranks then combine their forests.
    pub combine: Combine,
}

impl Plan {
    /// What the others are measured against.
    pub const PLAIN: Self = Self { prepare: Prepare::Nothing, combine: Combine::Gather };

    /// All of them, the plainest first.
    pub fn all() -> impl Iterator<Item = Self> {
        let prepares = [Prepare::Nothing, Prepare::Contract, Prepare::Shuffle];
        prepares
            .into_iter()
            .flat_map(|prepare| Combine::ALL.map(|combine| Self { prepare, combine }))
    }

    /// The name on the command line: the stages, joined by plus signs.
    pub fn name(self) -> String {
        let first = match self.prepare {
            Prepare::Nothing => "",
            Prepare::Contract => "contract+",
            Prepare::Shuffle => "shuffle+contract+",
        };
        format!("{first}{}", self.combine.name())
    }

    /// The memory that a vertex needs on each rank, bytes; what others than `boruvka` take is touched only
    /// where there are edges.
    pub const fn vertex_bytes(self) -> u64 {
        match self.combine {
            Combine::Gather | Combine::Tree | Combine::Filter => 4,
            Combine::Boruvka => 28,
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
        let part = match self.prepare {
            _ if comm.size() == 1 => comm.compute(|| local(n, mine)),
            Prepare::Nothing => self.combine.run(comm, n, mine, local),
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
            self.combine.run(comm, contracted.n, &contracted.rest, |_, rest| rest.to_vec());
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
