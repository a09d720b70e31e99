//! Follows the merges that a run claims, with all edges of the graph.

use super::joining::{JoiningEdge, JoiningEdges};
use super::least::Least;
use crate::comm::{Comm, Reduction};
use crate::graph::{Edge, Key};
use crate::sharding::{
    Answers, Flagged, KeyCut, MergeStage, Merges, Owners, Told, VertexLabels, ask, distinct, reply,
};
use crate::verify::Flaw;
use crate::verify::flaw::widen;
use fixedbitset::FixedBitSet;
use rayon::prelude::*;

/// So many edges for each vertex of a rank's block are looked at at once.
const PIECE: usize = 4;
/// But at least so many.
const LEAST_PIECE: usize = if cfg!(test) { 8 } else { 1 << 16 };

/// What a rank knows while it follows the merges.
pub(super) struct Replay<'a, K> {
    comm: &'a Comm,
    n: usize,
    mine: &'a [Edge<K>],
    /// The places of the forest's edges that have not been the lightest ones yet.
    unproved: FixedBitSet,
    /// The places of edges that joined two components at the end of the last stage.
    left: Vec<u32>,
    labels: VertexLabels,
}

impl<'a, K: Key> Replay<'a, K> {
    /// Begins with every vertex as a component. `marks` are the places of the forest's edges in the
    /// slice `mine`.
    pub(super) fn new(comm: &'a Comm, n: usize, mine: &'a [Edge<K>], marks: FixedBitSet) -> Self {
        let labels = VertexLabels::of_vertices(comm, n);
        Self { comm, n, mine, unproved: marks, left: Vec::new(), labels }
    }

    /// The edges that the last stage left, and those between the cuts, that join two components. Looks
    /// at a piece of the slice after another, since most edges join none.
    pub(super) fn select(&mut self, seen: Option<KeyCut>, cut: Option<KeyCut>) -> JoiningEdges<K> {
        let rank = self.comm.rank();
        let is_new = |e: &Edge<K>| {
            let has = |cut: KeyCut| cut.has(e.key.wide(), rank);
            !e.is_loop() && !seen.is_some_and(has) && cut.is_none_or(has)
        };
        let left = std::mem::take(&mut self.left);
        let mut edges = self.look(left, is_new);
        self.comm.compute(|| {
            // In the order of the slice, the first of equal edges is the lightest.
            edges.par_sort_unstable_by_key(|e| e.place);
            JoiningEdges::of(self.labels.components().n, edges)
        })
    }

    /// The places of those of some edges that join two components, in any order.
    pub(super) fn places(&self, is_wanted: impl Fn(&Edge<K>) -> bool + Sync) -> Vec<u32> {
        self.look(Vec::new(), is_wanted).into_iter().map(|e| e.place).collect()
    }

    /// Those of the edges at `places` and of the new ones that join two components.
    fn look(
        &self,
        places: Vec<u32>,
        is_new: impl Fn(&Edge<K>) -> bool + Sync,
    ) -> Vec<JoiningEdge<K>> {
        let (comm, mine, mut places) = (self.comm, self.mine, places);
        let len = (PIECE * self.n / comm.size()).max(LEAST_PIECE);
        let mut pieces = [mine.len().div_ceil(len) as u64];
        comm.all_reduce(&mut pieces, Reduction::Maximum);
        let mut edges = Vec::new();
        for piece in 0..pieces[0] as usize {
            let start = mine.len().min(piece * len);
            let fresh = &mine[start..mine.len().min(start + len)];
            let fresh = comm.compute(|| {
                let fresh = fresh.par_iter().enumerate().filter(|(_, e)| is_new(e));
                places.par_extend(fresh.map(|(place, _)| (start + place) as u32));
                let edges = places.par_drain(..).map(|place| JoiningEdge::of_slice(mine, place));
                edges.collect()
            });
            edges.append(&mut self.joining(fresh));
        }
        edges
    }

    /// Turns edges between vertices into edges between components, and drops those that join none.
    fn joining(&self, edges: Vec<JoiningEdge<K>>) -> Vec<JoiningEdge<K>> {
        if self.labels.are_vertices() {
            return edges;
        }
        let fresh = JoiningEdges::of(self.n, edges);
        let labels = self.labels.look_up(self.comm, &fresh.ids);
        fresh.joining(&labels)
    }

    /// Follows the merges of a stage round by round.
    ///
    /// # Errors
    /// If the claim is not one about the components that there are.
    pub(super) fn follow(&mut self, stage: &MergeStage, live: JoiningEdges<K>) -> Result<(), Flaw> {
        let components = self.labels.components();
        let len = components.block(self.comm.rank()).len();
        let Merges { to, rounds, count } = &stage.merges;
        let is_there = |&id: &u32| (id as usize) < components.n;
        let fits = to.len() == len && rounds.len() == len && to.iter().all(is_there);
        let mut words = [u64::from(!fits), u64::from(*count)];
        self.comm.all_reduce(&mut words, Reduction::Maximum);
        let [misfit, count] = words;
        if misfit == 1 {
            return Err(Flaw::Claim("what components have joined"));
        }
        let mut live = live;
        for round in 0..count as u8 {
            match self.round(&stage.merges, round, live) {
                Some(left) => live = left,
                None => return Ok(()),
            }
        }
        self.left = live.edges.iter().map(|e| e.place).collect();
        Ok(())
    }

