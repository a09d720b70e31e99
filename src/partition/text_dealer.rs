//! Rank 0 reads a text for all ranks, in order. Each block ends with the counts of the lines before
//! it.

use super::outline::share_header;
use crate::comm::Comm;
use crate::error::Result;
use crate::format::{Format, LineCount, Preamble, Stream, TextOptions};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

/// Distributes blocks of lines. The share of rank r ends where (r + 1)/p of the bytes have been
/// read.
pub(super) struct TextDealer<'a> {
    comm: &'a Comm,
    stream: Stream,
    preamble: &'a Preamble,
    block: u64,
    /// The longest line allowed, bytes.
    longest: u64,
    before: LineCount,
}

impl<'a> TextDealer<'a> {
    /// Reads the top of a text on rank 0 for all ranks. Rank 0 also gets the stream of what
    /// follows.
    pub(super) fn open(
        comm: &Comm,
        path: &Path,
        format: Format,
        options: &TextOptions,
    ) -> Result<(Preamble, Option<Stream>)> {
        let mut opened = Ok(None);
        if comm.rank() == 0 {
            opened = Stream::open(path).and_then(|mut head| {
                let preamble = Preamble::read(path, format, options, &mut head)?;
                // Reading the preamble looks ahead, so the file is opened again at the first
                // record.
                let stream = Stream::open_at(path, preamble.body)?;
                Ok(Some((preamble, stream)))
            });
        }
        let (preamble, stream) = comm.agree(opened)?.unzip();
        Ok((share_header(comm, preamble), stream))
    }

    /// Distributes the content of `stream`, about `block` bytes at once.
    pub(super) fn new(
        comm: &'a Comm,
        stream: Stream,
        preamble: &'a Preamble,
        block: u64,
        longest: u64,
    ) -> Self {
        Self { comm, stream, preamble, block, longest, before: LineCount::default() }
    }

    /// The next block for `rank`; `None` if it has its full share.
    pub(super) fn next(&mut self, rank: usize) -> Result<Option<Vec<u8>>> {
        let size = self.comm.size() as u64;
        let (consumed, total) = self.stream.consumed();
        let progress = self.comm.progress();
        progress.total.store(total, Relaxed);
        progress.done.store(consumed, Relaxed);
        let share_is_full =
            u128::from(consumed) * u128::from(size) >= u128::from(total) * (rank as u128 + 1);
        if share_is_full && rank as u64 + 1 < size {
            return Ok(None);
        }
        let room = (total / (4 * size)).clamp(1, self.block) as usize;
        let block = self.stream.next_block(room, self.longest);
        let further = |why: crate::Error| why.further_down(self.preamble.line + self.before.lines);
        let Some(mut block) = block.map_err(further)? else { return Ok(None) };
        let count = self.comm.compute(|| self.preamble.count_lines(&block));
        block.extend([self.before.lines, self.before.vertices].map(u64::to_le_bytes).concat());
        self.before = [self.before, count].into_iter().sum();
        Ok(Some(block))
    }
}

/// Splits a block into its lines and the counts of the lines before them.
pub(super) fn split_before(block: &[u8]) -> (&[u8], LineCount) {
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    let (lines, count) = block.split_at(block.len() - 16);
    (lines, LineCount { lines: word(&count[..8]), vertices: word(&count[8..]) })
}
