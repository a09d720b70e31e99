//! What lasts from stage to stage: the component of every vertex, on the vertex's owner.

use super::ask::ask;
use super::column::Answers;
use super::live::{Live, distinct};
use super::outside::places_outside;
use super::owners::Owners;
use super::pointers::Pointers;
use super::round::round;
use crate::comm::{Comm, Reduction};
use crate::graph::Key;
use fixedbitset::FixedBitSet;

/// A component with at least one in so many vertices is told as the one that is expected.
const GIANT: u64 = 50;

/// Of about so many of its vertices, each rank looks for the most frequent component.
const SAMPLE: usize = 1000;

/// The components of the vertices of a rank's block.
pub(super) struct VertexLabels {
    vertices: Owners,
    /// For each vertex of the block, the number of its component; none before the first stage, when
    /// every vertex is one.
    own: Option<Vec<u32>>,
    /// How many components there are.
    pub(super) components: usize,
    /// The largest one, if it is large.
    giant: Option<u32>,
}

impl VertexLabels {
    /// Every vertex of `0..n` is a component.
    pub(super) fn of_vertices(comm: &Comm, n: usize) -> Self {
        Self { vertices: Owners { n, p: comm.size() }, own: None, components: n, giant: None }
    }

    /// Turns edges between vertices into edges between components.
    pub(super) fn fetch<K: Key>(&self, comm: &Comm, fresh: Live<K>) -> Live<K> {
        let Some(own) = &self.own else { return fresh };
        let labels = match self.places_outside(comm, own, &fresh.ids) {
            None => self.ask(comm, own, &fresh.ids),
            Some(places) => {
                let ids: Vec<u32> = places.iter().map(|&place| fresh.ids[place as usize]).collect();
                let mut labels = vec![self.or_giant(None); fresh.ids.len()];
                let asked = self.ask(comm, own, &ids);
                places.iter().zip(asked).for_each(|(&place, label)| labels[place as usize] = label);
                labels
            }
        };
        fresh.renamed(self.components, &labels)
    }

    /// The places of the vertices `ids` that are not in the giant, if that is known or soon told.
    fn places_outside(&self, comm: &Comm, own: &[u32], ids: &[u32]) -> Option<Vec<u32>> {
        let giant = self.giant?;
        let block = self.vertices.ids(comm.rank());
        let labelled = block.zip(own).filter(|(_, label)| **label != giant);
        let outside: Vec<u32> = labelled.map(|(id, _)| id).collect();
        places_outside(comm, self.vertices, &outside, ids)
    }

    /// Asks the owners for the labels of vertices.
    fn ask(&self, comm: &Comm, own: &[u32], ids: &[u32]) -> Vec<u32> {
        let start = self.vertices.ids(comm.rank()).start;
        let label = |v: u32| {
            let label = own[(v - start) as usize];
            (Some(label) != self.giant).then_some(label)
        };
        let labels = ask(comm, self.vertices, ids, &Answers(self.bits()), label);
        labels.unwrap_or_default().into_iter().map(|label| self.or_giant(label)).collect()
    }

    fn bits(&self) -> usize {
        Owners { n: self.components, p: self.vertices.p }.bits()
    }

    fn or_giant(&self, label: Option<u32>) -> u32 {
        label.unwrap_or_else(|| self.giant.expect("only the giant is expected"))
    }

    /// Numbers the roots anew, in order, and gives every vertex the number of its root.
    pub(super) fn refresh(&mut self, comm: &Comm, joined: Pointers) {
        let mut pointers = joined;
        let hooked = pointers.iter().filter(|(id, to)| id != to).map(|(id, _)| id).collect();
        pointers.flatten(comm, hooked);
        let roots: Vec<u32> =
            pointers.iter().filter(|(id, to)| id == to).map(|(id, _)| id).collect();
        let counts = comm.all_gather(&[roots.len() as u64]).concat();
        let first = counts[..comm.rank()].iter().sum::<u64>() as u32;
        self.components = counts.iter().sum::<u64>() as usize;
        let column = Answers(self.bits());
        let number = |id: u32| {
            let place = roots.binary_search(&id).expect("pointers lead to roots");
            Some(first + place as u32)
        };
        let targets: Vec<u32> = pointers.iter().map(|(_, to)| to).collect();
        let (targets, places) = distinct(&targets, pointers.owners.n);
        let numbers = ask(comm, pointers.owners, &targets, &column, number).unwrap_or_default();
        let start = pointers.owners.ids(comm.rank()).start;
        let old = self.own.take().unwrap_or_else(|| self.vertices.ids(comm.rank()).collect());
        let (ids, vertices) = distinct(&old, pointers.owners.n);
        let renamed = |id: u32| numbers[places[(id - start) as usize] as usize];
        let labels = ask(comm, pointers.owners, &ids, &column, renamed).unwrap_or_default();
        let label = |&place: &u32| labels[place as usize].expect("every component has a number");
        let own: Vec<u32> = vertices.iter().map(label).collect();
        self.giant = giant(comm, &own, self.vertices.n);
        self.own = Some(own);
    }
}

/// Joins components, `components` in all, until no edge joins two. Sets in `chosen` this rank's edges
/// that do so. Returns the pointers of the components, which lead towards roots.
pub(super) fn join<K: Key>(
    comm: &Comm,
    components: usize,
    live: Live<K>,
    chosen: &mut FixedBitSet,
) -> Pointers {
    let mut pointers = Pointers::roots(comm, components);
    let mut live = live;
    while let Some(left) = round(comm, &mut pointers, live, chosen) {
        live = left;
    }
    pointers
}

/// The component that a sample of one rank's vertices has most of, if it is large in all.
fn giant(comm: &Comm, own: &[u32], n: usize) -> Option<u32> {
    let mut sample: Vec<u32> = own.iter().copied().step_by(own.len() / SAMPLE + 1).collect();
    sample.sort_unstable();
    let most = sample.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    let mut word = [most.map_or(0, |run| (run.len() as u64) << 32 | u64::from(run[0]))];
    comm.all_reduce(&mut word, Reduction::Maximum);
    let label = word[0] as u32;
    let mut count = [own.iter().filter(|&&other| other == label).count() as u64];
    comm.all_reduce(&mut count, Reduction::Sum);
    (count[0] * GIANT >= n as u64).then_some(label)
}
