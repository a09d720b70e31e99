//! Text: every rank parses a block of whole lines.

use super::InputFrom;
use super::assemble::assemble;
use super::presence::Input;
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::format::{Census, Columns, Preamble, Stream, Tally, blocks};
use crate::graph::Slice;
use std::fs::File;
use std::path::Path;

/// What rank 0 reads before it sends.
const BLOCK: usize = 16 << 20;

pub(super) fn load(
    comm: &Comm,
    path: &Path,
    input: &Input,
    columns: Option<Columns>,
) -> Result<Slice> {
    let (preamble, block) = match input.from {
        InputFrom::All => read_part(comm, path, input, columns)?,
        InputFrom::Root => receive_part(comm, path, input, columns)?,
    };
    // Two passes, so that every line knows its number and every METIS line its vertex.
    let tally = comm.compute(|| preamble.tally(&block));
    let tallies = comm.all_gather(&[tally.lines, tally.vertices]);
    let before = tallies[..comm.rank()]
        .iter()
        .map(|tally| Tally { lines: tally[0], vertices: tally[1] })
        .sum();
    let progress = comm.progress();
    progress.expect(block.len() as u64);
    let parsed = comm.compute(|| preamble.parse(path, &block, before, &progress.done));
    let parsed = comm.agree(parsed)?;
    drop(block);
    let mut census = Census::default();
    let words = comm.all_gather(&parsed.census.to_words());
    words.iter().for_each(|words| census.merge(&Census::from_words(words)));
    let n = comm.agree(preamble.check(path, &census))?;
    Ok(assemble(comm, n, parsed.pieces))
}

/// Every rank reads the preamble and its share of the bytes.
fn read_part(
    comm: &Comm,
    path: &Path,
    input: &Input,
    columns: Option<Columns>,
) -> Result<(Preamble, Vec<u8>)> {
    let (rank, size) = (comm.rank(), comm.size());
    let read = || {
        let mut head = Stream::open(path)?;
        let preamble = Preamble::read(path, input.format, columns, &mut head)?;
        let file = File::open(path).map_err(Error::file("open", path))?;
        let read = || {
            let len = file.metadata()?.len();
            let range = blocks::line_range(&file, preamble.body, len, rank, size)?;
            blocks::read_range(&file, range)
        };
        let block = read().map_err(Error::file("read", path))?;
        Ok((preamble, block))
    };
    comm.agree(comm.compute(read))
}

/// Rank 0 reads in order and deals out blocks, cut where the share of bytes read passes r/p.
fn receive_part(
    comm: &Comm,
    path: &Path,
    input: &Input,
    columns: Option<Columns>,
) -> Result<(Preamble, Vec<u8>)> {
    let mut opened = Ok(None);
    if comm.rank() == 0 {
        opened = Stream::open(path).and_then(|mut head| {
            let preamble = Preamble::read(path, input.format, columns, &mut head)?;
            // The preamble looks ahead, so the records are read from a new start.
            let stream = Stream::open_at(path, preamble.body)?;
            Ok(Some((preamble, stream)))
        });
    }
    let opened = comm.agree(opened)?;
    let told = opened.as_ref().map(|(preamble, _)| serde_json::to_vec(preamble));
    let told = told.transpose().expect("plain fields").unwrap_or_default();
    let preamble = serde_json::from_slice(&comm.broadcast(0, told)).expect("one program");
    let mut stream = opened.map(|(_, stream)| stream);
    let size = comm.size() as u64;
    let mut failed = Ok(());
    let progress = comm.progress();
    let block = comm.scatter_blocks(|rank| {
        let stream = stream.as_mut()?;
        let (consumed, total) = stream.consumed();
        progress.total.store(total, std::sync::atomic::Ordering::Relaxed);
        progress.done.store(consumed, std::sync::atomic::Ordering::Relaxed);
        let share_is_full =
            u128::from(consumed) * u128::from(size) >= u128::from(total) * (rank as u128 + 1);
        if failed.is_err() || share_is_full && rank as u64 + 1 < size {
            return None;
        }
        let room = usize::try_from(total / (4 * size)).unwrap_or(BLOCK).clamp(1, BLOCK);
        stream.next_block(room).unwrap_or_else(|why| {
            failed = Err(why);
            None
        })
    });
    comm.agree(failed)?;
    Ok((preamble, block))
}
