//! Our own binary format: every rank takes a block of edges, equal within one.

use super::InputFrom;
use super::presence::Input;
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::{binary, blocks};
use crate::graph::Slice;
use std::fs::File;
use std::path::Path;

/// Edges that rank 0 reads before it sends.
const BLOCK: u64 = 1 << 20;

pub(super) fn load(comm: &Comm, path: &Path, input: &Input) -> Result<Slice> {
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
    let bytes = match input.from {
        InputFrom::All => comm.agree(comm.compute(|| read(header.edge_range(mine.clone()))))?,
        InputFrom::Root => {
            let mut next = 0;
            let mut failed = Ok(());
            let bytes = comm.scatter_blocks(|rank| {
                let end = first_of(rank as u64 + 1).min(next + BLOCK);
                let range = header.edge_range(next..end);
                next = end;
                let block = failed.is_ok().then(|| read(range))?;
                block.map_err(|why| failed = Err(why)).ok()
            });
            comm.agree(failed)?;
            bytes
        }
    };
    progress.expect(mine.end - mine.start);
    let decoded = comm.compute(|| header.decode(path, &bytes, mine.start, &progress.done));
    let (edges, loops) = comm.agree(decoded)?;
    let mut sums = [edges.len() as u64, loops];
    comm.all_reduce(&mut sums, |a, b| a + b);
    Ok(Slice { n: header.n, m: sums[0], loops: sums[1], edges, weights: header.weights() })
}
