//! Text: every rank parses whole lines, block after block.

use super::InputFrom;
use super::Loaded;
use super::assignment::Assignment;
use super::budget::Sink;
use super::checkpoint::Checkpoint;
use super::fingerprint::Located;
use super::fold_buffer::FoldBuffer;
use super::loader;
use super::outline::GraphFacts;
use super::reader::{Conclusion, GraphInput, Reader, RootReader, TotalCounts};
use super::segment::Segment;
use super::several::{PartHead, PartReader};
use super::text_dealer::{TextDealer, split_before};
use crate::comm::{Comm, Progress};
use crate::error::{Error, Result};
use crate::format::{Census, LineCount, Preamble, Stream, TextOptions, blocks, too_long};
use crate::graph::Batch;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

/// Bytes that are read at once where lines are only counted.
const COUNTED: u64 = 1 << 22;

/// Loads this rank's slice.
pub(super) fn load(
    comm: &Comm,
    path: &Path,
    file: &Located,
    options: &TextOptions,
    sink: Sink<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    if file.from == InputFrom::All {
        let room = Room::of(&sink);
        let open = || TextFile::open(path, file, options, room);
        let text = comm.agree(comm.compute(open))?;
        return loader::load(comm, text, sink, checkpoint);
    }
    let (preamble, stream) = TextDealer::open(comm, path, file.format, options)?;
    let text = Text { path, preamble };
    let longest = text.preamble.longest_line(sink.line());
    let mut dealer =
        stream.map(|stream| TextDealer::new(comm, stream, &text.preamble, sink.block(), longest));
    let next = |rank| dealer.as_mut().map_or(Ok(None), |dealer| dealer.next(rank));
    loader::receive(comm, &text, sink, next)
}

/// A text whose top has been read.
struct Text<'a> {
    path: &'a Path,
    preamble: Preamble,
}

impl GraphInput for Text<'_> {
    fn facts(&self) -> GraphFacts {
        GraphFacts::new(self.preamble.n, None).with_edges(self.preamble.m)
    }

    fn conclude(&self, seen: &TotalCounts) -> Result<Conclusion> {
        let n = self.preamble.check(self.path, &seen.census)?;
        seen.check_floats(self.path)?;
        let mut notes = self.preamble.notes.clone();
        notes.extend(self.preamble.doubt(&seen.census));
        Ok(Conclusion { n, n_by_ids: self.preamble.n.is_none(), notes })
    }
}

impl RootReader for Text<'_> {
    fn decode(&self, block: &[u8], census: &mut Census, _: &Progress) -> Result<Vec<Batch>> {
        let (block, before) = split_before(block);
        let done = Default::default(); // the bar shows what rank 0 reads
        let parsed = self.preamble.parse(self.path, block, before, &done)?;
        census.merge(&parsed.census);
        Ok(parsed.batches)
    }
}

/// The bytes that are read at once, and those that one line may take.
#[derive(Clone, Copy)]
pub(super) struct Room {
    block: u64,
    line: u64,
}

impl Room {
    pub(super) fn of(sink: &Sink<'_>) -> Self {
        Self { block: sink.block(), line: sink.line() }
    }
}

/// A text that can be read from any position.
pub(super) struct TextFile<'a> {
    text: Text<'a>,
    file: File,
    /// Words that distinguish it from other files.
    identity: String,
    /// The bytes in which its lines are.
    whole: Range<u64>,
    /// The bytes that are read at once.
    block: u64,
    /// The longest line allowed, bytes.
    longest: u64,
}

impl<'a> TextFile<'a> {
    /// Reads the top of a file.
    ///
    /// # Errors
    /// As [`Preamble::read`].
    pub(super) fn open(
        path: &'a Path,
        located: &Located,
        options: &TextOptions,
        room: Room,
    ) -> Result<Self> {
        let mut head = Stream::open(path)?;
        let preamble = Preamble::read(path, located.format, options, &mut head)?;
        let file = File::open(path).map_err(Error::file("open", path))?;
        let layout = preamble.layout().map_or(String::new(), |layout| format!(", {layout}"));
        Ok(Self {
            file,
            identity: format!("{}{layout}", located.identity),
            // Bytes that are appended meanwhile are not read; otherwise ranks would cut the file in
            // different places.
            whole: preamble.body..located.len.max(preamble.body),
            block: room.block,
            longest: preamble.longest_line(room.line),
            text: Text { path, preamble },
        })
    }

