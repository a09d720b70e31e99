//! What the targets share: one file read in two ways must give the same graph or the same error.

use mst::format::{Format, Parsed, Preamble, Tally, TextOptions};
use mst::graph::{Edge, Numbers, Raw};
use std::path::Path;
use std::sync::atomic::AtomicU64;

/// n and the edges with canonical keys, or the message of the refusal.
pub type Outcome = Result<(u64, u64, Numbers, Vec<Edge<u64>>), String>;

/// Reads a text of some format as one block, and again as blocks that are cut at the line ends
/// behind every few bytes. Returns what both say.
pub fn read(path: &str, format: Format, options: &TextOptions, bytes: &[u8]) -> Outcome {
    let path = Path::new(path);
    let preamble = Preamble::read(path, format, options, &mut &bytes[..])
        .map_err(|error| error.to_string())?;
    let body = &bytes[preamble.body as usize..];
    let whole = graph(path, &preamble, &[body]);
    let step = 1 + bytes.len() % 61;
    let split = graph(path, &preamble, &blocks(body, step));
    assert_eq!(whole, split);
    whole
}

/// As [`read`], from blocks.
pub fn graph(path: &Path, preamble: &Preamble, blocks: &[&[u8]]) -> Outcome {
    let (mut before, mut parsed) = (Tally::default(), Parsed::default());
    for block in blocks {
        let part = preamble.parse(path, block, before, &AtomicU64::new(0));
        let part = part.map_err(|error| error.to_string())?;
        parsed.pieces.extend(part.pieces);
        parsed.census.merge(&part.census);
        before = [before, preamble.tally(block)].into_iter().sum();
        assert_eq!(part.after, before);
    }
    let n = preamble.check(path, &parsed.census).map_err(|error| error.to_string())?;
    let mut pieces = parsed.pieces;
    let is_float = |piece: &Raw| piece.numbers == Numbers::Floats;
    let numbers = if pieces.iter().any(is_float) { Numbers::Floats } else { Numbers::Integers };
    if numbers == Numbers::Floats {
        pieces.iter_mut().for_each(Raw::make_floats);
    }
    let loops = pieces.iter().map(|piece| piece.loops).sum();
    let edges: Vec<_> = pieces.into_iter().flat_map(|piece| piece.edges).collect();
    assert!(edges.iter().all(|edge| u64::from(edge.u.max(edge.v)) < n && !edge.is_loop()));
    Ok((n, loops, numbers, edges))
}

/// Cuts at the first line end behind every `step` bytes.
fn blocks(mut rest: &[u8], step: usize) -> Vec<&[u8]> {
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().skip(step - 1).position(|&byte| byte == b'\n');
        let (block, after) = rest.split_at(end.map_or(rest.len(), |end| step + end));
        blocks.push(block);
        rest = after;
    }
    blocks
}
