//! Our own binary format: every rank takes a block of edges, equal within one.

use super::intake::{Intake, Purpose};
use super::presence::Input;
use super::{InputFrom, Taken};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::{binary, blocks};
use crate::graph::{Edges, Slice};
use std::fs::File;
use std::path::Path;

/// Takes in this rank's slice.
pub(super) fn load(comm: &Comm, path: &Path, input: &Input, purpose: Purpose<'_>) -> Result<Taken> {
    let (rank, size) = (comm.rank() as u64, comm.size() as u64);
    let reads = input.from == InputFrom::All || rank == 0;
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
    let first_of = |rank: u64| (u128::from(header.m) * u128::from(rank) / u128::from(size)) as u64;
    let mine = first_of(rank)..first_of(rank + 1);
    let file = opened.map(|(_, file)| file);
    let read = |range| match &file {
        Some(file) => blocks::read_range(file, range).map_err(Error::file("read", path)),
        None => Ok(Vec::new()),
    };
    let progress = comm.progress();
    progress.expect(mine.end - mine.start);
    let block = purpose.block() / 16;
    let (mut at, mut sums) = (mine.start, [0; 2]);
    let mut intake = Intake::new(purpose, Some(header.n));
    let mut decode = |bytes: &[u8]| {
        let (edges, loops) = header.decode(path, bytes, at, &progress.done)?;
        at += edges.len() as u64 + loops;
        sums = [sums[0] + edges.len() as u64, sums[1] + loops];
        Ok(edges)
    };
    let taken = match input.from {
        InputFrom::All => {
            let mut next = mine.start;
            comm.compute(|| {
                intake.pull(|| {
                    let range = next..mine.end.min(next + block);
                    next = range.end;
                    let bytes = read(header.edge_range(range.clone()))?;
                    if range.is_empty() { Ok(None) } else { decode(&bytes).map(|e| Some(vec![e])) }
                })
            })
        }
        InputFrom::Root => {
            let (mut next, mut failed, mut taken) = (0, Ok(()), Ok(()));
            comm.scatter_blocks(
                |rank| {
                    let end = first_of(rank as u64 + 1).min(next + block);
                    let range = header.edge_range(next..end);
                    next = end;
                    let block = failed.is_ok().then(|| comm.compute(|| read(range)))?;
                    block.map_err(|why| failed = Err(why)).ok()
                },
                |bytes| {
                    if taken.is_ok() {
                        taken = comm.compute(|| intake.push(vec![decode(&bytes)?]));
                    }
                },
            );
            comm.agree(failed)?;
            taken
        }
    };
    comm.agree(taken)?;
    comm.all_reduce(&mut sums, |a, b| a + b);
    let (weights, folds, count) = (header.weights(), intake.folds, intake.count);
    let edges = comm.compute(|| Edges::concat(intake.pieces, weights.is_narrow()));
    let slice = Slice { n: header.n, m: sums[0], loops: sums[1], edges, weights };
    Ok(Taken { slice, folds, count })
}
