//! Families of graphs: every rank makes its own edges, in as many blocks as the budget asks for.

use super::assignment::Assignment;
use super::budget::LISTED_BYTES;
use super::fits;
use super::fold_buffer::FoldBuffer;
use super::outline::GraphFacts;
use super::reader::{Conclusion, GraphInput, Reader, TotalCounts};
use super::segment::Segment;
use crate::comm::{Comm, Progress};
use crate::error::Result;
use crate::generate::{Maker, Spec};
use crate::graph::{Batch, MOST_VERTICES};
use std::ops::Range;

/// A graph of a family.
pub(super) struct Generated<'a> {
    spec: &'a Spec,
    /// What makes its edges, and how many units at once; set by `prepare`.
    maker: Option<(Maker<'a>, u64)>,
}

impl<'a> Generated<'a> {
    /// A graph of which nothing is made yet.
    pub(super) fn new(spec: &'a Spec) -> Self {
        Self { spec, maker: None }
    }
}

impl GraphInput for Generated<'_> {
    fn facts(&self) -> GraphFacts {
        let facts = GraphFacts::new(Some(self.spec.n()), Some(self.spec.weights()));
        facts.with_edges(Some(self.spec.expected_edges()))
    }

    fn conclude(&self, _: &TotalCounts) -> Result<Conclusion> {
        Ok(Conclusion { n: self.spec.n(), n_by_ids: false, notes: Vec::new() })
    }
}

impl Reader for Generated<'_> {
    fn identity(&self) -> String {
        self.spec.to_string()
    }

    fn whole(&self) -> Range<u64> {
        0..self.spec.units()
    }

    fn cut(&self, _: &Range<u64>, at: u64) -> Result<u64> {
        Ok(at)
    }

    fn prepare(
        &mut self,
        comm: &Comm,
        assignment: &mut Assignment,
        buffer: &FoldBuffer<'_>,
    ) -> Result<u64> {
        let spec = self.spec;
        let (units, all) = (spec.units(), spec.expected_edges());
        let ids = if spec.n() > MOST_VERTICES { 2 * LISTED_BYTES } else { 0 };
        let edge_bytes = spec.weights().edge_bytes() as u64 + ids;
        let edges = portion(all, assignment.unread(), units);
        let whole = assignment.writer.is_none() && buffer.holds(edges);
        let at_once = if whole { edges } else { (buffer.block() / edge_bytes).min(edges) };
        let points = u128::from(spec.n()) * u128::from(spec.vertex_bytes());
        let bytes = u128::from(at_once) * u128::from(edge_bytes) + points;
        comm.agree(fits(comm, &self.identity(), bytes))?;
        let units_at_once =
            if at_once == edges { assignment.unread() } else { portion(units, at_once, all) };
        self.maker = Some((comm.compute(|| spec.maker()), units_at_once.max(1)));
        Ok(edges)
    }

    fn next(&self, segment: &mut Segment, progress: &Progress) -> Result<Option<Vec<Batch>>> {
        let (maker, units_at_once) = self.maker.as_ref().expect("`prepare` was called");
        let range = segment.advance(*units_at_once);
        if range.is_empty() {
            return Ok(None);
        }
        let made = maker.batches(range, &progress.done);
        segment.census.records += made.iter().map(Batch::len).sum::<usize>() as u64;
        Ok(Some(made))
    }
}

/// `all` * `part` / `of`, rounded up.
fn portion(all: u64, part: u64, of: u64) -> u64 {
    (u128::from(all) * u128::from(part)).div_ceil(u128::from(of.max(1))) as u64
}
