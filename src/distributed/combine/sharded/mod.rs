//! Sharded: filter-Borůvka in which no rank holds all vertices. Edges stay at home; every vertex and
//! every component has an owner.
//!
//! Borůvka 1926; Osipov, Sanders, Singler, "The Filter-Kruskal Minimum Spanning Tree Algorithm",
//! ALENEX 2009; Sanders, Schimek, "Engineering Massively Parallel MST Algorithms", IPDPS 2023, where
//! edges move. The lightest edges come first, in stages. At the start of a stage, each rank asks the
//! owners of the new edges' ends for the components that these are in, and drops edges within one.
//! Rounds then join components until none has an edge that leaves it.

mod claim;
mod judge;
mod live;
mod pivot;
mod pointers;
mod round;
mod stage;

use super::gather::gather;
use crate::comm::{Comm, Reduction};
use crate::graph::choose;
use crate::local::EdgeLike;
use crate::measure::Phase;
use crate::sharding::{Hierarchy, MergeStage, VertexLabels};
use fixedbitset::FixedBitSet;
use live::Live;
use pivot::lightest;

/// After each stage but the last, as many edges have been looked at, in quarters of the vertices.
/// On random graphs, the components of 1.5 n edges leave one in nine of the heavier ones.
const STAGES: [u64; 3] = [3, 6, 12];

/// With so few vertices on each rank, a gather has less latency.
const FEW: usize = if cfg!(test) { 1 } else { 64 };

/// Whether `n` vertices on `p` ranks are so few that `sharded` is a `gather`.
pub(in crate::distributed) const fn is_gathered(n: usize, p: usize) -> bool {
    n / FEW <= p
}

/// Returns this rank's part of the minimum spanning forest of all ranks' forests, on the vertices
/// `0..n`, and the hierarchy of components that has led to it, unless it was gathered.
///
/// `run` is this rank's forest, sorted by key and then by position. Positions rise with the rank.
///
/// # Complexity
/// Four stages of O(log n) rounds with O(log n) exchanges each; on a random graph 15 to 25 rounds in
/// all. Besides the run, memory is O(n/p + |run|). On a random graph, a rank sends and receives about
/// (n/p)(3 + 5 log2 p) bytes, however many edges there are.
pub(in crate::distributed) fn sharded<R: EdgeLike>(
    comm: &Comm,
    n: usize,
    run: &[R],
) -> (Vec<R>, Option<Hierarchy>) {
    comm.enter(Phase::Exchange);
    if is_gathered(n, comm.size()) {
        return (gather(comm, n, run).part, None);
    }
    let mut chosen = FixedBitSet::with_capacity(run.len());
    let mut labels = VertexLabels::of_vertices(comm, n);
    let mut hierarchy = Hierarchy::default();
    let mut m = [run.len() as u64];
    comm.all_reduce(&mut m, Reduction::Sum);
    let mut next = 0;
    for quarters in STAGES.map(Some).into_iter().chain([None]) {
        let mut seen = [next as u64];
        comm.all_reduce(&mut seen, Reduction::Sum);
        let wanted = quarters.map(|quarters| (n as u64 * quarters / 4).saturating_sub(seen[0]));
        let wanted = wanted.filter(|wanted| seen[0] + wanted < m[0]);
        let (end, cut) = match wanted {
            Some(0) => continue,
            Some(wanted) => {
                let (light, cut) = lightest(comm, wanted, m[0] - seen[0], &run[next..]);
                // If nothing is lighter than the least proposal, the cut is where it was.
                let last = hierarchy.stages.last().and_then(|stage: &MergeStage| stage.cut);
                (next + light, Some(last.map_or(cut, |last| last.max(cut))))
            }
            None => (run.len(), None),
        };
        let fresh = comm.compute(|| Live::of_run(n, run, next..end));
        next = end;
        let live = stage::fetch(comm, &labels, fresh);
        let (mut joined, merges) = stage::join(comm, labels.components(), live, &mut chosen);
        if cut.is_none() {
            hierarchy.stages.push(MergeStage { cut, merges, numbers: Vec::new() });
            break;
        }
        let (numbers, components) = joined.number(comm);
        let start = labels.components().ids(comm.rank()).start;
        labels.rename(comm, components, |id| numbers[(id - start) as usize]);
        hierarchy.stages.push(MergeStage { cut, merges, numbers });
    }
    (choose(run, &chosen), Some(hierarchy))
}
