//! Filter: combine the light edges first; then every rank drops its heavy edges inside components.
//!
//! Osipov, Sanders, Singler, "The Filter-Kruskal Minimum Spanning Tree Algorithm", ALENEX 2009,
//! over ranks: they agree on a pivot, rank 0 merges the forests of the lighter edges, and all ranks
//! learn its components. On most graphs few of the heavier edges join two components.

use super::gather::{CHEAP, gather};
use super::labels::Labels;
use super::pivot::{self, Pivot};
use crate::comm::Comm;
use crate::local::{self, ContractedEdge, EdgeLike};
use crate::measure::Phase;
use fixedbitset::FixedBitSet;
use rayon::prelude::*;

/// Edges per vertex. Above this, it costs less to send more light edges than to look a second time
/// at the heavy edges that they would drop.
const DENSE: u64 = 32;
/// Quarters of edges per vertex above which a pivot pays.
pub(in crate::distributed) const PAYS_QUARTERS: usize = 9;
/// How many edges a thread works on at once.
const PIECE: usize = 1 << 16;

/// Returns how many of `m` edges on `n` vertices should lie below a pivot. On a random graph, 1.5n
/// light edges leave one in nine of the heavier edges, 2n one in 25.
pub(in crate::distributed) fn light_edges(n: usize, m: u64) -> usize {
    if m > n as u64 * DENSE { 2 * n } else { n + n / 2 }
}

/// Returns this rank's part of the minimum spanning forest of the `records` of all ranks, on the
/// vertices `0..n`.
///
/// `forest(n, records)` makes a rank's own forest, with edges of equal weight in their order.
///
/// # Complexity
/// Rank 0 receives about 1.5n to 2n light edges, and the forests of the heavier ones that join two
/// of their components, if necessary after further pivots. Each rank receives the components, n/8
/// to 4n bytes, and one bit for each edge that it sent. None of it grows with p.
pub(in crate::distributed) fn filter<R: EdgeLike>(
    comm: &Comm,
    n: usize,
    records: &[R],
    forest: impl Fn(usize, &[R]) -> Vec<R> + Sync,
) -> Vec<R> {
    let (mut part, mut left) = match pass(comm, n, records, u64::MAX, &forest) {
        Pass::Last(part) => return part,
        Pass::Light(part, left) => (part, left),
    };
    loop {
        let fold = |n: usize, edges: &[_]| local::fold(n, &[edges]);
        let next = pass(comm, left.n, &left.edges, left.of, fold);
        let chosen = match &next {
            Pass::Last(chosen) | Pass::Light(chosen, _) => chosen,
        };
        part.extend(chosen.iter().map(|live| records[live.origin as usize]));
        let Pass::Light(_, mut heavier) = next else { return part };
        heavier.edges.iter_mut().for_each(|e| e.origin = left.edges[e.origin as usize].origin);
        left = heavier;
    }
}

/// What a pass leaves: edges between numbered components.
struct Left<K> {
    n: usize,
    /// How many edges all ranks had before this pass.
    of: u64,
    edges: Vec<ContractedEdge<K>>,
}

/// What a pass finds on one rank.
enum Pass<R: EdgeLike> {
    /// This rank's edges in the forest; nothing is left.
    Last(Vec<R>),
    /// The light edges in the forest, and the heavy ones that may be in it.
    Light(Vec<R>, Left<R::Key>),
}

