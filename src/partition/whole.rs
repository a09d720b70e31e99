//! Our own binary format: every rank takes a block of edges, equal within one.

use super::checkpoint::{self, Checkpoint};
use super::intake::{Intake, Purpose};
use super::presence::Input;
use super::{InputFrom, Taken};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::{Census, binary, blocks};
use crate::graph::{Edges, Slice};
use std::fs::File;
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
    let file = opened.map(|(_, file)| file);
    let read = |range| match &file {
        Some(file) => blocks::read_range(file, range).map_err(Error::file("read", path)),
        None => Ok(Vec::new()),
    };
    let progress = comm.progress();
    let block = purpose.block() / 16;
    let descending = purpose.descending();
    let mut intake = Intake::new(purpose, Some(header.n));
    let decode = |bytes: &[u8], first: u64, census: &mut Census| {
        let (edges, loops) = header.decode(path, bytes, first, &progress.done)?;
        census.records += edges.len() as u64 + loops;
        census.loops += loops;
        Ok(vec![edges])
    };
    let taken = match input.from {
        InputFrom::All => {
            let parts = checkpoint::Input {
                graph: checkpoint::words(&input.identity, descending),
                n: Some(header.n),
                narrow: header.weights().is_narrow(),
                whole: 0..header.m,
                cut: &|_, at| Ok(at),
            };
            let part = checkpoint::part(comm, checkpoint, &parts)?;
            progress.expect(part.unread());
            comm.compute(|| {
                part.pull(&mut intake, |segment| {
                    let range = segment.advance(block);
                    if range.is_empty() {
                        return Ok(None);
                    }
                    let bytes = read(header.edge_range(range.clone()))?;
                    decode(&bytes, range.start, &mut segment.census).map(Some)
                })
            })
        }
        InputFrom::Root => {
            let share = |rank: usize| u128::from(header.m) * rank as u128 / comm.size() as u128;
            let (mut next, mut at) = (0, share(comm.rank()) as u64);
            progress.expect(share(comm.rank() + 1) as u64 - at);
            let (mut census, mut failed, mut taken) = (Census::default(), Ok(()), Ok(()));
            comm.scatter_blocks(
                |rank| {
                    let end = (share(rank + 1) as u64).min(next + block);
                    let range = header.edge_range(next..end);
                    next = end;
                    let block = failed.is_ok().then(|| comm.compute(|| read(range)))?;
                    block.map_err(|why| failed = Err(why)).ok()
                },
                |bytes| {
                    if taken.is_ok() {
                        taken = comm.compute(|| intake.push(decode(&bytes, at, &mut census)?));
                        at = share(comm.rank()) as u64 + census.records;
                    }
                },
            );
            comm.agree(failed)?;
            taken.map(|()| census)
        }
    };
    let census = comm.agree(taken)?;
    let mut sums = [census.records - census.loops, census.loops];
    comm.all_reduce(&mut sums, |a, b| a + b);
    let (weights, folds) = (header.weights(), intake.folds);
    let edges = comm.compute(|| Edges::concat(intake.pieces, weights.is_narrow()));
    let slice = Slice { n: header.n, m: sums[0], loops: sums[1], edges, weights };
    Ok(Taken { slice, folds })
}
