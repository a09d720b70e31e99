//! The proof of a forest that any program may have made.
//!
//! The forest's edges are put beside the graph's, before those of the same weight. In that order, the
//! minimum spanning forest of both is unique. If it is the given forest, no edge of the graph is lighter
//! than a forest edge that it could replace, and none joins two of its trees. If the graph also has each
//! of the forest's edges, the forest is a minimum spanning forest of the graph.

use super::prove;
use crate::comm::{Comm, Reduction};
use crate::error::{Error, Result};
use crate::graph::{Edge, Key, Weights, scramble};
use crate::sharding::{Hierarchy, KeyCut};
use crate::verify::Flaw;
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

/// A rank's edges of a graph and, behind them, of a given forest. Their keys are odd and even, so that
/// an edge of the forest comes before one of the graph of the same weight.
pub(crate) struct Given<K> {
    pub(crate) edges: Vec<Edge<K>>,
    /// How many of them are of the graph.
    graph: usize,
    /// The least key of all ranks, as it was.
    least: u64,
}

/// A rank's edges with keys that have room for one more bit.
pub(crate) enum OfGiven<K> {
    /// As wide as they were.
    Same(Given<K>),
    /// Of 64 bits.
    Wide(Given<u64>),
    /// They have no room.
    No,
}

impl<K: Key> OfGiven<K> {
    /// Puts this rank's part of a `forest` beside its edges of the graph.
    pub(crate) fn of(comm: &Comm, graph: Vec<Edge<K>>, forest: &[Edge<K>]) -> Self {
        let keys = || graph.iter().chain(forest).map(|e| e.key.wide());
        let (least, most) = comm.compute(|| (keys().min(), keys().max()));
        let mut ends = [!least.unwrap_or(u64::MAX), most.unwrap_or(0)];
        comm.all_reduce(&mut ends, Reduction::Maximum);
        let (least, most) = (!ends[0], ends[1]);
        let Some(range) =
            most.saturating_sub(least).checked_mul(2).and_then(|twice| twice.checked_add(1))
        else {
            return Self::No;
        };
        comm.compute(|| match K::narrow(range) {
            Some(_) => Self::Same(Given::of(graph, forest, least)),
            None => Self::Wide(Given::of(graph, forest, least)),
        })
    }
}

/// Whether an edge of [`Given`] is one of the graph.
fn is_of_graph<K: Key>(e: &Edge<K>) -> bool {
    e.key.wide() % 2 == 1
}

/// An edge without what tells the graph's from the forest's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct Pair {
    ends: [u32; 2],
    key: u64,
}

impl Pair {
    fn of<K: Key>(e: &Edge<K>) -> Self {
        let (low, high) = e.ends();
        Self { ends: [low, high], key: e.key.wide() / 2 }
    }

    /// The rank that compares it with others.
    fn rank(&self, p: usize) -> usize {
        let [low, high] = self.ends.map(u64::from);
        (scramble(scramble(low << 32 | high) ^ self.key) % p as u64) as usize
    }
}

/// The place in a rank's part of the forest of the first edge that is not also, or not as often, in
/// `part`.
fn first_extra<K: Key>(forest: &[Edge<K>], part: &[Edge<K>]) -> Option<usize> {
    let chosen = part.par_iter().filter(|e| !is_of_graph(e)).map(Pair::of);
    let mut chosen: Vec<Pair> = chosen.collect();
    chosen.par_sort_unstable();
    let placed = |(place, e)| (Pair::of(e), place);
    let mut placed: Vec<_> = forest.par_iter().enumerate().map(placed).collect();
    placed.par_sort_unstable();
    // What was chosen is in the forest, so both lists can be followed side by side.
    let mut chosen = chosen.into_iter().peekable();
    let extra = placed.into_iter().filter(|(pair, _)| chosen.next_if_eq(pair).is_none());
    extra.map(|(_, place)| place).min()
}

impl<L: Key> Given<L> {
    /// Puts a `forest` behind a graph, with keys of one bit more, counted from the least. Needs no
    /// second list of the graph's edges if keys stay as wide as they were.
    fn of<K: Key>(graph: Vec<Edge<K>>, forest: &[Edge<K>], least: u64) -> Self {
        let with_bit = |e: &Edge<K>, bit: u64| {
            let key = L::narrow(2 * (e.key.wide() - least) + bit).expect("there is room");
            Edge { u: e.u, v: e.v, key }
        };
        let count = graph.len();
        let mut edges: Vec<Edge<L>> = graph.into_iter().map(|e| with_bit(&e, 1)).collect();
        edges.reserve_exact(forest.len());
        edges.extend(forest.iter().map(|e| with_bit(e, 0)));
        Self { edges, graph: count, least }
    }
}

