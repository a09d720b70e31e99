//! Our own binary format: every rank reads a block of edges; their sizes differ by at most one.

use super::InputFrom;
use super::Loaded;
use super::budget::Sink;
use super::checkpoint::Checkpoint;
use super::fingerprint::Located;
use super::loader;
use super::outline::{GraphFacts, share_header};
use super::reader::{Conclusion, GraphInput, Reader, RootReader, TotalCounts};
use super::segment::Segment;
use super::several::{PartHead, PartReader};
use crate::comm::{Comm, Progress};
use crate::error::{Error, Result};
use crate::format::{Census, binary, blocks};
use crate::graph::Batch;
use rayon::prelude::*;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

/// Loads this rank's slice.
pub(super) fn load(
    comm: &Comm,
    path: &Path,
    located: &Located,
    sink: Sink<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    let reads = located.from == InputFrom::All || comm.rank() == 0;
    let mut opened = Ok(None);
    if reads {
        opened = File::open(path).map_err(Error::file("open", path)).and_then(|file| {
            let header = binary::FileHeader::read(path, &file)?;
            Ok(Some((header, file)))
        });
    }
    let (header, file) = comm.agree(opened)?.unzip();
    let header = share_header(comm, header);
    let share = |rank: usize| rank_share(header, rank, comm.size());
    let graph = BinaryGraph { path, header, first: share(comm.rank()) };
    let edges_at_once = sink.block() / graph.header.edge_bytes();
    match (located.from, file) {
        (InputFrom::All, Some(file)) => {
            let identity = located.identity.clone();
            let reader = BinaryFile { graph, file, identity, edges_at_once, counts: false };
            loader::load(comm, reader, sink, checkpoint)
        }
        (_, file) => {
            comm.progress().expect(share(comm.rank() + 1) - graph.first);
            let mut next = 0;
            loader::receive(comm, &graph, sink, |rank| {
                let edges = next..share(rank + 1).min(next + edges_at_once);
                next = edges.end;
                file.as_ref().map(|file| comm.compute(|| graph.read(file, edges))).transpose()
            })
        }
    }
}

/// The position of the first edge of `rank`.
fn rank_share(header: binary::FileHeader, rank: usize, size: usize) -> u64 {
    (u128::from(header.m) * rank as u128 / size as u128) as u64
}

/// A file whose header has been read.
struct BinaryGraph<'a> {
    path: &'a Path,
    header: binary::FileHeader,
    /// The position of this rank's first edge, if rank 0 reads for all.
    first: u64,
}

impl BinaryGraph<'_> {
    /// Reads the bytes of the edges at some positions.
    fn read(&self, file: &File, edges: Range<u64>) -> Result<Vec<u8>> {
        blocks::read_range(file, self.header.edge_range(edges))
            .map_err(Error::file("read", self.path))
    }

    /// The edges in `bytes`, of which the first is at position `first`. Adds them to `census`.
    fn edges(
        &self,
        bytes: &[u8],
        first: u64,
        census: &mut Census,
        progress: &Progress,
    ) -> Result<Vec<Batch>> {
        let (batches, loops) = self.header.decode(self.path, bytes, first, &progress.done)?;
        census.records += batches.iter().map(Batch::len).sum::<usize>() as u64 + loops;
        census.loops += loops;
        Ok(batches)
    }
}

impl GraphInput for BinaryGraph<'_> {
    fn facts(&self) -> GraphFacts {
        let facts = GraphFacts::new(Some(self.header.n), Some(self.header.weights()));
        facts.with_edges(Some(self.header.m))
    }

    fn conclude(&self, _: &TotalCounts) -> Result<Conclusion> {
        Ok(Conclusion { n: self.header.n, n_by_ids: false, notes: Vec::new() })
    }
}

impl RootReader for BinaryGraph<'_> {
    fn decode(&self, block: &[u8], census: &mut Census, progress: &Progress) -> Result<Vec<Batch>> {
        self.edges(block, self.first + census.records, census, progress)
    }
}

/// A file that can be read from any position.
pub(super) struct BinaryFile<'a> {
    graph: BinaryGraph<'a>,
    file: File,
    /// Words that distinguish it from other files.
    identity: String,
    edges_at_once: u64,
    /// Whether the range of the weights is to be counted, since other files of the graph have keys of
    /// another width.
    counts: bool,
}

impl<'a> BinaryFile<'a> {
    /// Reads the header of a file that is a part of a graph.
    ///
    /// # Errors
    /// As [`binary::FileHeader::read`].
    pub(super) fn open(path: &'a Path, block: u64) -> Result<Self> {
        let file = File::open(path).map_err(Error::file("open", path))?;
        let header = binary::FileHeader::read(path, &file)?;
        let edges_at_once = block / header.edge_bytes();
        let graph = BinaryGraph { path, header, first: 0 };
        Ok(Self { graph, file, identity: String::new(), edges_at_once, counts: false })
    }
}

impl GraphInput for BinaryFile<'_> {
    fn facts(&self) -> GraphFacts {
        self.graph.facts()
    }

    fn conclude(&self, seen: &TotalCounts) -> Result<Conclusion> {
        self.graph.conclude(seen)
    }
}

impl Reader for BinaryFile<'_> {
    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn whole(&self) -> Range<u64> {
        0..self.graph.header.m
    }

    fn cut(&self, _: &Range<u64>, at: u64) -> Result<u64> {
        Ok(at)
    }

    fn next(&self, segment: &mut Segment, progress: &Progress) -> Result<Option<Vec<Batch>>> {
        let edges = segment.advance(self.edges_at_once);
        if edges.is_empty() {
            return Ok(None);
        }
        let bytes = self.graph.read(&self.file, edges.clone())?;
        let mut batches = self.graph.edges(&bytes, edges.start, &mut segment.census, progress)?;
        if self.counts {
            batches.par_iter_mut().for_each(Batch::count_again);
        }
        Ok(Some(batches))
    }
}

impl PartReader for BinaryFile<'_> {
    fn head(&self) -> Result<PartHead> {
        let header = self.graph.header;
        let (n, m) = (Some(header.n), Some(header.m));
        let weights = Some(header.weights());
        Ok(PartHead { n, m, weights, layout: None, whole: self.whole() })
    }

    fn adopt(&mut self, whole: &GraphFacts) {
        // Each part has a header that gives the number of vertices, so all have the same.
        self.counts = whole.weights.is_none();
    }
}
