//! Our own binary format: every rank takes a block of edges, equal within one.

use super::checkpoint::{self, Checkpoint};
use super::fingerprint::Input;
use super::fold_buffer::{FoldBuffer, Purpose};
use super::{InputFrom, Taken};
use crate::comm::{Comm, Reduction};
use crate::error::{Error, Result};
use crate::format::{Census, binary, blocks};
use crate::graph::{Edges, Slice};
use std::fs::File;
use std::ops::Range;
use std::path::Path;

/// Takes in this rank's slice.
pub(super) fn load(
    comm: &Comm,
    path: &Path,
    input: &Input,
    purpose: Purpose<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Taken> {
    let reads = input.from == InputFrom::All || comm.rank() == 0;
    let mut opened = Ok(None);
    if reads {
        opened = File::open(path).map_err(Error::file("open", path)).and_then(|file| {
            let header = binary::Header::read(path, &file)?;
            Ok(Some((header, file)))
        });
    }
    let opened = comm.agree(opened)?;
    let told = opened.as_ref().map(|(header, _)| serde_json::to_vec(header));
    let told = told.transpose().expect("plain fields").unwrap_or_default();
    let header: binary::Header =
        serde_json::from_slice(&comm.broadcast(0, told)).expect("one program");
    let reader = BinaryReader { comm, path, header, file: opened.map(|(_, file)| file) };
    let (intake, census) = match input.from {
        InputFrom::All => reader.read_part(input, purpose, checkpoint)?,
        InputFrom::Root => reader.receive_part(purpose)?,
    };
    let mut sums = [census.records - census.loops, census.loops];
    comm.all_reduce(&mut sums, Reduction::Sum);
    let (weights, folds) = (header.weights(), intake.folds);
    let edges = comm.compute(|| Edges::concat(intake.pieces, weights.is_narrow()));
    let slice = Slice { n: header.n, m: sums[0], loops: sums[1], edges, weights };
    Ok(Taken { slice, folds, notes: Vec::new(), n_by_ids: false, identity: String::new() })
}

struct BinaryReader<'a> {
    comm: &'a Comm,
    path: &'a Path,
    header: binary::Header,
    /// Where this rank reads.
    file: Option<File>,
}

/// This rank's edges, and what was counted of them.
type Read<'a> = (FoldBuffer<'a, Edges>, Census);

impl BinaryReader<'_> {
    /// Every rank reads its share of the edges.
    fn read_part<'p>(
        &self,
        input: &Input,
        purpose: Purpose<'p>,
        checkpoint: Option<&Checkpoint<'_>>,
    ) -> Result<Read<'p>> {
        let &Self { comm, path, header, ref file } = self;
        let parts = checkpoint::Input {
            graph: checkpoint::words(&input.identity, purpose.descending()),
            known: checkpoint::Graph { n: Some(header.n), weights: Some(header.weights()) },
            whole: 0..header.m,
            cut: &|_, at| Ok(at),
        };
        let part = checkpoint::part(comm, checkpoint, &parts)?;
        let progress = comm.progress();
        progress.expect(part.unread());
        let block = purpose.block() / 16;
        let mut intake = FoldBuffer::new(purpose, Some(header.n));
        let pulled = comm.compute(|| {
            part.pull(&mut intake, |segment| {
                let edges = segment.advance(block);
                if edges.is_empty() {
                    return Ok(None);
                }
                let bytes = read(path, header, file.as_ref(), edges.clone())?;
                let (edges, loops) = header.decode(path, &bytes, edges.start, &progress.done)?;
                count(&mut segment.census, &edges, loops);
                Ok(Some(vec![edges]))
            })
        });
        Ok((intake, comm.agree(pulled)?))
    }

    /// Rank 0 reads in order and sends each rank its share, block after block.
    fn receive_part<'p>(&self, purpose: Purpose<'p>) -> Result<Read<'p>> {
        let &Self { comm, path, header, ref file } = self;
        let share =
            |rank: usize| (u128::from(header.m) * rank as u128 / comm.size() as u128) as u64;
        let first = share(comm.rank());
        let progress = comm.progress();
        progress.expect(share(comm.rank() + 1) - first);
        let block = purpose.block() / 16;
        let (mut intake, mut census) =
            (FoldBuffer::new(purpose, Some(header.n)), Census::default());
        let (mut next, mut failed, mut taken) = (0, Ok(()), Ok(()));
        comm.scatter_blocks(
            |rank| {
                let edges = next..share(rank + 1).min(next + block);
                next = edges.end;
                let read = || read(path, header, file.as_ref(), edges);
                let block = failed.is_ok().then(|| comm.compute(read))?;
                block.map_err(|why| failed = Err(why)).ok()
            },
            |bytes| {
                if taken.is_ok() {
                    taken = comm.compute(|| {
                        let at = first + census.records;
                        let (edges, loops) = header.decode(path, &bytes, at, &progress.done)?;
                        count(&mut census, &edges, loops);
                        intake.push(vec![edges])
                    });
                }
            },
        );
        comm.agree(failed)?;
        comm.agree(taken)?;
        Ok((intake, census))
    }
}

/// The bytes of some edges, by their positions; none where there is no file.
fn read(
    path: &Path,
    header: binary::Header,
    file: Option<&File>,
    edges: Range<u64>,
) -> Result<Vec<u8>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    blocks::read_range(file, header.edge_range(edges)).map_err(Error::file("read", path))
}

fn count(census: &mut Census, edges: &Edges, loops: u64) {
    census.records += edges.len() as u64 + loops;
    census.loops += loops;
}
