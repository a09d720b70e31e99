//! Text: every rank parses whole lines, block after block.

use super::assemble::assemble;
use super::intake::{Intake, Purpose};
use super::presence::Input;
use super::{InputFrom, Taken};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::{Census, Columns, Preamble, Stream, Tally, blocks};
use crate::graph::Raw;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

/// Takes in this rank's slice.
pub(super) fn load(
    comm: &Comm,
    path: &Path,
    input: &Input,
    columns: Option<Columns>,
    purpose: Purpose<'_>,
) -> Result<Taken> {
    let reader = Reader { comm, path, input, columns };
    let (preamble, intake, mine) = match input.from {
        InputFrom::All => reader.read_part(purpose)?,
        InputFrom::Root => reader.receive_part(purpose)?,
    };
    let mut census = Census::default();
    let words = comm.all_gather(&mine.to_words());
    words.iter().for_each(|words| census.merge(&Census::from_words(words)));
    let n = comm.agree(preamble.check(path, &census))?;
    let slice = assemble(comm, path, n, mine, intake.pieces)?;
    Ok(Taken { slice, folds: intake.folds, count: intake.count })
}

/// Bytes that are read at once where lines are only counted.
const COUNTED: u64 = 1 << 22;

struct Reader<'a> {
    comm: &'a Comm,
    path: &'a Path,
    input: &'a Input,
    columns: Option<Columns>,
}

/// The file's preamble, this rank's edges, and what was counted of them.
type Part<'a> = (Preamble, Intake<'a, Raw>, Census);

impl Reader<'_> {
    /// Every rank reads the preamble and its share of the bytes.
    fn read_part<'p>(&self, purpose: Purpose<'p>) -> Result<Part<'p>> {
        let (comm, path) = (self.comm, self.path);
        let (format, columns, rank, size) =
            (self.input.format, self.columns, comm.rank(), comm.size());
        let open = || {
            let mut head = Stream::open(path)?;
            let preamble = Preamble::read(path, format, columns, &mut head)?;
            let file = File::open(path).map_err(Error::file("open", path))?;
            let len = file.metadata().map_err(Error::file("read", path))?.len();
            let range = blocks::line_range(&file, preamble.body, len, rank, size);
            Ok((preamble, range.map_err(Error::file("read", path))?, file))
        };
        let (preamble, range, file) = comm.agree(comm.compute(open))?;
        let mut before = Tally::default();
        // Only in METIS does a line mean anything else further down; elsewhere lines are counted
        // when a bad one is to be named.
        if preamble.counts_vertices() {
            let counted = comm.compute(|| tally(&preamble, path, &file, range.clone()));
            let counted = comm.agree(counted)?;
            let tallies = comm.all_gather(&[counted.lines, counted.vertices]);
            let earlier = tallies[..comm.rank()].iter();
            before = earlier.map(|tally| Tally { lines: tally[0], vertices: tally[1] }).sum();
        }
        let start = range.start;
        let mut lines = Lines { path, file: &file, rest: range };
        let block = purpose.block();
        let progress = comm.progress();
        progress.expect(lines.rest.end - start);
        let (mut intake, mut census) = (Intake::new(purpose, preamble.n), Census::default());
        let pulled = comm.compute(|| {
            intake.pull(|| {
                let Some(block) = lines.next(block)? else { return Ok(None) };
                let parsed = preamble.parse(path, &block, before, &progress.done)?;
                before = parsed.after;
                census.merge(&parsed.census);
                Ok(Some(parsed.pieces))
            })
        });
        let pulled = pulled.map_err(|error| {
            if preamble.counts_vertices() || start == preamble.body {
                return error;
            }
            match comm.compute(|| tally(&preamble, path, &file, preamble.body..start)) {
                Ok(tally) => error.further_down(tally.lines),
                Err(why) => why,
            }
        });
        comm.agree(pulled)?;
        Ok((preamble, intake, census))
    }

    /// Rank 0 reads in order and deals out blocks, cut where the share of bytes read passes r/p.
    fn receive_part<'p>(&self, purpose: Purpose<'p>) -> Result<Part<'p>> {
        let (comm, path) = (self.comm, self.path);
        let mut opened = Ok(None);
        if comm.rank() == 0 {
            opened = Stream::open(path).and_then(|mut head| {
                let preamble = Preamble::read(path, self.input.format, self.columns, &mut head)?;
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
        let mut dealer =
            opened.map(|(_, stream)| Dealer::new(comm, stream, &preamble, purpose.block()));
        let mut failed = Ok(());
        let (mut intake, mut census) = (Intake::new(purpose, preamble.n), Census::default());
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

/// A range of whole lines of a file, read block after block.
struct Lines<'a> {
    path: &'a Path,
    file: &'a File,
    rest: Range<u64>,
}

impl Lines<'_> {
    fn next(&mut self, at_least: u64) -> Result<Option<Vec<u8>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let read = || {
            let lines = blocks::first_lines(self.file, &self.rest, at_least)?;
            Ok((lines.end, blocks::read_range(self.file, lines)?))
        };
        let (end, block) = read().map_err(Error::file("read", self.path))?;
        self.rest.start = end;
        Ok(Some(block))
    }
}

/// What the lines of `range` hold, read once more.
fn tally(preamble: &Preamble, path: &Path, file: &File, range: Range<u64>) -> Result<Tally> {
    let mut lines = Lines { path, file, rest: range };
    let mut tallies = Vec::new();
    while let Some(block) = lines.next(COUNTED)? {
        tallies.push(preamble.tally(&block));
    }
    Ok(tallies.into_iter().sum())
}

/// Rank 0 reading for all: each block ends in the tally of what lies before it.
struct Dealer<'a> {
    comm: &'a Comm,
    stream: Stream,
    preamble: &'a Preamble,
    block: u64,
    before: Tally,
}

impl<'a> Dealer<'a> {
    fn new(comm: &'a Comm, stream: Stream, preamble: &'a Preamble, block: u64) -> Self {
        Self { comm, stream, preamble, block, before: Tally::default() }
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
        let Some(mut block) = self.stream.next_block(room)? else { return Ok(None) };
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
