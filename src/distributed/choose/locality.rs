//! How a graph lies on the ranks, from a look at a few vertices. This decides which stages pay.

use crate::comm::Comm;
use crate::graph::{Edge, Key, Vertex, pick, words};
use crate::measure::Phase;
use bytemuck::{Pod, Zeroable};
use fixedbitset::FixedBitSet;

/// How many vertices are looked for, and at how many edges of a rank their ends' owners are
/// compared.
const SAMPLE: usize = 1024;
/// How many consecutive edges are looked at together.
const CHUNK: usize = 64;
/// Bits of a vertex's hash, which give its place in the filter: one edge in 64 passes it in vain.
const HASH_BITS: u32 = 17;

/// How edges lie on the ranks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Locality {
    /// The share of vertices that have edges on several ranks.
    pub shared: f64,
    /// The share of edges that would join vertices of two owners, if each rank owned a block of
    /// vertices.
    pub crossing: f64,
    /// The number of vertices that have edges: n, or the number sampled if that is small.
    pub touched: u64,
    /// The number of edges of the rank that has the most.
    pub longest: u64,
    /// Whether the weights on each rank rise, or fall, so that edges can be joined as they come.
    pub sorted: bool,
    /// Whether a key and a position fit in one word together, so that edges can be shuffled.
    pub shuffles: bool,
}

/// What a rank reports about its edges.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct RankStats {
    edges: u64,
    seen: u64,
    crossing: u64,
    least: u64,
    most: u64,
    sorted: u64,
}

impl Locality {
    /// Looks at the edges `mine` of each rank, `m` in all, on the vertices `0..n`. Returns the same
    /// on every rank.
    ///
    /// # Complexity
    /// O(n/p) time if slices are equal, whatever m; each rank receives 4 KB, and 176 bytes from
    /// each other rank.
    ///
    /// # Panics
    /// If there are no edges.
    pub(in crate::distributed) fn of<K: Key>(
        comm: &Comm,
        n: usize,
        m: u64,
        mine: &[Edge<K>],
    ) -> Self {
        comm.enter(Phase::Exchange);
        let (p, rank) = (comm.size(), comm.rank());
        let stats = comm.all_gather(&[comm.compute(|| rank_stats(n, p, mine))]).concat();
        let ends = comm.compute(|| {
            let few = sample(mine, SAMPLE.div_ceil(p)).enumerate();
            few.map(|(i, e)| if i % 2 == 0 { e.u } else { e.v }).collect::<Vec<_>>()
        });
        let ends = comm.all_gather(&ends);
        let vertices = owned(&ends);
        let few = 2 * vertices.len() < ends.iter().map(Vec::len).sum();
        let share = (n as f64 / m as f64).min(1.0);
        let found = comm.compute(|| touched(&vertices, rank as u32, share, mine));
        let found = comm.all_gather(words(&found));
        let shared = (0..vertices.len().div_ceil(64))
            .map(|word| found.iter().fold(0, |bits, of| bits | of[word]).count_ones());
        let shared = f64::from(shared.sum::<u32>()) / vertices.len() as f64;
        // If edges were dealt out at random, about this many edges of a vertex are looked at on
        // other ranks.
        let elsewhere = share * 2.0 * m as f64 / n as f64 * (1.0 - 1.0 / p as f64);
        let sum = |of: fn(&RankStats) -> u64| stats.iter().map(of).sum::<u64>() as f64;
        let least = stats.iter().map(|stats| stats.least).min().unwrap_or(0);
        let most = stats.iter().map(|stats| stats.most).max().unwrap_or(0);
        let bits = |most: u64| u64::BITS - most.leading_zeros();
        Self {
            shared: (shared / (1.0 - (-elsewhere).exp())).min(1.0),
            crossing: sum(|stats| stats.crossing) / sum(|stats| stats.seen),
            touched: if few { vertices.len() } else { n } as u64,
            sorted: stats.iter().all(|stats| stats.sorted == 1),
            longest: stats.iter().map(|stats| stats.edges).max().unwrap_or(0),
            shuffles: bits(most.saturating_sub(least)) + bits(m) <= u64::BITS,
        }
    }
}

