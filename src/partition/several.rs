//! Several files that are one graph, read as if they were one after the other.

use super::outline::GraphFacts;
use super::reader::{Conclusion, GraphInput, Reader, TotalCounts};
use super::segment::Segment;
use crate::comm::Progress;
use crate::error::{ContentFault, Error, Result, shown};
use crate::format::LineCount;
use crate::graph::{Batch, Weights};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// What the top of a file says that is a part of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartHead {
    pub(super) n: Option<u64>,
    pub(super) m: Option<u64>,
    /// How the keys are encoded, if the head tells.
    pub(super) weights: Option<Weights>,
    /// How its lines are read, in words, if it has lines.
    pub(super) layout: Option<String>,
    /// The whole file, in the reader's units.
    pub(super) whole: Range<u64>,
}

impl PartHead {
    /// The head of a file without any bytes.
    pub(super) const EMPTY: Self =
        Self { n: None, m: Some(0), weights: None, layout: None, whole: 0..0 };

    fn units(&self) -> u64 {
        self.whole.end - self.whole.start
    }
}

/// A reader of a file that can be a part of a graph.
pub(super) trait PartReader: Reader + Send {
    /// What the top of the file says.
    ///
    /// # Errors
    /// If the file cannot be read, or its first edge may be a header.
    fn head(&self) -> Result<PartHead>;

    /// Takes what is known of the whole graph in place of what the file's own header says.
    fn adopt(&mut self, whole: &GraphFacts);
}

/// Opens the file of a part.
pub(super) type OpenPart<'a, R> = &'a (dyn Fn(usize) -> Result<R> + Sync);

/// Files that follow each other. A file is open while its edges are read, so there may be more of
/// them than a process may open.
pub(super) struct Several<'a, R> {
    paths: Vec<PathBuf>,
    heads: Vec<PartHead>,
    /// The positions of their beginnings, and of the end of the last.
    starts: Vec<u64>,
    facts: GraphFacts,
    identity: String,
    /// The part that this rank alone can read, if each rank has its own.
    own: Option<usize>,
    open: OpenPart<'a, R>,
    opened: Mutex<Option<(usize, R)>>,
}

impl<'a, R: PartReader> Several<'a, R> {
    /// The graph of files with these heads. Words of `identity` distinguish it from others.
    ///
    /// # Errors
    /// [`Error::Content`] if their heads contradict each other, or if all are empty.
    pub(super) fn of(
        paths: Vec<PathBuf>,
        heads: Vec<PartHead>,
        identity: String,
        own: Option<usize>,
        open: OpenPart<'a, R>,
    ) -> Result<Self> {
        let facts = combined(&paths, &heads)?;
        let ends = heads.iter().scan(0_u64, |end, head| {
            *end = end.saturating_add(head.units());
            Some(*end)
        });
        let starts = [0].into_iter().chain(ends).collect();
        Ok(Self { paths, heads, starts, facts, identity, own, open, opened: Mutex::new(None) })
    }

    /// The part that has the position `at`.
    fn part_at(&self, at: u64) -> usize {
        self.starts.partition_point(|&start| start <= at) - 1
    }

    /// Where a part begins, as a position of the whole and as one of its own.
    fn origin(&self, part: usize) -> (u64, u64) {
        (self.starts[part], self.heads[part].whole.start)
    }

    /// Calls `work` with the reader of a part.
    fn with<T>(&self, part: usize, work: impl FnOnce(&R) -> Result<T>) -> Result<T> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = opened.as_ref().is_some_and(|(open, _)| *open == part);
        if !is_open {
            *opened = None;
            let mut reader = (self.open)(part)?;
            reader.adopt(&self.facts);
            *opened = Some((part, reader));
        }
        let (_, reader) = opened.as_ref().expect("it was opened");
        work(reader)
    }

    /// The head of a segment's rest, as its part has it.
    fn within(&self, part: usize, segment: &Segment) -> Segment {
        let (start, own) = self.origin(part);
        let local = |at: u64| at - start + own;
        let rest = local(segment.rest.start)..local(segment.rest.end.min(self.starts[part + 1]));
        // Lines are counted in each file anew.
        let (since, before) = match segment.since.checked_sub(start) {
            Some(since) => (since + own, segment.before),
            None => (rest.start, LineCount::default()),
        };
        Segment { rest, since, before, ..segment.clone() }
    }
}

/// What the heads say of the whole.
fn combined(paths: &[PathBuf], heads: &[PartHead]) -> Result<GraphFacts> {
    if heads.iter().all(|head| *head == PartHead::EMPTY) {
        return Err(Error::content(&paths[0], ContentFault::Empty, "all of the files are empty"));
    }
    let n = same(paths, heads, |head| head.n, |n| format!("has {n} vertices"))?;
    let way = |layout: String| format!("is read as {layout}");
    same(paths, heads, |head| head.layout.clone(), way)?;
    // Files of different widths are read as text is: their keys are encoded when all are known.
    let mut kinds = heads.iter().filter(|head| **head != PartHead::EMPTY).map(|head| head.weights);
    let first = kinds.next().flatten();
    let weights = first.filter(|_| kinds.all(|kind| kind == first));
    Ok(GraphFacts::new(n, weights).with_edges(edges(paths, heads)?))
}

