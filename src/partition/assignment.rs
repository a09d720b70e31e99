//! The part of the input that a rank takes in, from its start or from where it was saved.

use super::batch::Batch;
use super::checkpoint::Writer;
use super::fold_buffer::FoldBuffer;
use super::segment::Segment;
use crate::error::Result;
use crate::format::Census;
use std::collections::VecDeque;
use xxhash_rust::xxh3::xxh3_64;

/// The segments of a rank, in order, and who saves how far it is.
pub(super) struct Assignment {
    pub(super) segments: VecDeque<Segment>,
    pub(super) writer: Option<Writer>,
}

impl Assignment {
    /// What there is to read, in the input's units.
    pub(super) fn unread(&self) -> u64 {
        self.segments.iter().map(Segment::unread).sum()
    }

    /// Takes all of it in on the current rayon pool, and returns what was counted: what `read` gives of the
    /// rest of each segment until that is empty, after the forest that was saved of its first part.
    ///
    /// What is held is saved now and then, between two blocks of `read`, and at the end.
    ///
    /// # Errors
    /// As `read` and [`FoldBuffer::pull`]; if a forest cannot be saved or read back.
    pub(super) fn pull<P: Batch>(
        self,
        intake: &mut FoldBuffer<'_, P>,
        mut read: impl FnMut(&mut Segment) -> Result<Option<Vec<P>>> + Send,
    ) -> Result<Census> {
        let Self { segments: mut waiting, mut writer } = self;
        let Some(mut now) = waiting.pop_front() else { return Ok(Census::default()) };
        loop {
            if let Some(writer) = &mut writer {
                let mut saved = writer.read_back();
                intake.pull(|| saved.next_block())?;
            }
            while !Self::pull_rest(&mut now, &mut writer, &waiting, intake, &mut read)? {}
            let Some(next) = waiting.pop_front() else {
                // What was saved stands for edges that no rank holds, be there none in it.
                intake.folds = intake.folds.max(u64::from(writer.is_some()));
                return Ok(now.census);
            };
            let mut census = next.census;
            census.merge(&now.census);
            now = Segment { start: now.start, census, ..next };
        }
    }

    /// Takes in the rest of the segment `now`, or what there is until it is time to save; whether that was
    /// all of it.
    fn pull_rest<P: Batch>(
        now: &mut Segment,
        writer: &mut Option<Writer>,
        waiting: &VecDeque<Segment>,
        intake: &mut FoldBuffer<'_, P>,
        read: &mut (impl FnMut(&mut Segment) -> Result<Option<Vec<P>>> + Send),
    ) -> Result<bool> {
        let mut blocks = 0;
        intake.pull(|| {
            // One block at least, or there would be no progress.
            if blocks > 0 && writer.as_ref().is_some_and(Writer::is_due) {
                return Ok(None);
            }
            blocks += 1;
            read(now)
        })?;
        let ended = now.rest.is_empty();
        let last = ended && waiting.is_empty();
        if let Some(writer) = writer.as_mut().filter(|writer| last || writer.is_due()) {
            let forest = intake.settle();
            now.edges = forest.map_or(0, |forest| forest.len() as u64);
            now.held = forest.map_or(now.held, P::held);
            let bytes = forest.map_or(&[][..], P::bytes);
            now.sum = xxh3_64(bytes);
            writer.save(now, bytes, waiting)?;
        }
        Ok(ended)
    }
}
