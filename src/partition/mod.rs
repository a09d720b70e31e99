//! From a file or a family of graphs to each rank's slice.
//!
//! Slices are contiguous blocks in rank order, so the position of an edge needs no bytes: equal
//! within one for generators and binary files, by bytes (cut at a line end) for text.

mod assemble;
mod intake;
mod presence;
mod text;
mod whole;

use crate::comm::{Comm, Phase};
use crate::error::{Error, Result};
use crate::format::{Columns, Format};
use crate::generate::Spec;
use crate::graph::{Edges, Slice};
use intake::{Budget, Intake};
use std::path::PathBuf;

/// Edges of a family that are made at once where memory is limited.
const PART: u64 = 1 << 22;

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
    /// How often a rank has folded its edges, of all the most: if ever, the slices hold no more all
    /// edges of the graph, but those of its forest and some.
    pub folds: u64,
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
    /// The memory that a rank may take for edges, bytes: what is more is folded as it comes. Without it
    /// all edges are held.
    pub memory: Option<u64>,
}

/// Loads this rank's slice of a graph.
///
/// # Errors
/// Whatever is wrong with the file, as the lowest rank found it; a graph whose vertices do not fit
/// this host's memory. All ranks return the same.
pub fn load(comm: &Comm, request: &Request<'_>) -> Result<Loaded> {
    comm.enter(Phase::Read);
    let budget = Budget { bytes: request.memory, descending: request.descending };
    let mut how = None;
    let (mut slice, folds) = match request.source {
        Source::Generated(spec) => generated(comm, spec, budget)?,
        Source::File { path, format, columns } => {
            let input = presence::Input::find(comm, path, *format, request.from)?;
            how.clone_from(&input.how);
            match input.format {
                Format::Binary => whole::load(comm, path, &input, budget)?,
                _ => text::load(comm, path, &input, *columns, budget)?,
            }
        }
    };
    if request.descending {
        slice.reverse();
    }
    let bytes = u128::from(slice.n) * u128::from(request.vertex_bytes);
    comm.agree(fits(comm, &format!("a graph of {} vertices", slice.n), bytes))?;
    let mut most = [folds];
    comm.all_reduce(&mut most, u64::max);
    comm.enter(Phase::Other);
    Ok(Loaded { slice, how, folds: most[0] })
}

/// Makes this rank's slice of a family, in as many parts as the budget asks for.
fn generated(comm: &Comm, spec: &Spec, budget: Budget) -> Result<(Slice, u64)> {
    let edge_bytes = if spec.weights().is_narrow() { 12 } else { 16 };
    let edges = spec.expected_edges().div_ceil(comm.size() as u64);
    let points = u128::from(spec.n()) * u128::from(spec.vertex_bytes());
    let at_once = match budget.bytes {
        Some(_) => 0,
        None => u128::from(edges) * edge_bytes,
    };
    comm.agree(fits(comm, &spec.to_string(), at_once + points))?;
    let progress = comm.progress();
    progress.expect(edges);
    let (rank, size) = (comm.rank(), comm.size());
    let parts = match budget.bytes {
        Some(_) => usize::try_from(edges.div_ceil(PART)).unwrap_or(usize::MAX).max(1),
        None => 1,
    };
    let mut made = [0];
    let (mut intake, mut part) = (Intake::new(budget, Some(spec.n())), 0);
    let pulled = comm.compute(|| {
        intake.pull(|| {
            if part == parts {
                return Ok(None);
            }
            let edges = spec.slice(rank * parts + part, size * parts, &progress.done);
            part += 1;
            made[0] += edges.len() as u64;
            Ok(Some(vec![edges]))
        })
    });
    comm.agree(pulled)?;
    comm.all_reduce(&mut made, |a, b| a + b);
    let (weights, folds) = (spec.weights(), intake.folds);
    let edges = comm.compute(|| Edges::concat(intake.pieces, weights.is_narrow()));
    Ok((Slice { n: spec.n(), m: made[0], loops: 0, edges, weights }, folds))
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
pub fn available_memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}
