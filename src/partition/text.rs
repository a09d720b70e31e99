//! Text: every rank parses whole lines, block after block.

use super::assemble::assemble;
use super::assignment::Assignment;
use super::checkpoint::{self, Checkpoint};
use super::fingerprint::Input;
use super::fold_buffer::{FoldBuffer, Purpose};
use super::segment::Segment;
use super::{InputFrom, Taken};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::{Census, Preamble, Stream, Tally, TextOptions, blocks, too_long};
use crate::graph::Raw;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Takes in this rank's slice.
pub(super) fn load(
    comm: &Comm,
    path: &Path,
    input: &Input,
    options: &TextOptions,
    purpose: Purpose<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Taken> {
    let reader = TextReader { comm, path, input, options };
    let (preamble, intake, mine) = match input.from {
        InputFrom::All => reader.read_part(purpose, checkpoint)?,
        InputFrom::Root => reader.receive_part(purpose)?,
    };
    let mut census = Census::default();
    let words = comm.all_gather(&mine.to_words());
    words.iter().for_each(|words| census.merge(&Census::from_words(words)));
    let n = comm.agree(preamble.check(path, &census))?;
    let mut notes = preamble.notes.clone();
    notes.extend(preamble.doubt(&census));
    let slice = assemble(comm, path, n, mine, intake.pieces, checkpoint.is_some())?;
    Ok(Taken {
        slice,
        folds: intake.folds,
        notes,
        n_by_ids: preamble.n.is_none(),
        identity: String::new(),
    })
}

/// Bytes that are read at once where lines are only counted.
const COUNTED: u64 = 1 << 22;

struct TextReader<'a> {
    comm: &'a Comm,
    path: &'a Path,
    input: &'a Input,
    options: &'a TextOptions,
}

/// The file's preamble, this rank's edges, and what was counted of them.
type Read<'a> = (Preamble, FoldBuffer<'a, Raw>, Census);

impl TextReader<'_> {
    /// Every rank reads the preamble and its share of the bytes.
    fn read_part<'p>(
        &self,
        purpose: Purpose<'p>,
        checkpoint: Option<&Checkpoint<'_>>,
    ) -> Result<Read<'p>> {
        let (comm, path) = (self.comm, self.path);
        let (format, options) = (self.input.format, self.options);
        let open = || {
            let mut head = Stream::open(path)?;
            let preamble = Preamble::read(path, format, options, &mut head)?;
            let file = File::open(path).map_err(Error::file("open", path))?;
            Ok((preamble, file))
        };
        // What is appended meanwhile is not read, or ranks would cut it in different places.
        let len = self.input.len;
        let (preamble, file) = comm.agree(comm.compute(open))?;
        let longest = preamble.longest_line(purpose.line());
        let text = Text { path, file: &file, preamble: &preamble, longest };
        let layout = preamble.layout().map_or(String::new(), |layout| format!(", {layout}"));
        let identity = format!("{}{layout}", self.input.identity);
        let parts = checkpoint::Input {
            graph: checkpoint::words(&identity, purpose.descending()),
            known: checkpoint::Graph { n: preamble.n, weights: None },
            whole: preamble.body..len.max(preamble.body),
            cut: &|rest, at| blocks::next_line(&file, rest, at).map_err(Error::file("read", path)),
        };
        let mut part = checkpoint::part(comm, checkpoint, &parts)?;
        if preamble.counts_vertices() && part.writer.is_none() {
            text.count_before(comm, &mut part)?;
        }
        let (block, progress) = (purpose.block(), comm.progress());
        progress.expect(part.unread());
        let mut intake = FoldBuffer::new(purpose, preamble.n);
        let census = comm.compute(|| {
            part.pull(&mut intake, |segment| text.next(segment, block, &progress.done))
        });
        let census = comm.agree(census)?;
        Ok((preamble, intake, census))
    }

    /// Rank 0 reads in order and deals out blocks, cut where the share of bytes read passes r/p.
    fn receive_part<'p>(&self, purpose: Purpose<'p>) -> Result<Read<'p>> {
        let (comm, path) = (self.comm, self.path);
        let mut opened = Ok(None);
        if comm.rank() == 0 {
            opened = Stream::open(path).and_then(|mut head| {
                let preamble = Preamble::read(path, self.input.format, self.options, &mut head)?;
                // The preamble looks ahead, so the records are read from a new start.
                let stream = Stream::open_at(path, preamble.body)?;
                Ok(Some((preamble, stream)))
            });
        }
        let opened = comm.agree(opened)?;
        let told = opened.as_ref().map(|(preamble, _)| serde_json::to_vec(preamble));
        let told = told.transpose().expect("plain fields").unwrap_or_default();
        let preamble: Preamble =
            serde_json::from_slice(&comm.broadcast(0, told)).expect("one program");
        let mut dealer = opened.map(|(_, stream)| Dealer::new(comm, stream, &preamble, &purpose));
        let mut failed = Ok(());
        let (mut intake, mut census) = (FoldBuffer::new(purpose, preamble.n), Census::default());
        let mut taken = Ok(());
        comm.scatter_blocks(
            |rank| match dealer.as_mut().map(|dealer| dealer.next(rank)) {
                Some(Ok(block)) if failed.is_ok() => block,
                Some(Err(why)) => {
                    failed = Err(why);
                    None
                }
                _ => None,
            },
            |block| {
                if taken.is_ok() {
                    let (block, before) = split_tally(&block);
                    taken = comm.compute(|| {
                        let done = Default::default(); // the bar shows what rank 0 reads
                        let parsed = preamble.parse(path, block, before, &done)?;
                        census.merge(&parsed.census);
                        intake.push(parsed.pieces)
                    });
                }
            },
        );
        comm.agree(failed)?;
        comm.agree(taken)?;
        Ok((preamble, intake, census))
    }
}