    /// Reads the first lines of `rest`, at least `at_least` bytes unless it ends, and moves its
    /// start behind them; `None` if it is empty.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Line`] for a line that is too long, counted from the start of
    /// `rest`.
    fn next_lines(&self, rest: &mut Range<u64>, at_least: u64) -> Result<Option<Vec<u8>>> {
        if rest.is_empty() {
            return Ok(None);
        }
        let Text { path, preamble } = &self.text;
        let failed = |why| Error::file("read", path)(why);
        let mut lines = blocks::first_lines(&self.file, rest, at_least).map_err(failed)?;
        let asked = lines.start.saturating_add(at_least);
        let is_long = lines.end.saturating_sub(asked) > self.longest;
        if is_long {
            lines.end = asked;
        }
        let block = blocks::read_range(&self.file, lines.clone()).map_err(failed)?;
        if is_long {
            let before = preamble.count_lines(&block).lines.max(1); // the last of them is the long one
            return Err(too_long(path, before, self.longest));
        }
        rest.start = lines.end;
        Ok(Some(block))
    }

    /// Counts the lines of `range`, which are read once more for that.
    fn count(&self, range: Range<u64>) -> Result<LineCount> {
        let (mut rest, mut counts) = (range, Vec::new());
        let preamble = &self.text.preamble;
        loop {
            let before = counts.iter().copied().sum::<LineCount>().lines + preamble.line;
            let block =
                self.next_lines(&mut rest, COUNTED).map_err(|why| why.further_down(before))?;
            let Some(block) = block else { return Ok(counts.into_iter().sum()) };
            counts.push(preamble.count_lines(&block));
        }
    }

    /// Counts the lines before the part of each rank, if nothing has been read yet: each rank
    /// counts the lines of its own part.
    fn count_before(&self, comm: &Comm, assignment: &mut Assignment) -> Result<()> {
        let segment = assignment.segments.front_mut();
        let rest = segment.as_ref().map_or(0..0, |segment| segment.rest.clone());
        let counted = comm.agree(comm.compute(|| self.count(rest)))?;
        let counts = comm.all_gather(&[counted.lines, counted.vertices]);
        if let Some(segment) = segment {
            let earlier = counts[..comm.rank()].iter();
            segment.before = earlier.map(|c| LineCount { lines: c[0], vertices: c[1] }).sum();
            segment.since = self.whole.start;
        }
        Ok(())
    }
}

impl GraphInput for TextFile<'_> {
    fn facts(&self) -> GraphFacts {
        self.text.facts()
    }

    fn conclude(&self, seen: &TotalCounts) -> Result<Conclusion> {
        self.text.conclude(seen)
    }
}

impl Reader for TextFile<'_> {
    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn whole(&self) -> Range<u64> {
        self.whole.clone()
    }

    fn cut(&self, rest: &Range<u64>, at: u64) -> Result<u64> {
        blocks::next_line(&self.file, rest, at).map_err(Error::file("read", self.text.path))
    }

    fn prepare(
        &mut self,
        comm: &Comm,
        assignment: &mut Assignment,
        _: &FoldBuffer<'_>,
    ) -> Result<u64> {
        if self.text.preamble.counts_vertices() && assignment.writer.is_none() {
            self.count_before(comm, assignment)?;
        }
        Ok(assignment.unread())
    }

    fn next(&self, segment: &mut Segment, progress: &Progress) -> Result<Option<Vec<Batch>>> {
        let Text { path, preamble } = &self.text;
        let body = self.whole.start;
        // Only in METIS does the meaning of a line depend on the lines before it; in other formats
        // lines are counted only to name a bad one.
        if preamble.counts_vertices() && segment.since > body {
            let earlier = self.count(body..segment.since)?;
            segment.before = [earlier, segment.before].into_iter().sum();
            segment.since = body;
        }
        let block = self
            .next_lines(&mut segment.rest, self.block)
            .map_err(|why| why.further_down(preamble.line + segment.before.lines));
        let parsed = block.and_then(|block| {
            let parse =
                |block: Vec<u8>| preamble.parse(path, &block, segment.before, &progress.done);
            block.map(parse).transpose()
        });
        match parsed {
            Ok(None) => Ok(None),
            Ok(Some(parsed)) => {
                segment.before = parsed.after;
                segment.census.merge(&parsed.census);
                Ok(Some(parsed.batches))
            }
            Err(error) => {
                let earlier = self.count(body..segment.since)?;
                Err(error.further_down(earlier.lines))
            }
        }
    }
}

impl PartReader for TextFile<'_> {
    fn head(&self) -> Result<PartHead> {
        let (Text { path, preamble }, whole) = (&self.text, &self.whole);
        // The shortest lines have two digits.
        let doubted = preamble.doubted_edges().filter(|&m| m <= (whole.end - whole.start) / 4 + 1);
        if let Some(m) = doubted {
            let (mut segment, unseen) = (Segment::untouched(whole.clone()), Progress::default());
            while segment.census.records <= m && self.next(&mut segment, &unseen)?.is_some() {}
            preamble.check(path, &segment.census)?;
        }
        let layout = preamble.layout().filter(|_| !whole.is_empty());
        Ok(PartHead { n: preamble.n, m: preamble.m, weights: None, layout, whole: whole.clone() })
    }

    fn adopt(&mut self, whole: &GraphFacts) {
        self.text.preamble.adopt(whole.n);
    }
}
