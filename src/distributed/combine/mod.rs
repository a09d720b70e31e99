//! The ways to combine the ranks' forests, one file each.

mod boruvka;
mod filter;
mod gather;
mod labels;
mod merge_tree;
mod pivot;
mod sharded;
mod tree;

pub(super) use filter::{PAYS_QUARTERS, light_edges};
pub(super) use gather::CHEAP;
pub(super) use sharded::is_gathered;

use crate::comm::Comm;
use crate::local::{self, ContractedEdge, EdgeLike};
use crate::measure::Phase;
use crate::sharding::Hierarchy;
use boruvka::boruvka;
use filter::filter;
use gather::gather;
use sharded::sharded;
use tree::tree;

/// How the ranks combine their forests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    /// All forests go to rank 0 at once.
    Gather,
    /// Pairs of ranks merge their forests, then pairs of pairs.
    Tree,
    /// The light edges are combined first, then the heavier ones that still join components.
    Filter,
    /// Each round finds every component's lightest edge.
    Boruvka,
    /// The same, but every vertex and component has an owner, and no rank knows all.
    Sharded,
}

impl Combine {
    /// All ways.
    pub const ALL: [Self; 5] =
        [Self::Gather, Self::Tree, Self::Filter, Self::Boruvka, Self::Sharded];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gather => "gather",
            Self::Tree => "tree",
            Self::Filter => "filter",
            Self::Boruvka => "boruvka",
            Self::Sharded => "sharded",
        }
    }
}

impl Combine {
    /// Returns this rank's part of the forest of all ranks' `records`, and the hierarchy of components
    /// if the way makes one; `local` makes a rank's own forest.
    pub(super) fn run<R: EdgeLike>(
        self,
        comm: &Comm,
        n: usize,
        records: &[R],
        local: impl Fn(usize, &[R]) -> Vec<R> + Sync,
    ) -> (Vec<R>, Option<Hierarchy>) {
        let sorted = || {
            comm.compute(|| {
                let mut run = local(n, records);
                local::sort(&mut run);
                run
            })
        };
        let can_be_numbered = records.len() <= ContractedEdge::<R::Key>::MOST;
        match self {
            Self::Filter => return (filter(comm, n, records, local), None),
            Self::Sharded if can_be_numbered => return sharded(comm, n, records, sorted),
            _ => comm.enter(Phase::Local),
        }
        let run = sorted();
        let part = match self {
            Self::Gather | Self::Filter => gather(comm, n, &run).part,
            Self::Tree => tree(comm, n, &run).part,
            Self::Boruvka => boruvka(comm, n, &run),
            Self::Sharded => return sharded(comm, n, &run, || run.clone()),
        };
        (part, None)
    }
}
