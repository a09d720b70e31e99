//! Writes a graph whose edges are on all ranks, so that no rank needs memory for all of them.

use super::Output;
use super::shared_file::SharedFile;
use mst::comm::Comm;
use mst::error::{Error, Result};
use mst::format::{self, Format, Preface};
use mst::graph::{Extent, Key, Slice, with_edges};
use std::ops::Range;
use std::path::Path;

/// Writes a graph to `output`, which rank 0 has prepared for `path`. `block` is this rank's edges;
/// blocks in rank order are the graph.
///
/// All ranks write one file, each its own part, if they see the same one and it can be written at any
/// place. Otherwise rank 0 writes what they send.
///
/// # Errors
/// As [`Output::write`].
pub(crate) fn write_graph(
    comm: &Comm,
    path: &Path,
    output: Option<Output>,
    block: &Slice,
) -> Result<()> {
    let format = Output::format(path)?;
    if !format.is_by_edge() {
        return write_whole(comm, format, path, output, block);
    }
    let preface = whole_preface(comm, Preface::of(block));
    if comm.size() > 1 {
        let begun = comm.agree(output.as_ref().map_or(Ok(None), Output::begin))?;
        if let Some(file) = SharedFile::open(comm, path, begun.as_ref()) {
            file.write(&mut |put| make_part(comm, format, path, &preface, block, put))?;
            return output.zip(begun).map_or(Ok(()), |(output, begun)| output.finish(begun));
        }
    }
    let mut texts = Texts::new(comm, format, path, preface, block);
    let written = output.map_or(Ok(()), |output| {
        output.write(|out| {
            format::write_head(format, path, &preface, out)?;
            while let Some(text) = texts.next(true) {
                out.write_all(&text).map_err(Error::file("write", path))?;
            }
            Ok(())
        })
    });
    while texts.next(false).is_some() {}
    written
}

/// Makes this rank's part of a file: its edges, on rank 0 behind the head.
fn make_part(
    comm: &Comm,
    format: Format,
    path: &Path,
    preface: &Preface,
    block: &Slice,
    put: &mut dyn FnMut(Vec<u8>) -> Result<()>,
) -> Result<()> {
    if comm.rank() == 0 {
        let mut head = Vec::new();
        format::write_head(format, path, preface, &mut head)?;
        put(head)?;
    }
    let written = |places| format::edges_written(format, path, preface, block, places);
    format::pieces(block.edges.len()).try_for_each(|places| put(comm.compute(|| written(places))))
}

/// Writes this rank's edges alone, as a graph, to a file of its own.
///
/// # Errors
/// As [`Output::write`].
pub(crate) fn write_alone(path: &Path, output: Output, block: &Slice) -> Result<()> {
    let format = Output::format(path)?;
    output.write(|out| format::write(format, path, block, out))
}

/// Writes a graph of a format that lists edges by vertex: on rank 0, which has all of them.
fn write_whole(
    comm: &Comm,
    format: Format,
    path: &Path,
    output: Option<Output>,
    block: &Slice,
) -> Result<()> {
    let block = block.clone().plain();
    let edges = with_edges!(&block.edges, edges => Key::pack(comm.gather(0, edges).concat()));
    let whole = Slice { m: edges.len() as u64, edges, ..block };
    output.map_or(Ok(()), |output| output.write(|out| format::write(format, path, &whole, out)))
}

/// Joins what the ranks know of their blocks.
fn whole_preface(comm: &Comm, block: Preface) -> Preface {
    let [floats, lowest, highest, singles] = block.extent.to_words();
    let all = comm.all_gather(&[[block.m, floats, lowest, highest, singles]]).concat();
    let preface = |[m, floats, lowest, highest, singles]: [u64; 5]| {
        let extent = Extent::from_words([floats, lowest, highest, singles]);
        Preface { n: block.n, m, extent }
    };
    all.into_iter().map(preface).reduce(Preface::and).expect("a rank")
}

/// The edges of all ranks as they are written, some at once, on rank 0; the other ranks send theirs.
struct Texts<'a> {
    comm: &'a Comm,
    format: Format,
    path: &'a Path,
    preface: Preface,
    block: &'a Slice,
    /// What is left, in this order: a rank and the places in its block.
    left: std::vec::IntoIter<(usize, Range<usize>)>,
}

impl<'a> Texts<'a> {
    fn new(
        comm: &'a Comm,
        format: Format,
        path: &'a Path,
        preface: Preface,
        block: &'a Slice,
    ) -> Self {
        let lens = comm.all_gather(&[block.edges.len() as u64]).concat();
        let pieces = |(rank, len): (usize, u64)| {
            format::pieces(len as usize).map(move |places| (rank, places))
        };
        let left: Vec<_> = lens.into_iter().enumerate().flat_map(pieces).collect();
        Self { comm, format, path, preface, block, left: left.into_iter() }
    }
}

impl Texts<'_> {
    /// The next edges; nothing useful except on rank 0. If they are not wanted, rank 0 does not make
    /// its own, but the other ranks cannot know and send theirs.
    fn next(&mut self, are_wanted: bool) -> Option<Vec<u8>> {
        let (rank, places) = self.left.next()?;
        let (format, path, preface, block) = (self.format, self.path, &self.preface, self.block);
        let is_made = rank == self.comm.rank() && (rank != 0 || are_wanted);
        let written = || format::edges_written(format, path, preface, block, places);
        let own = if is_made { self.comm.compute(written) } else { Vec::new() };
        Some(match rank {
            0 => own,
            _ => self.comm.gather(0, &own).into_iter().nth(rank).unwrap_or_default(),
        })
    }
}
