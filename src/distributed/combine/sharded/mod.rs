//! Sharded: filter-Borůvka in which no rank holds all vertices. Edges stay at home; every vertex and
//! every component has an owner.
//!
//! Borůvka 1926; Osipov, Sanders, Singler, "The Filter-Kruskal Minimum Spanning Tree Algorithm",
//! ALENEX 2009; Sanders, Schimek, "Engineering Massively Parallel MST Algorithms", IPDPS 2023, where
//! edges move. The lightest edges come first, in stages. At the start of a stage, each rank asks the
//! owners of the new edges' ends for the components that these are in, and drops edges within one.
//! Rounds then join components until none has an edge that leaves it.

mod claim;
mod deal;
mod fetch;
mod judge;
mod live;
mod pivot;
mod pointers;
mod round;
mod stage;

use super::gather::gather;
use crate::comm::Comm;
use crate::graph::choose;
use crate::local::{self, EdgeLike};
use crate::measure::{Phase, ShardedStep};
use crate::sharding::{Hierarchy, MergeStage, Owners, VertexLabels};
use deal::deal;
use fetch::{Window, fetch};
use fixedbitset::FixedBitSet;
use pivot::Cuts;

/// After each stage but the last, as many edges have been looked at, in quarters of the vertices.
/// On random graphs, the components of 1.5 n edges leave one in nine of the heavier ones.
const STAGES: [u64; 3] = [3, 6, 12];

/// With so few vertices on each rank, a gather has less latency.
const FEW: usize = if cfg!(test) { 1 } else { 64 };

/// Whether `n` vertices on `p` ranks are so few that `sharded` is a `gather`.
pub(in crate::distributed) const fn is_gathered(n: usize, p: usize) -> bool {
    n / FEW <= p
}

/// Returns this rank's part of the minimum spanning forest of all ranks' `records`, on the vertices
/// `0..n`, and the hierarchy of components that has led to it, unless it was gathered.
///
/// `forest` makes a rank's own forest, sorted by key and then by position; it is called only where that
/// is gathered, or has few edges since most join vertices of this rank. Positions rise with the rank.
///
/// # Complexity
/// Four stages of O(log n) rounds with O(log n) exchanges each; on a random graph 15 to 25 rounds in
/// all. Besides the records, memory is O(n/p + |records|): a bit for each, and for those that join two
/// components when they are looked at. On a random graph, a rank sends and receives about
/// (n/p)(3 + 5 log2 p) bytes, however many edges there are.
pub(in crate::distributed) fn sharded<R: EdgeLike>(
    comm: &Comm,
    n: usize,
    records: &[R],
    forest: impl FnOnce() -> Vec<R>,
) -> (Vec<R>, Option<Hierarchy>) {
    comm.enter(Phase::Local);
    if is_gathered(n, comm.size()) {
        return (gather(comm, n, &forest()).part, None);
    }
    let own = is_local(comm, n, records).then(forest);
    comm.enter(ShardedStep::Pivot);
    let records = own.as_deref().unwrap_or(records);
    let mut chosen = FixedBitSet::with_capacity(records.len());
    let mut labels = VertexLabels::of_vertices(comm, n);
    let mut hierarchy = Hierarchy::default();
    let mut cuts = Cuts::none(comm, records);
    let cuts: Vec<_> = STAGES
        .into_iter()
        .filter_map(|quarters| cuts.next(comm, n as u64 * quarters / 4))
        .collect();
    comm.enter(Phase::Local);
    let reaches: Vec<_> = cuts.iter().map(|(reach, _)| *reach).collect();
    let dealt = comm.compute(|| deal(records, &reaches));
    for ((_, cut), places) in cuts.into_iter().zip(dealt) {
        let live = fetch(comm, &labels, records, &Window::Light(&places));
        drop(places);
        let (mut joined, merges) = stage::join(comm, labels.components(), live, &mut chosen);
        comm.enter(ShardedStep::Renumber);
        let (numbers, components) = joined.number(comm);
        let start = labels.components().ids(comm.rank()).start;
        labels.rename(comm, components, |id| numbers[(id - start) as usize]);
        hierarchy.stages.push(MergeStage { cut: Some(cut), merges, numbers });
    }
    let live = fetch(comm, &labels, records, &Window::Heavy(reaches.last().copied()));
    let (_, merges) = stage::join(comm, labels.components(), live, &mut chosen);
    hierarchy.stages.push(MergeStage { cut: None, merges, numbers: Vec::new() });
    (choose(records, &chosen), Some(hierarchy))
}

/// Whether most of some records join two vertices that this rank owns.
fn is_local<R: EdgeLike>(comm: &Comm, n: usize, records: &[R]) -> bool {
    let block = Owners { n, p: comm.size() }.ids(comm.rank());
    let sample = comm.compute(|| local::sample(&[records]));
    let is_inside = |&&(_, place): &&(R::Key, usize)| {
        let (u, v) = records[place].ends();
        block.contains(&u) && block.contains(&v)
    };
    2 * sample.iter().filter(is_inside).count() > sample.len()
}