impl<K: Key> Given<K> {
    /// Proves the forest. A run on these edges, with the vertices `0..n`, has found this rank's `part`
    /// of their minimum spanning forest, and claims how components have merged; neither is trusted.
    /// `weights` are those of the graph.
    ///
    /// # Errors
    /// [`Error::Proof`], the same on every rank.
    ///
    /// # Complexity
    /// As [`super::verify_sharded`], and 16 bytes for each edge of the forest and for each of the graph
    /// that joins two components when edges of its weight are looked at: with few different weights,
    /// that may be most of them.
    pub(crate) fn prove(
        &self,
        comm: &Comm,
        n: u64,
        part: &[Edge<K>],
        hierarchy: &Hierarchy,
        weights: Weights,
    ) -> Result<()> {
        let mut witnesses = Vec::new();
        let wide = Weights::wide(weights.numbers());
        prove(comm, n, (part, &self.edges), hierarchy, wide, &mut |replay, seen, cut| {
            // An edge of the graph comes after the forest's own, so perhaps in a later stage.
            let of = |cut: KeyCut| cut.key / 2;
            let (from, to) = (seen.map_or(0, of), cut.map_or(u64::MAX, of));
            let is_wanted =
                |e: &Edge<K>| is_of_graph(e) && (from..=to).contains(&(e.key.wide() / 2));
            witnesses.extend(replay.places(is_wanted));
        })
        .map_err(|why| match why {
            Error::Proof { what, .. } => {
                Error::proof(format!("the comparison could not be proved; run it again: {what}"))
            }
            other => other,
        })?;
        self.same(comm, part, weights)?;
        witnesses.sort_unstable();
        witnesses.dedup(); // some were looked at in two stages
        let witnesses =
            witnesses.into_iter().map(|place: u32| Pair::of(&self.edges[place as usize]));
        self.found(comm, witnesses.collect(), weights)
    }

    /// An edge as it was.
    fn original(&self, e: &Edge<K>) -> Edge<u64> {
        Edge { u: e.u, v: e.v, key: e.key.wide() / 2 + self.least }
    }

    /// Compares the forest with the minimum one.
    fn same(&self, comm: &Comm, part: &[Edge<K>], weights: Weights) -> Result<()> {
        let forest = &self.edges[self.graph..];
        let ([graphs, forests], _) = comm.sums_before([self.graph as u64, forest.len() as u64]);
        let extra = comm.compute(|| first_extra(forest, part));
        let lacking = part.iter().find(|e| is_of_graph(e));
        let mut any = [u64::from(extra.is_some()), u64::from(lacking.is_some())];
        comm.all_reduce(&mut any, Reduction::Maximum);
        let flaw = match (any, extra, lacking) {
            ([0, _], _, Some(e)) => {
                let place =
                    self.edges.iter().position(|other| other == e).expect("it has its part");
                let position = graphs + place as u64;
                Some(Flaw::NotSpanning { position, edge: self.original(e) })
            }
            (_, None, _) => None,
            ([_, lacks], Some(place), _) => {
                let (position, edge) = (forests + place as u64, self.original(&forest[place]));
                match lacks {
                    0 => Some(Flaw::Cycle { position, edge }),
                    _ => Some(Flaw::Outweighed { position, edge }),
                }
            }
        };
        comm.agree(flaw.map_or(Ok(()), |flaw| Err(flaw.describe(weights))))
    }

    /// Looks for each of the forest's edges among those of the graph.
    fn found(&self, comm: &Comm, witnesses: Vec<Pair>, weights: Weights) -> Result<()> {
        let (p, forest) = (comm.size(), &self.edges[self.graph..]);
        let dealt = |pairs: &mut dyn Iterator<Item = Pair>| {
            let mut lists = vec![Vec::new(); p];
            pairs.for_each(|pair| lists[pair.rank(p)].push(pair));
            lists
        };
        let asked = comm.all_to_all(dealt(&mut forest.iter().map(Pair::of)));
        let mut there = comm.all_to_all(dealt(&mut witnesses.into_iter())).concat();
        there.sort_unstable();
        let is_there = |pair: &Pair| u8::from(there.binary_search(pair).is_ok());
        let answers = asked.iter().map(|asked| asked.iter().map(is_there).collect());
        let mut answers: Vec<_> =
            comm.all_to_all(answers.collect()).into_iter().map(Vec::into_iter).collect();
        let is_found =
            |e: &Edge<K>| answers[Pair::of(e).rank(p)].next().expect("one for each") == 1;
        let ([before], _) = comm.sums_before([forest.len() as u64]);
        let missing = forest.iter().map(is_found).position(|is_found| !is_found).map(|place| {
            let position = before + place as u64;
            Flaw::NotInGraph { position, edge: self.original(&forest[place]) }
        });
        comm.agree(missing.map_or(Ok(()), |flaw| Err(flaw.describe(weights))))
    }
}
