//! The proof in which no rank holds all vertices: edges stay at home, and what is known of a vertex or
//! a component is known to its owner.
//!
//! A run of Borůvka's algorithm claims how components merged, see [`Hierarchy`]. The proof follows
//! that claim with all edges of the graph, and does not trust it:
//! * The forest is a part of the minimum spanning forest. Every one of its edges must once be the
//!   lightest that leaves a component, by key, rank and position. That holds for every set of vertices
//!   (Tarjan, "Data Structures and Network Algorithms", 1983, the blue rule), so whatever the claimed
//!   components are, an edge that passes is right. Components only ever grow here, so an edge within
//!   one is never lighter than one that leaves.
//! * It is all of it. At the end, no edge joins two of the c components, so that the minimum spanning
//!   forest has at most n - c edges; and the forest has as many.

mod given;
mod joining;
mod least;
mod marks;
mod replay;
#[cfg(test)]
mod tests;

use super::Flaw;
use crate::comm::{Comm, Reduction};
use crate::error::Result;
use crate::graph::{Edge, Key, Weights};
use crate::sharding::{Hierarchy, KeyCut};
pub(crate) use given::{Given, OfGiven};
use replay::Replay;

/// Proves that the ranks' parts of a forest are the minimum spanning forest of a graph on the vertices
/// `0..n`, of parallel edges of one weight the first. `mine` is this rank's slice of the graph, with
/// at most 2^32 edges, and `part` a part of it; slices are in rank order. `hierarchy` is what a run
/// claims.
///
/// # Errors
/// [`crate::Error::Proof`] for a [`Flaw`], the same on every rank.
///
/// # Complexity
/// As the sharded algorithm: memory O(n/p + m/p), a few hundred nanoseconds an edge that joins two
/// components when it is looked at, and about as many bytes.
///
/// # Panics
/// If an endpoint in `mine` is not below `n`.
pub(crate) fn verify_sharded<K: Key>(
    comm: &Comm,
    n: u64,
    part: &[Edge<K>],
    mine: &[Edge<K>],
    hierarchy: &Hierarchy,
    weights: Weights,
) -> Result<()> {
    prove(comm, n, (part, mine), hierarchy, weights, &mut |_, _, _| ())
}

/// What is called at the start of each stage, with the cut of the one before and its own.
type AtStage<'a, K> = &'a mut dyn FnMut(&Replay<'_, K>, Option<KeyCut>, Option<KeyCut>);

/// As [`verify_sharded`].
fn prove<K: Key>(
    comm: &Comm,
    n: u64,
    (part, mine): (&[Edge<K>], &[Edge<K>]),
    hierarchy: &Hierarchy,
    weights: Weights,
    at_stage: AtStage<'_, K>,
) -> Result<()> {
    let ([parts, slices], _) = comm.sums_before([part.len() as u64, mine.len() as u64]);
    let describe = |flaw: Flaw| flaw.further_on(slices).describe(weights);
    let marks = comm.compute(|| marks::find(part, mine, parts)).map_err(describe);
    let marks = comm.agree(marks)?;
    let mut replay = Replay::new(comm, n as usize, mine, marks);
    let mut counts = [hierarchy.stages.len() as u64, !(hierarchy.stages.len() as u64)];
    comm.all_reduce(&mut counts, Reduction::Maximum);
    let is_even = counts[0] == !counts[1] && counts[0] > 0;
    comm.agree(is_even.then_some(()).ok_or(Flaw::Claim("the number of stages")).map_err(describe))?;
    let (last, stages) = hierarchy.stages.split_last().expect("there are stages");
    let mut seen = None;
    for stage in stages {
        // Were edges looked at again, each time would take more memory.
        let cut = common(comm, stage.cut).filter(|cut| seen.is_none_or(|seen| seen <= *cut));
        let cut = comm.agree(cut.ok_or(Flaw::Claim("where stages end")).map_err(describe))?;
        at_stage(&replay, seen, Some(cut));
        let live = replay.select(seen, Some(cut));
        let followed = replay.follow(stage, live).and_then(|()| replay.number(stage));
        comm.agree(followed.map_err(describe))?;
        seen = Some(cut);
    }
    at_stage(&replay, seen, None);
    let live = replay.select(seen, None);
    let roots =
        comm.agree(replay.follow(last, live).map(|()| replay.roots(last)).map_err(describe))?;
    comm.agree(replay.finish().map_err(describe))?;
    let mut counts = [part.len() as u64, roots];
    comm.all_reduce(&mut counts, Reduction::Sum);
    let [edges, components] = counts;
    let count = (edges + components == n).then_some(());
    count.ok_or(Flaw::Count { edges, components, n }).map_err(describe)
}

/// Rank 0's cut, which all take. A broadcast would cost rank 0 as many messages as there are ranks.
fn common(comm: &Comm, cut: Option<KeyCut>) -> Option<KeyCut> {
    let own = cut.filter(|_| comm.rank() == 0);
    let mut words = own.map_or([0; 3], |cut| [1, cut.key, cut.rank as u64]);
    comm.all_reduce(&mut words, Reduction::BitwiseOr);
    let [is_known, key, rank] = words;
    (is_known == 1).then_some(KeyCut { key, rank: rank as usize })
}
