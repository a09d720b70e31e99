//! Shared by the targets: a file read in two ways must give the same graph or the same error.

use mst::format::{Format, LineCount, Parsed, Preamble, TextOptions};
use mst::graph::{Batch, Edge, Numbers, Weights};
use std::path::Path;
use std::sync::atomic::AtomicU64;

/// n, the number of self-loops, the kind of weights and the edges with wide keys; or the error
/// message.
pub type Outcome = Result<(u64, u64, Numbers, Vec<Edge<u64>>), String>;

/// Reads a text as one block, and again as several blocks, cut at line ends every few bytes.
/// Asserts that both give the same result, and returns it.
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

/// The graph that results from parsing these blocks.
pub fn graph(path: &Path, preamble: &Preamble, blocks: &[&[u8]]) -> Outcome {
    let (mut before, mut parsed) = (LineCount::default(), Parsed::default());
    for block in blocks {
        let part = preamble.parse(path, block, before, &AtomicU64::new(0));
        let part = part.map_err(|error| error.to_string())?;
        parsed.batches.extend(part.batches);
        parsed.census.merge(&part.census);
        before = [before, preamble.count_lines(block)].into_iter().sum();
        assert_eq!(part.after, before);
    }
    let n = preamble.check(path, &parsed.census).map_err(|error| error.to_string())?;
    let is_float = |batch: &Batch| batch.weights().numbers() == Numbers::Floats;
    let floats = parsed.batches.iter().any(is_float);
    let numbers = if floats { Numbers::Floats } else { Numbers::Integers };
    let loops = parsed.census.loops;
    let wide = parsed.batches.into_iter().map(|batch| batch.rekeyed(Weights::wide(numbers)));
    let edges: Vec<_> = wide.flat_map(|batch| batch.edges().iter().collect::<Vec<_>>()).collect();
    assert!(edges.iter().all(|edge| u64::from(edge.u.max(edge.v)) < n && !edge.is_loop()));
    Ok((n, loops, numbers, edges))
}

/// Cuts the text at the first line end from every `step`-th byte on.
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
