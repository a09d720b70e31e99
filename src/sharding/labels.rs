//! The component of every vertex, on the vertex's owner.

use super::{Answers, Owners, ask, distinct, places_outside};
use crate::comm::{Comm, Reduction};

/// A component with at least one in so many vertices is told as the one that is expected.
const GIANT: u64 = 50;

/// Of about so many of its vertices, each rank looks for the most frequent component.
const SAMPLE: usize = 1000;

/// The components of the vertices of a rank's block.
pub(crate) struct VertexLabels {
    vertices: Owners,
    /// For each vertex of the block, the number of its component; none as long as every vertex is
    /// one.
    own: Option<Vec<u32>>,
    /// The components.
    components: Owners,
    /// The largest one, if it is large.
    giant: Option<u32>,
}

impl VertexLabels {
    /// Every vertex of `0..n` is a component.
    pub(crate) fn of_vertices(comm: &Comm, n: usize) -> Self {
        let vertices = Owners { n, p: comm.size() };
        Self { vertices, own: None, components: vertices, giant: None }
    }

    /// Who owns which vertex.
    pub(crate) fn vertices(&self) -> Owners {
        self.vertices
    }

    /// Who owns which component.
    pub(crate) fn components(&self) -> Owners {
        self.components
    }

    /// The largest component, if it is large.
    pub(crate) fn giant(&self) -> Option<u32> {
        self.giant
    }

    /// Whether every vertex is still a component.
    pub(crate) fn are_vertices(&self) -> bool {
        self.own.is_none()
    }

    /// The components of the vertices `ids`, sorted and distinct.
    ///
    /// # Panics
    /// If every vertex is still one.
    ///
    /// # Complexity
    /// Two exchanges, or an all-gather more. Vertices in the giant take less than others.
    pub(crate) fn look_up(&self, comm: &Comm, ids: &[u32]) -> Vec<u32> {
        let own = self.own.as_ref().expect("vertices have labels");
        match self.places_outside(comm, own, ids) {
            None => self.ask(comm, own, ids),
            Some(places) => {
                let outside: Vec<u32> = places.iter().map(|&place| ids[place as usize]).collect();
                let mut labels = vec![self.or_giant(None); ids.len()];
                let asked = self.ask(comm, own, &outside);
                places.iter().zip(asked).for_each(|(&place, label)| labels[place as usize] = label);
                labels
            }
        }
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
        let labels = ask(comm, self.vertices, ids, &Answers(self.components.bits()), label);
        labels.unwrap_or_default().into_iter().map(|label| self.or_giant(label)).collect()
    }

    fn or_giant(&self, label: Option<u32>) -> u32 {
        label.unwrap_or_else(|| self.giant.expect("only the giant is expected"))
    }

    /// Puts every vertex into a component of `components`: `number` gives it for each component that
    /// this rank owns now.
    ///
    /// # Complexity
    /// Two exchanges about the distinct components of each block, and two all-reduces.
    pub(crate) fn rename(
        &mut self,
        comm: &Comm,
        components: Owners,
        number: impl Fn(u32) -> u32 + Sync,
    ) {
        let old = self.own.take().unwrap_or_else(|| self.vertices.ids(comm.rank()).collect());
        let (ids, places) = distinct(&old, self.components.n);
        let answer = |id: u32| Some(number(id));
        let labels = ask(comm, self.components, &ids, &Answers(components.bits()), answer);
        let labels = labels.unwrap_or_default();
        let label = |&place: &u32| labels[place as usize].expect("every component has a number");
        let own: Vec<u32> = places.iter().map(label).collect();
        self.giant = giant(comm, &own, self.vertices.n);
        self.own = Some(own);
        self.components = components;
    }
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