/// A file that is read at any place.
#[derive(Clone, Copy)]
struct Text<'a> {
    path: &'a Path,
    file: &'a File,
    preamble: &'a Preamble,
    /// The most bytes of a line.
    longest: u64,
}

impl Text<'_> {
    /// What the next lines of a segment's rest hold, at least `at_least` bytes of them; `None` at its end.
    fn next(
        self,
        segment: &mut Segment,
        at_least: u64,
        done: &AtomicU64,
    ) -> Result<Option<Vec<Raw>>> {
        // Only in METIS does a line mean anything else further down; elsewhere lines are counted when a
        // bad one is to be named.
        if self.preamble.counts_vertices() && segment.since > self.preamble.body {
            let earlier = self.tally(self.preamble.body..segment.since)?;
            segment.before = [earlier, segment.before].into_iter().sum();
            segment.since = self.preamble.body;
        }
        let block = self
            .next_lines(&mut segment.rest, at_least)
            .map_err(|why| why.further_down(self.preamble.line + segment.before.lines));
        let parsed = block.and_then(|block| {
            let parse =
                |block: Vec<u8>| self.preamble.parse(self.path, &block, segment.before, done);
            block.map(parse).transpose()
        });
        match parsed {
            Ok(None) => Ok(None),
            Ok(Some(parsed)) => {
                segment.before = parsed.after;
                segment.census.merge(&parsed.census);
                Ok(Some(parsed.pieces))
            }
            Err(error) => {
                let earlier = self.tally(self.preamble.body..segment.since)?;
                Err(error.further_down(earlier.lines))
            }
        }
    }

    /// The first lines of `rest`, which begins after them then.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Line`], counted from the start of `rest`, of a line that is too long.
    fn next_lines(self, rest: &mut Range<u64>, at_least: u64) -> Result<Option<Vec<u8>>> {
        if rest.is_empty() {
            return Ok(None);
        }
        let failed = |why| Error::file("read", self.path)(why);
        let mut lines = blocks::first_lines(self.file, rest, at_least).map_err(failed)?;
        let asked = lines.start.saturating_add(at_least);
        let is_long = lines.end.saturating_sub(asked) > self.longest;
        if is_long {
            lines.end = asked;
        }
        let block = blocks::read_range(self.file, lines.clone()).map_err(failed)?;
        if is_long {
            let before = self.preamble.tally(&block).lines.max(1); // the last of them is the long one
            return Err(too_long(self.path, before, self.longest));
        }
        rest.start = lines.end;
        Ok(Some(block))
    }

    /// What the lines of `range` hold, read once more.
    fn tally(self, range: Range<u64>) -> Result<Tally> {
        let (mut rest, mut tallies) = (range, Vec::new());
        loop {
            let before = tallies.iter().copied().sum::<Tally>().lines + self.preamble.line;
            let block =
                self.next_lines(&mut rest, COUNTED).map_err(|why| why.further_down(before))?;
            let Some(block) = block else { return Ok(tallies.into_iter().sum()) };
            tallies.push(self.preamble.tally(&block));
        }
    }

    /// Counts the lines before the part of each rank, where nothing has been read: each rank counts its own.
    fn count_before(self, comm: &Comm, part: &mut Assignment) -> Result<()> {
        let segment = part.segments.front_mut();
        let rest = segment.as_ref().map_or(0..0, |segment| segment.rest.clone());
        let counted = comm.agree(comm.compute(|| self.tally(rest)))?;
        let tallies = comm.all_gather(&[counted.lines, counted.vertices]);
        if let Some(segment) = segment {
            let earlier = tallies[..comm.rank()].iter();
            segment.before = earlier.map(|t| Tally { lines: t[0], vertices: t[1] }).sum();
            segment.since = self.preamble.body;
        }
        Ok(())
    }
}

/// Rank 0 reading for all: each block ends in the tally of what lies before it.
struct Dealer<'a> {
    comm: &'a Comm,
    stream: Stream,
    preamble: &'a Preamble,
    block: u64,
    /// The most bytes of a line.
    longest: u64,
    before: Tally,
}

impl<'a> Dealer<'a> {
    fn new(comm: &'a Comm, stream: Stream, preamble: &'a Preamble, purpose: &Purpose<'_>) -> Self {
        let longest = preamble.longest_line(purpose.line());
        Self { comm, stream, preamble, block: purpose.block(), longest, before: Tally::default() }
    }

    fn next_block(&mut self, room: usize) -> Result<Option<Vec<u8>>> {
        let block = self.stream.next_block(room, self.longest);
        block.map_err(|why| why.further_down(self.preamble.line + self.before.lines))
    }

    fn next(&mut self, rank: usize) -> Result<Option<Vec<u8>>> {
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
        let Some(mut block) = self.next_block(room)? else { return Ok(None) };
        let tally = self.comm.compute(|| self.preamble.tally(&block));
        block.extend([self.before.lines, self.before.vertices].map(u64::to_le_bytes).concat());
        self.before = [self.before, tally].into_iter().sum();
        Ok(Some(block))
    }
}

/// A block's lines and the tally of what lies before them.
fn split_tally(block: &[u8]) -> (&[u8], Tally) {
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    let (lines, tally) = block.split_at(block.len() - 16);
    (lines, Tally { lines: word(&tally[..8]), vertices: word(&tally[8..]) })
}
