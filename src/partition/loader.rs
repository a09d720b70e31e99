//! The one way from an input to a rank's slice, whichever reader the input has.

use super::Loaded;
use super::assignment::Assignment;
use super::budget::Sink;
use super::checkpoint::Checkpoint;
use super::fold_buffer::FoldBuffer;
use super::ids::VertexNumbers;
use super::join::{extent, join};
use super::outline::{GraphFacts, Outline};
use super::reader::{Conclusion, GraphInput, Reader, RootReader, TotalCounts};
use crate::comm::Comm;
use crate::error::Result;
use crate::format::Census;
use crate::graph::{Batch, Extent, Slice, Weights, is_numbered_anew};
use rayon::prelude::*;

/// Loads this rank's part of an input that all ranks read.
///
/// # Errors
/// Those of `reader`, the checkpoint and the budget. All ranks return the same.
pub(super) fn load(
    comm: &Comm,
    reader: impl Reader,
    sink: Sink<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    let mut reader = reader;
    let facts = reader.facts().in_order(sink.descending());
    let outline = Outline::new(&reader.identity(), facts, reader.whole());
    let cut = |rest: &_, at| reader.cut(rest, at);
    let mut assignment = match reader.own() {
        Some(part) => Assignment::whole(part),
        None => Assignment::of(comm, checkpoint, &outline, &cut)?,
    };
    let mut buffer = FoldBuffer::of(sink, &facts);
    let steps = reader.prepare(comm, &mut assignment, &buffer)?;
    let progress = comm.progress();
    progress.expect(steps);
    let pulled =
        comm.compute(|| assignment.pull(&mut buffer, |segment| reader.next(segment, progress)));
    let census = comm.agree(pulled)?;
    finish(comm, &reader, facts, buffer, census, checkpoint.is_some())
}

/// Loads this rank's part of an input that rank 0 reads for all. On rank 0, `next(rank)` returns
/// the next block for that rank, and `None` after its last one.
///
/// # Errors
/// Those of `next`, `graph` and the budget. All ranks return the same.
pub(super) fn receive(
    comm: &Comm,
    graph: &impl RootReader,
    sink: Sink<'_>,
    mut next: impl FnMut(usize) -> Result<Option<Vec<u8>>>,
) -> Result<Loaded> {
    let facts = graph.facts().in_order(sink.descending());
    let (mut buffer, mut census) = (FoldBuffer::of(sink, &facts), Census::default());
    let (mut read, mut taken) = (Ok(()), Ok(()));
    let progress = comm.progress();
    comm.scatter_blocks(
        |rank| {
            let block = if read.is_ok() { next(rank) } else { Ok(None) };
            block.unwrap_or_else(|why| {
                read = Err(why);
                None
            })
        },
        |block| {
            if taken.is_ok() {
                taken = comm.compute(|| {
                    let batches = graph.decode(&block, &mut census, progress)?;
                    drop(block);
                    buffer.push(batches)
                });
            }
        },
    );
    comm.agree(read)?;
    comm.agree(taken)?;
    finish(comm, graph, facts, buffer, census, false)
}

/// Makes a slice of the edges held, after all ranks have agreed on n, m and the encoding of the
/// weights.
fn finish(
    comm: &Comm,
    graph: &impl GraphInput,
    facts: GraphFacts,
    buffer: FoldBuffer<'_>,
    census: Census,
    saved: bool,
) -> Result<Loaded> {
    let FoldBuffer { mut batches, folds, .. } = buffer;
    if folds > 0 && facts.weights.is_none() {
        // The edges that were dropped may be the only ones that needed wide keys.
        comm.compute(|| batches.par_iter_mut().for_each(Batch::count_again));
    }
    let all = Counts::of_all(comm, Counts::of(census, &batches, folds));
    let seen = TotalCounts {
        census: all.census,
        numbers: facts.weights.map_or(all.extent.numbers, |weights| weights.numbers()),
        beyond_floats: all.beyond_floats,
        saved,
    };
    let Conclusion { n, n_by_ids, notes } = comm.agree(graph.conclude(&seen))?;
    let narrowest = || Weights::narrowest(all.extent).in_order(facts.descending);
    let weights = facts.weights.unwrap_or_else(narrowest);
    let is_numbered = is_numbered_anew(n, all.census.records);
    let mut numbers = is_numbered.then(|| VertexNumbers::of(comm, &mut batches)).transpose()?;
    let ids = numbers.as_ref().and_then(VertexNumbers::all);
    if let (Some(numbers), 0) = (&mut numbers, all.folds) {
        numbers.forget_own();
    }
    let edges = comm.compute(|| join(batches, weights));
    let Census { records, loops, .. } = all.census;
    let numbered = numbers.as_ref().map_or(n, VertexNumbers::len);
    let slice = Slice {
        n: numbered,
        isolated: n - numbered,
        m: records - loops,
        loops,
        edges,
        weights,
        ids,
    };
    Ok(Loaded { slice, notes, n_by_ids, numbers, identity: String::new(), folds: all.folds })
}

/// Counts that each rank takes and that all ranks then know in total.
struct Counts {
    census: Census,
    extent: Extent,
    beyond_floats: bool,
    folds: u64,
}

impl Counts {
    fn of(census: Census, batches: &[Batch], folds: u64) -> Self {
        let beyond_floats = batches.iter().any(Batch::beyond_floats);
        Self { census, extent: extent(batches), beyond_floats, folds }
    }

    /// The counts of all ranks together, of which `mine` are this rank's.
    fn of_all(comm: &Comm, mine: Self) -> Self {
        let none = Self {
            census: Census::default(),
            extent: Extent::NONE,
            beyond_floats: false,
            folds: 0,
        };
        let words = comm.all_gather(&[mine.to_words()]).concat();
        words.into_iter().map(Self::from_words).fold(none, Self::and)
    }

    fn and(self, other: Self) -> Self {
        let mut census = self.census;
        census.merge(&other.census);
        Self {
            census,
            extent: self.extent.and(other.extent),
            beyond_floats: self.beyond_floats || other.beyond_floats,
            folds: self.folds.max(other.folds),
        }
    }

    fn to_words(&self) -> [u64; 13] {
        let [a, b, c, d, e, f, g] = self.census.to_words();
        let [h, i, j, k] = self.extent.to_words();
        [a, b, c, d, e, f, g, h, i, j, k, u64::from(self.beyond_floats), self.folds]
    }

    fn from_words(words: [u64; 13]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, beyond, folds] = words;
        let census = Census::from_words(&[a, b, c, d, e, f, g]);
        let extent = Extent::from_words([h, i, j, k]);
        Self { census, extent, beyond_floats: beyond == 1, folds }
    }
}
