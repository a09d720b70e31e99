//! Writes a graph in any format, compressed or not.

use super::{Format, FormatWriter, Preface, extension, text};
use crate::error::{ContentFault, Error, Result};
use crate::graph::{Edges, Key, MOST_VERTICES, Numbers, Slice, Weights, with_edges};
use rayon::prelude::*;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

/// So many edges of a graph are in memory as text at once.
const AT_ONCE: usize = if cfg!(test) { 16 } else { 1 << 18 };
/// So many of them are made by one thread at once.
const PIECE: usize = if cfg!(test) { 3 } else { 1 << 14 };

/// Refuses weights, or so many vertices, that a file of this format cannot hold.
///
/// # Errors
/// [`Error::Content`] on `path`.
pub fn holds(format: Format, path: &Path, weights: Weights, vertices: u64) -> Result<()> {
    let row = format.row();
    if !format.is_by_edge() && vertices > MOST_VERTICES {
        let what = format!(
            "{} has a line for each vertex, which is too much for {vertices} of them; choose another \
             format",
            row.title
        );
        return Err(Error::content(path, ContentFault::Unsupported, what));
    }
    if !row.holds_floats && weights.numbers() == Numbers::Floats {
        let what = format!(
            "{} can hold only integer weights; choose another format for floats",
            row.title
        );
        return Err(Error::content(path, ContentFault::Unsupported, what));
    }
    Ok(())
}

/// Writes a whole graph, or a forest as a graph, to `out`, which becomes the file `path`.
///
/// # Errors
/// If `out` fails, or the format cannot hold the weights.
pub fn write(format: Format, path: &Path, slice: &Slice, out: &mut dyn Write) -> Result<()> {
    if let FormatWriter::ByVertex { write, .. } = format.row().writer {
        holds(format, path, slice.weights, slice.vertices())?;
        return write(slice, out).map_err(Error::file("write", path));
    }
    let preface = Preface::of(slice);
    write_head(format, path, &preface, out)?;
    for places in pieces(slice.edges.len()) {
        let bytes = edges_written(format, path, &preface, slice, places);
        out.write_all(&bytes).map_err(Error::file("write", path))?;
    }
    Ok(())
}

/// Writes what comes before the edges of a graph that is written in blocks.
///
/// # Errors
/// If `out` fails, or the format cannot hold the weights.
///
/// # Panics
/// If the format is not [by edge](Format::is_by_edge).
pub fn write_head(
    format: Format,
    path: &Path,
    preface: &Preface,
    out: &mut dyn Write,
) -> Result<()> {
    holds(format, path, Weights::wide(preface.extent.numbers), preface.n)?;
    let FormatWriter::ByEdge { head, .. } = format.row().writer else {
        panic!("{format} has no head")
    };
    head(&extension(path), preface, out).map_err(Error::file("write", path))
}

/// The places of `len` edges, as many at once as are good to hold as text.
pub fn pieces(len: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len).step_by(AT_ONCE).map(move |start| start..len.min(start + AT_ONCE))
}

/// The next edges of a graph as they are in a file: those at some `places` of `block`. Makes them in
/// parallel.
///
/// # Panics
/// If the format is not [by edge](Format::is_by_edge).
pub fn edges_written(
    format: Format,
    path: &Path,
    preface: &Preface,
    block: &Slice,
    places: Range<usize>,
) -> Vec<u8> {
    let FormatWriter::ByEdge { edges: write, .. } = format.row().writer else {
        panic!("{format} has no blocks")
    };
    let ending = extension(path);
    let written = |edges: Edges| {
        let piece = Slice { edges, ids: block.ids.clone(), ..*block };
        let mut bytes = Vec::new();
        write(&ending, preface, &piece, &mut bytes).expect("memory does not fail");
        bytes
    };
    let pieces: Vec<Vec<u8>> = with_edges!(&block.edges, edges => {
        let pieces = edges[places].par_chunks(PIECE);
        pieces.map(|piece| written(Key::pack(piece.to_vec()))).collect()
    });
    pieces.concat()
}

/// Returns how many vertices, after those of all edges, a file of this name does not keep: a table
/// has no place for n.
pub fn lost_vertices(path: &Path, slice: &Slice) -> u64 {
    if !text::is_table(&extension(path)) {
        return 0;
    }
    let past_last = with_edges!(&slice.edges, edges => {
        edges.par_iter().map(|e| slice.id(e.u.max(e.v)) + 1).max().unwrap_or(0)
    });
    slice.vertices() - past_last
}