/// Makes one pass over the records, which are left from `of` edges. It is the last one if more than
/// half of these are left: a pivot that drops little will do so again.
fn pass<R: EdgeLike>(
    comm: &Comm,
    n: usize,
    records: &[R],
    of: u64,
    forest: impl Fn(usize, &[R]) -> Vec<R> + Sync,
) -> Pass<R> {
    comm.enter(Phase::Local);
    let lens = comm.all_gather(&[records.len() as u64]).concat();
    let m: u64 = lens.iter().sum();
    let sorted = |records: &[R]| {
        let mut forest = forest(n, records);
        local::sort(&mut forest);
        forest
    };
    let pays = m > (n * PAYS_QUARTERS / 4) as u64 && m <= of / 2;
    let pays = pays && n.saturating_mul(comm.size()) > CHEAP;
    let last = || Pass::Last(gather(comm, n, &comm.compute(|| sorted(records))).part);
    if !pays || lens.iter().any(|&len| u32::try_from(len).is_err()) {
        return last();
    }
    let pivot = pivot::agree(comm, light_edges(n, m), records, &lens);
    let run = comm.compute(|| {
        let light = light(records, pivot);
        // Few edges hardly contain a cycle; making their forest would then cost more than sending
        // them all.
        match light.iter().map(Vec::len).sum::<usize>() > touched(n, &light) / 3 * 4 {
            true => sorted(&light.concat()),
            false => local::sorted(&light.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        }
    });
    let mut climbed = gather(comm, n, &run);
    let encode = || climbed.components.as_mut().map(Labels::encode).unwrap_or_default();
    let labels = comm.compute(encode);
    comm.enter(Phase::Exchange);
    let labels = comm.broadcast(0, labels);
    comm.enter(Phase::Local);
    let labels = comm.compute(|| Labels::decode(n, &labels));
    if labels.components > n / 4 * 3 {
        // Light edges that lie all in one corner join too few components for others to be dropped.
        return last();
    }
    let edges = comm.compute(|| heavy(records, pivot, &labels));
    Pass::Light(climbed.part, Left { n: labels.components, of: m, edges })
}

/// Some records, all before or all after the pivot's position.
struct Piece<'a, R> {
    first: usize,
    records: &'a [R],
    /// Whether a record whose key equals the pivot's is light.
    ties_are_light: bool,
}

fn pieces<R: EdgeLike>(records: &[R], pivot: Pivot<R::Key>) -> Vec<Piece<'_, R>> {
    let (before, after) = records.split_at(pivot.cut);
    let before = before.chunks(PIECE).map(|records| (records, true));
    let pieces = before.chain(after.chunks(PIECE).map(|records| (records, false)));
    let mut next = 0;
    pieces
        .map(|(records, ties_are_light)| {
            next += records.len();
            Piece { first: next - records.len(), records, ties_are_light }
        })
        .collect()
}

/// Counts the vertices of the records in `lists`.
fn touched<R: EdgeLike>(n: usize, lists: &[Vec<R>]) -> usize {
    let mut touched = FixedBitSet::with_capacity(n);
    for (u, v) in lists.iter().flatten().map(R::ends) {
        touched.insert(u as usize);
        touched.insert(v as usize);
    }
    touched.count_ones(..)
}

/// Returns the records up to the pivot, in their order, in consecutive lists.
fn light<R: EdgeLike>(records: &[R], pivot: Pivot<R::Key>) -> Vec<Vec<R>> {
    let select = |piece: &Piece<'_, R>| match piece.ties_are_light {
        true => local::select(piece.records, |r| r.key() <= pivot.key, |_| true),
        false => local::select(piece.records, |r| r.key() < pivot.key, |_| true),
    };
    pieces(records, pivot).par_iter().map(select).collect()
}

/// Returns the records after the pivot that join two components, in their order.
fn heavy<R: EdgeLike>(
    records: &[R],
    pivot: Pivot<R::Key>,
    labels: &Labels,
) -> Vec<ContractedEdge<R::Key>> {
    let outside = |r: &R| !labels.both_in_largest(r.ends().0, r.ends().1);
    let select = |piece: &Piece<'_, R>| {
        let live = |index: usize, r: &R| {
            let (u, v) = (labels.of(r.ends().0), labels.of(r.ends().1));
            let origin = (piece.first + index) as u32;
            (u != v).then_some(ContractedEdge { u, v, key: r.key(), origin })
        };
        match piece.ties_are_light {
            true => local::sift(piece.records, |r| (r.key() > pivot.key) & outside(r), live),
            false => local::sift(piece.records, |r| (r.key() >= pivot.key) & outside(r), live),
        }
    };
    pieces(records, pivot).par_iter().map(select).collect::<Vec<_>>().concat()
}