/// Returns at most `len` edges at scattered positions.
fn sample<K: Key>(edges: &[Edge<K>], len: usize) -> impl Iterator<Item = &Edge<K>> {
    let strata = len.min(edges.len());
    (0..strata).map(move |stratum| {
        let end = |stratum: usize| edges.len() * stratum / strata;
        &edges[pick(end(stratum)..end(stratum + 1), stratum as u64)]
    })
}

fn rank_stats<K: Key>(n: usize, p: usize, mine: &[Edge<K>]) -> RankStats {
    let owner = |v: Vertex| v as usize * p / n;
    let few = || sample(mine, SAMPLE);
    RankStats {
        edges: mine.len() as u64,
        seen: few().count() as u64,
        crossing: few().filter(|e| owner(e.u) != owner(e.v)).count() as u64,
        least: few().map(|e| e.key.wide()).min().unwrap_or(u64::MAX),
        most: few().map(|e| e.key.wide()).max().unwrap_or(0),
        sorted: (few().is_sorted_by_key(|e| e.key) || few().is_sorted_by(|a, b| a.key >= b.key))
            .into(),
    }
}

/// Returns the vertices of all `lists` in rising order, each once, with the rank that named it.
fn owned(lists: &[Vec<Vertex>]) -> Vec<(Vertex, u32)> {
    let named = (0..).zip(lists).flat_map(|(rank, list)| list.iter().map(move |&v| (v, rank)));
    let mut vertices: Vec<_> = named.collect();
    vertices.sort_unstable();
    vertices.dedup_by_key(|(v, _)| *v);
    vertices
}

/// Returns which of the `vertices` named by other ranks than `rank` have edges in about `share` of
/// `mine`.
fn touched<K: Key>(
    vertices: &[(Vertex, u32)],
    rank: u32,
    share: f64,
    mine: &[Edge<K>],
) -> FixedBitSet {
    let place = |v: Vertex| (v.wrapping_mul(0x9e37_79b1) >> (u32::BITS - HASH_BITS)) as usize;
    let mut filter = FixedBitSet::with_capacity(1 << HASH_BITS);
    vertices.iter().filter(|(_, of)| *of != rank).for_each(|&(v, _)| filter.insert(place(v)));
    let mut touched = FixedBitSet::with_capacity(vertices.len());
    let stride = (1.0 / share).round() as usize;
    for e in mine.chunks(CHUNK).step_by(stride).flatten() {
        for v in [e.u, e.v].into_iter().filter(|&v| filter.contains(place(v))) {
            if let Ok(index) = vertices.binary_search_by_key(&v, |(v, _)| *v)
                && vertices[index].1 != rank
            {
                touched.insert(index);
            }
        }
    }
    touched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::generate::Spec;

    fn of(
        spec: &str,
        p: usize,
        dealt: impl Fn(&[Edge<u32>], usize) -> Vec<Edge<u32>> + Sync,
    ) -> Locality {
        let spec: Spec = spec.parse().expect("a valid spec");
        let all = spec.slice(0, 1, &Default::default());
        let crate::graph::Edges::Narrow(all) = all else { panic!("narrow keys") };
        let found = comm::run(p, Some(1), |comm| {
            Locality::of(comm, spec.n() as usize, all.len() as u64, &dealt(&all, comm.rank()))
        });
        assert!(found.iter().all(|locality| *locality == found[0]));
        found[0]
    }

    #[test]
    fn vertices_are_interior_by_rows_but_shared_by_directions_and_in_random_graphs() {
        let slice = |p: usize| {
            move |all: &[Edge<u32>], rank: usize| {
                all[all.len() * rank / p..all.len() * (rank + 1) / p].to_vec()
            }
        };
        let rows = of("grid2d:n=2^16", 4, slice(4));
        assert!(rows.shared < 0.02 && rows.crossing < 0.02 && rows.shuffles, "{rows:?}");
        let turned = of("grid2d:n=2^16", 2, |all, rank| {
            let across = |e: &&Edge<u32>| (e.u.abs_diff(e.v) == 1) == (rank == 0);
            all.iter().filter(across).copied().collect()
        });
        assert!(turned.shared > 0.6 && turned.crossing < 0.02, "{turned:?}");
        for p in [2, 4, 16] {
            let random = of("gnm:n=2^14,m=2^17", p, slice(p));
            assert!(random.shared > 0.8 && random.crossing > 0.3, "{p} ranks: {random:?}");
        }
    }
}
