//! From a file or a family of graphs to each rank's slice.
//!
//! Slices are contiguous blocks in rank order, so the position of an edge needs no bytes: equal
//! within one for generators and binary files, by bytes (cut at a line end) for text.

mod assemble;
mod presence;
mod text;
mod whole;

use crate::comm::{Comm, Phase};
use crate::error::{Error, Result};
use crate::format::{Columns, Format};
use crate::generate::Spec;
use crate::graph::Slice;
use std::path::PathBuf;

/// Where a graph comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file.
    File {
        /// Its path, the same on every host.
        path: PathBuf,
        /// Its format, if it is not to be found out.
        format: Option<Format>,
        /// The columns of a text file, if not the usual ones.
        columns: Option<Columns>,
    },
    /// A family of graphs.
    Generated(Spec),
}

/// Who reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFrom {
    /// Every rank its part, from a file that is on every host.
    All,
    /// Rank 0, which sends the others their parts.
    Root,
}

/// A slice and how it came.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// This rank's slice.
    pub slice: Slice,
    /// How the input was read, in words, where there was a choice.
    pub how: Option<String>,
}

/// What to load and for what.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The graph.
    pub source: &'a Source,
    /// Who reads a file; without it, every rank does if all have the same file.
    pub from: Option<InputFrom>,
    /// Whether to key the weights for a maximum forest.
    pub descending: bool,
    /// The memory that each vertex will need on each rank, bytes.
    pub vertex_bytes: u64,
}

/// Loads this rank's slice of a graph.
///
/// # Errors
/// Whatever is wrong with the file, as the lowest rank found it; a graph whose vertices do not fit
/// this host's memory. All ranks return the same.
pub fn load(comm: &Comm, request: &Request<'_>) -> Result<Loaded> {
    comm.enter(Phase::Read);
    let mut loaded = match request.source {
        Source::Generated(spec) => generated(comm, spec)?,
        Source::File { path, format, columns } => {
            let input = presence::Input::find(comm, path, *format, request.from)?;
            let slice = match input.format {
                Format::Binary => whole::load(comm, path, &input)?,
                _ => text::load(comm, path, &input, *columns)?,
            };
            Loaded { slice, how: input.how }
        }
    };
    if request.descending {
        loaded.slice.reverse();
    }
    let n = loaded.slice.n;
    let bytes = u128::from(n) * u128::from(request.vertex_bytes);
    comm.agree(fits(comm, &format!("a graph of {n} vertices"), bytes))?;
    comm.enter(Phase::Other);
    Ok(loaded)
}

fn generated(comm: &Comm, spec: &Spec) -> Result<Loaded> {
    let edge_bytes = if spec.weights().is_narrow() { 12 } else { 16 };
    let edges = u128::from(spec.expected_edges().div_ceil(comm.size() as u64));
    let points = u128::from(spec.n()) * u128::from(spec.vertex_bytes());
    comm.agree(fits(comm, &spec.to_string(), edges * edge_bytes + points))?;
    let progress = comm.progress();
    progress.expect(spec.expected_edges() / comm.size() as u64);
    let (rank, size) = (comm.rank(), comm.size());
    let edges = comm.compute(|| spec.slice(rank, size, &progress.done));
    let mut m = [edges.len() as u64];
    comm.all_reduce(&mut m, |a, b| a + b);
    let slice = Slice { n: spec.n(), m: m[0], loops: 0, edges, weights: spec.weights() };
    Ok(Loaded { slice, how: None })
}

/// Refuses what is more than the host has left, `bytes` on each of its ranks: a header or a spec may
/// say anything.
fn fits(comm: &Comm, what: &str, bytes: u128) -> Result<()> {
    let ranks = comm.members().sharing(comm.rank());
    let needed = bytes * ranks as u128;
    match available_memory() {
        Some(available) if needed > u128::from(available) => Err(Error::TooLarge(format!(
            "{what} takes {:.1} GB ({:.1} GB on each rank) and this host has {:.1} GB left; use \
             fewer ranks a host or a smaller graph, or renumber the vertices that are in use",
            needed as f64 / 1e9,
            bytes as f64 / 1e9,
            available as f64 / 1e9
        ))),
        _ => Ok(()),
    }
}

/// Bytes that this host can still give, as Linux estimates them.
fn available_memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}