/// The number of edges: the sum of what the heads say; or what the first says if no other does, as
/// when one file was split.
///
/// # Errors
/// If some others say it and some do not.
fn edges(paths: &[PathBuf], heads: &[PartHead]) -> Result<Option<u64>> {
    let with_bytes = paths.iter().zip(heads).filter(|(_, head)| **head != PartHead::EMPTY);
    let said: Vec<(&PathBuf, Option<u64>)> =
        with_bytes.map(|(path, head)| (path, head.m)).collect();
    let of = |says: bool| said.iter().find(|(_, m)| m.is_some() == says);
    match (said[0].1, of(true), of(false)) {
        (_, None, _) => Ok(None),
        (_, _, None) => Ok(Some(said.iter().filter_map(|(_, m)| *m).fold(0, u64::saturating_add))),
        (Some(m), ..) if said[1..].iter().all(|(_, m)| m.is_none()) => Ok(Some(m)),
        (_, Some((with, _)), Some((without, _))) => {
            let what = format!(
                "its header gives a number of edges, but {} has none: give all files such a \
                 header, or only the first",
                shown(without)
            );
            Err(Error::content(with, ContentFault::Contradictory, what))
        }
    }
}

/// What all heads say that say something.
///
/// # Errors
/// If two differ; `told` puts it in words.
fn same<T: Clone + PartialEq>(
    paths: &[PathBuf],
    heads: &[PartHead],
    of: impl Fn(&PartHead) -> Option<T>,
    told: impl Fn(T) -> String,
) -> Result<Option<T>> {
    let mut said = paths.iter().zip(heads).filter_map(|(path, head)| Some((path, of(head)?)));
    let Some((first, one)) = said.next() else { return Ok(None) };
    let Some((path, other)) = said.find(|(_, other)| *other != one) else { return Ok(Some(one)) };
    let what = format!(
        "it {}, but {} {}: they are not parts of one graph, or options must say how to read them",
        told(other),
        shown(first),
        told(one)
    );
    Err(Error::content(path, ContentFault::Contradictory, what))
}

impl<R: PartReader> GraphInput for Several<'_, R> {
    fn facts(&self) -> GraphFacts {
        self.facts
    }

    fn conclude(&self, seen: &TotalCounts) -> Result<Conclusion> {
        let (m, found) = (self.facts.m, seen.census.records);
        if let Some(m) = m.filter(|&m| m != found) {
            let what = format!(
                "the headers of the {} files say {m} edges in all, but there are {found}",
                self.paths.len()
            );
            return Err(Error::content(&self.paths[0], ContentFault::Contradictory, what));
        }
        seen.check_floats(&self.paths[0])?;
        let has_bytes = |part: &usize| self.heads[*part] != PartHead::EMPTY;
        let part = self.own.or_else(|| (0..self.paths.len()).find(has_bytes));
        match part.filter(has_bytes) {
            Some(part) => self.with(part, |reader| reader.conclude(seen)),
            None => {
                let n = self.facts.n;
                Ok(Conclusion {
                    n: n.unwrap_or(seen.census.bound),
                    n_by_ids: n.is_none(),
                    notes: Vec::new(),
                })
            }
        }
    }
}

impl<R: PartReader> Reader for Several<'_, R> {
    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn whole(&self) -> Range<u64> {
        0..self.starts[self.heads.len()]
    }

    fn own(&self) -> Option<Range<u64>> {
        self.own.map(|part| self.starts[part]..self.starts[part + 1])
    }

    fn cut(&self, rest: &Range<u64>, at: u64) -> Result<u64> {
        let part = self.part_at(at);
        let (start, own) = self.origin(part);
        if at == start {
            return Ok(at);
        }
        let local = |at: u64| at - start + own;
        let of_part = local(rest.start.max(start))..local(rest.end.min(self.starts[part + 1]));
        self.with(part, |reader| reader.cut(&of_part, local(at))).map(|cut| cut - own + start)
    }

    fn next(&self, segment: &mut Segment, progress: &Progress) -> Result<Option<Vec<Batch>>> {
        if segment.rest.is_empty() {
            return Ok(None);
        }
        let part = self.part_at(segment.rest.start);
        let mut local = self.within(part, segment);
        let batches = self.with(part, |reader| reader.next(&mut local, progress))?;
        let (start, own) = self.origin(part);
        segment.rest.start = local.rest.start - own + start;
        (segment.since, segment.before) = (local.since - own + start, local.before);
        segment.census = local.census;
        Ok(batches)
    }
}