    /// Finds which edges are the lightest of their components, and merges components. `None` if no
    /// rank has edges that join two.
    fn round(
        &mut self,
        merges: &Merges,
        round: u8,
        live: JoiningEdges<K>,
    ) -> Option<JoiningEdges<K>> {
        let (comm, components) = (self.comm, self.labels.components());
        let lightest = live.lightest();
        let keys: Vec<u64> = lightest.iter().map(|(key, _)| key.wide()).collect();
        let least = Least::of(comm, components, &live.ids, &keys)?;
        let answers = answers(components.ids(comm.rank()).start, merges, round, &least);
        let bits = components.bits();
        let answers = reply(comm, components, &live.ids, &Flagged(bits), answers);
        let mut labels = Vec::with_capacity(live.ids.len());
        for ((&id, (joined, is_lightest)), (_, place)) in live.ids.iter().zip(answers).zip(lightest)
        {
            if is_lightest {
                self.unproved.set(place as usize, false);
            }
            labels.push(joined.unwrap_or(id));
        }
        Some(JoiningEdges::of(components.n, live.joining(&labels)))
    }

    /// Numbers the components that have not joined another one, and puts every vertex into the one
    /// that its component is claimed to be a part of.
    ///
    /// # Errors
    /// If the component that one has joined is claimed to be a part of another one.
    pub(super) fn number(&mut self, stage: &MergeStage) -> Result<(), Flaw> {
        let (comm, components) = (self.comm, self.labels.components());
        let block = components.ids(comm.rank());
        let own = || block.clone().zip(&stage.merges.to);
        let ([before], [all]) = comm.sums_before([self.roots(stage)]);
        let (mut next, numbers) = (before as u32, Owners { n: all as usize, p: comm.size() });
        let is_there = |&number: &u32| (number as usize) < numbers.n;
        let fits = stage.numbers.len() == block.len() && stage.numbers.iter().all(is_there);
        let mut misfit = [u64::from(!fits)];
        comm.all_reduce(&mut misfit, Reduction::Maximum);
        if misfit[0] == 1 {
            return Err(Flaw::Claim("the numbers of components"));
        }
        let number = |((id, to), &claimed): ((u32, &u32), &u32)| match id == *to {
            true => {
                next += 1;
                next - 1
            }
            false => claimed,
        };
        let of_block: Vec<u32> = own().zip(&stage.numbers).map(number).collect();
        let number = |id: u32| of_block[(id - block.start) as usize];
        let (targets, places) = distinct(&stage.merges.to, components.n);
        let answer = |id: u32| Some(number(id));
        let answers = ask(comm, components, &targets, &Answers(numbers.bits()), answer);
        let answers = answers.unwrap_or_default();
        let is_same = |(&own, place): (&u32, u32)| answers[place as usize] == Some(own);
        let is_right = of_block.iter().zip(places).all(is_same);
        self.labels.rename(comm, numbers, number);
        is_right.then_some(()).ok_or(Flaw::Claim("the numbers of components"))
    }

    /// How many components of this rank's block have not joined another one.
    pub(super) fn roots(&self, stage: &MergeStage) -> u64 {
        let block = self.labels.components().ids(self.comm.rank());
        block.zip(&stage.merges.to).filter(|(id, to)| id == *to).count() as u64
    }

    /// Judges what has been found on this rank.
    ///
    /// # Errors
    /// [`Flaw::NotLightest`] or [`Flaw::NotSpanning`].
    pub(super) fn finish(&self) -> Result<(), Flaw> {
        let edge = |place: usize| (place as u64, widen(&self.mine[place]));
        if let Some((position, edge)) = self.unproved.minimum().map(edge) {
            return Err(Flaw::NotLightest { position, edge });
        }
        match self.left.first().map(|&place| edge(place as usize)) {
            Some((position, edge)) => Err(Flaw::NotSpanning { position, edge }),
            None => Ok(()),
        }
    }
}

/// What ranks are told of the components for which they have told keys, all of the block that begins
/// at `start`: the component that it has joined in a round, if it has, and whether the rank's key is
/// the least, of equal ones that of the lowest rank.
fn answers(start: u32, merges: &Merges, round: u8, least: &Least) -> Vec<Vec<(Option<u32>, bool)>> {
    let of_rank = |(rank, told): (usize, &Told<u32>)| {
        let answer = |&id: &u32| {
            let place = (id - start) as usize;
            let joined = merges.to[place] != id && merges.rounds[place] == round;
            (joined.then(|| merges.to[place]), least.rank(id) == rank)
        };
        told.ids.iter().map(answer).collect()
    };
    least.told.iter().enumerate().map(of_rank).collect()
}
