//! The part of the input that a rank reads, from its start or from where it was saved.

use super::checkpoint::{Checkpoint, Writer};
use super::fold_buffer::FoldBuffer;
use super::outline::Outline;
use super::segment::{Cut, Segment, share};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::Census;
use crate::graph::{Batch, MOST_VERTICES};
use std::collections::VecDeque;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// The segments of a rank, in order, and the writer that saves its progress.
pub(super) struct Assignment {
    pub(super) segments: VecDeque<Segment>,
    pub(super) writer: Option<Writer>,
}

impl Assignment {
    /// This rank's part of an input that can be `cut`: its share, or what it resumes from.
    ///
    /// # Errors
    /// As `cut`; if the folder has the checkpoint of an unfinished job and this job was not asked
    /// to resume; if it cannot resume, since a file is damaged, belongs to another graph, is
    /// missing, or is not visible to a rank that needs it. All ranks return the same.
    pub(super) fn of(
        comm: &Comm,
        checkpoint: Option<&Checkpoint<'_>>,
        outline: &Outline,
        cut: Cut<'_>,
    ) -> Result<Self> {
        let deal =
            |segments: &[Segment]| comm.agree(share(segments, comm.rank(), comm.size(), cut));
        let Some(checkpoint) = checkpoint else {
            let dealt = deal(&[Segment::untouched(outline.whole.clone())])?;
            let segments = dealt.into_iter().map(|(_, segment)| segment).collect();
            return Ok(Self { segments, writer: None });
        };
        if outline.facts.n.is_some_and(|n| n > MOST_VERTICES) {
            return Err(cannot_save());
        }
        let writer = checkpoint.open(comm, outline, &deal)?;
        Ok(Self { segments: writer.segments().iter().cloned().collect(), writer: Some(writer) })
    }

    /// A part that no other rank can read.
    pub(super) fn whole(part: Range<u64>) -> Self {
        Self { segments: [Segment::untouched(part)].into(), writer: None }
    }

    /// What is still unread, in the input's units.
    pub(super) fn unread(&self) -> u64 {
        self.segments.iter().map(Segment::unread).sum()
    }

    /// Reads all of it on the current rayon pool, and returns the counts. Of each segment, the
    /// forest that was saved of its first part comes first, then what `read` gives until the rest
    /// is empty.
    ///
    /// With a writer, the edges held are saved from time to time, between two blocks of `read`, and
    /// at the end.
    ///
    /// # Errors
    /// As `read` and [`FoldBuffer::pull`]; if a forest cannot be saved or read back.
    pub(super) fn pull(
        self,
        buffer: &mut FoldBuffer<'_>,
        mut read: impl FnMut(&mut Segment) -> Result<Option<Vec<Batch>>> + Send,
    ) -> Result<Census> {
        let Self { segments: mut waiting, mut writer } = self;
        let Some(mut now) = waiting.pop_front() else { return Ok(Census::default()) };
        loop {
            if let Some(writer) = &mut writer {
                let mut saved = writer.read_back();
                buffer.pull(|| Ok(saved.next_block()?.map(|batch| vec![batch])))?;
            }
            while !Self::pull_rest(&mut now, &mut writer, &waiting, buffer, &mut read)? {}
            let Some(next) = waiting.pop_front() else {
                // What was saved stands for edges that no rank holds, even if it is an empty
                // forest.
                buffer.folds = buffer.folds.max(u64::from(writer.is_some()));
                return Ok(now.census);
            };
            let mut census = next.census;
            census.merge(&now.census);
            now = Segment { start: now.start, census, ..next };
        }
    }

    /// Reads the rest of the segment `now`, or as much as comes before it is time to save. Returns
    /// whether that was all of it.
    fn pull_rest(
        now: &mut Segment,
        writer: &mut Option<Writer>,
        waiting: &VecDeque<Segment>,
        buffer: &mut FoldBuffer<'_>,
        read: &mut (impl FnMut(&mut Segment) -> Result<Option<Vec<Batch>>> + Send),
    ) -> Result<bool> {
        let mut blocks = 0;
        buffer.pull(|| {
            // Read at least one block, or there would be no progress.
            if blocks > 0 && writer.as_ref().is_some_and(Writer::is_due) {
                return Ok(None);
            }
            blocks += 1;
            let batches = read(now)?;
            let is_large = |batch: &Batch| batch.bound() > MOST_VERTICES;
            if writer.is_some() && batches.iter().flatten().any(is_large) {
                return Err(cannot_save());
            }
            Ok(batches)
        })?;
        let ended = now.rest.is_empty();
        let last = ended && waiting.is_empty();
        if let Some(writer) = writer.as_mut().filter(|writer| last || writer.is_due()) {
            let forest = buffer.fold_all();
            if let Some(forest) = forest {
                (now.weights, now.beyond_floats) = (forest.weights(), forest.beyond_floats());
            }
            now.edges = forest.map_or(0, |forest| forest.len() as u64);
            let bytes = forest.map_or(&[][..], |forest| forest.edges().bytes());
            now.sum = xxh3_64(bytes);
            writer.save(now, bytes, waiting)?;
        }
        Ok(ended)
    }
}

/// Segments that are saved have vertices of 32 bits.
fn cannot_save() -> Error {
    let what = format!(
        "--checkpoint cannot save edges of a graph with more than {MOST_VERTICES} vertices: leave it \
         out, or renumber the vertices"
    );
    Error::usage("--checkpoint", what)
}
