//! Makes each rank's slice from a file or a family of graphs.
//!
//! Slices are contiguous blocks in rank order, so the position of an edge needs no bytes. For
//! generators and binary files their sizes differ by at most one unit; text is divided by bytes,
//! cut at a line end. A rank that resumes from a checkpoint has a block of what is left, and the
//! forest of what has been read.

mod assignment;
mod binary;
mod budget;
mod checkpoint;
mod files;
mod fingerprint;
mod fold_buffer;
mod generated;
mod ids;
mod join;
mod loader;
mod memory;
mod outline;
mod reader;
mod segment;
mod several;
mod source;
mod text;
mod text_dealer;

use crate::comm::Comm;
use crate::error::{ContentFault, Error, Result};
use crate::format::Format;
use crate::graph::{Batch, Edge, Edges, Key, MOST_VERTICES, Numbers, Slice, Summary, with_edges};
use crate::measure::Phase;
use budget::{Budget, Shown, Sink};
pub use checkpoint::Checkpoint;
use files::Listing;
use fingerprint::Located;
pub use fingerprint::{Fingerprint, fingerprint};
use generated::Generated;
pub use ids::VertexNumbers;
use join::rekeyed;
pub(crate) use memory::fits;
pub use memory::{available_memory, fair_share, left_if_less};
use rayon::prelude::*;
pub use source::{Files, Source, of_rank};
use std::path::Path;

/// Who reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFrom {
    /// Every rank reads its part, from a file that is on every host.
    All,
    /// Rank 0 reads it and sends the others their parts.
    Root,
}

/// A slice and how it was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// This rank's slice.
    pub slice: Slice,
    /// Notes for the user on how the input was read, one line each.
    pub notes: Vec<String>,
    /// Whether n follows from the largest id, since no header gives it.
    pub n_by_ids: bool,
    /// The numbers of the vertices at edges, if the graph has far more vertices than those: the slice
    /// then has numbers in place of ids.
    pub numbers: Option<VertexNumbers>,
    /// Words that distinguish a file from others and from later versions of itself; empty for
    /// generated graphs.
    identity: String,
    /// The largest number of times any rank folded its edges. If it is not 0, the slices no longer
    /// hold all edges of the graph, but those of its forest and some others.
    pub folds: u64,
}

impl Loaded {
    /// Some edges on the slice's vertices, such as those of its forest, as they are to be written: the
    /// slice that is returned knows the vertices' ids. Called by all ranks.
    pub fn written(&self, comm: &Comm, edges: Edges) -> Slice {
        let Slice { n, isolated, weights, .. } = self.slice;
        let m = edges.len() as u64;
        let (edges, ids) = match &self.numbers {
            None => (edges, None),
            Some(numbers) => with_edges!(&edges, edges => {
                let (ids, edges) = numbers.listed(comm, edges);
                (Key::pack(edges), Some(ids.into()))
            }),
        };
        let written = Slice { n, isolated, m, loops: 0, edges, weights, ids };
        if n + isolated <= MOST_VERTICES { written.plain() } else { written }
    }

    /// Adds to an error of a proof, which names vertices as the slice does, what they are if that is not
    /// their ids.
    pub fn with_numbers(&self, why: Error) -> Error {
        const NOTE: &str = "; as few of many ids have edges here, k stands for the k-th of them";
        match why {
            other if self.numbers.is_none() => other,
            Error::Proof { position, what } => Error::Proof { position, what: what + NOTE },
            Error::Elsewhere { rank, message, code: 3 } => {
                Error::Elsewhere { rank, message: message + NOTE, code: 3 }
            }
            other => other,
        }
    }

    /// Sums up this rank's part of a forest on the slice's vertices, by their ids. Called by all ranks.
    pub fn summary_of<K: Key>(&self, comm: &Comm, part: &[Edge<K>]) -> Summary {
        let (n, weights) = (self.slice.vertices(), self.slice.weights);
        match &self.numbers {
            None => Summary::of(n, part, weights),
            Some(numbers) => {
                let (ids, part) = numbers.listed(comm, part);
                Summary::of_named(n, &part, weights, |v| ids[v as usize])
            }
        }
    }
}

/// What to load, and how.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The graph.
    pub source: &'a Source,
    /// Who reads a file. If `None`, every rank reads its part of a file that is the same on all
    /// ranks and not compressed; otherwise rank 0 reads it.
    pub from: Option<InputFrom>,
    /// Whether to key the weights for a maximum forest.
    pub descending: bool,
    /// The memory that each vertex will need on each rank, bytes.
    pub vertex_bytes: u64,
    /// How much memory a rank may take for edges.
    pub memory: Memory,
}

impl<'a> Request<'a> {
    /// A request for all of a graph, for a minimum forest, with whatever memory that takes.
    pub fn of(source: &'a Source) -> Self {
        Self { source, from: None, descending: false, vertex_bytes: 0, memory: Memory::Unlimited }
    }
}

/// How much memory a rank may take for edges and the work on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Any amount.
    Unlimited,
    /// This many bytes; a graph that takes more is refused.
    Within(u64),
    /// This many bytes; edges that take more are folded to their forest as they come.
    Folding(u64),
}

/// Loads this rank's slice of a graph.
///
/// # Errors
/// Whatever is wrong with the file, as the lowest rank found it; a graph whose vertices do not fit
/// this host's memory. All ranks return the same.
pub fn load(comm: &Comm, request: &Request<'_>) -> Result<Loaded> {
    load_saving(comm, request, None)
}

/// Loads this rank's slice of a graph and, if there is a `checkpoint`, saves its progress on the
/// way. Edges are folded for that, so the slices may be other ones than those of [`load`], but
/// stand for the same graph.
///
/// # Errors
/// As [`load`]; if the folder has the checkpoint of an unfinished job and this job was not asked to
/// resume; if it cannot resume, since a file is damaged, belongs to another graph, is missing, or
/// is not visible to a rank that needs it; if the disk is full.
pub fn load_saving(
    comm: &Comm,
    request: &Request<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    comm.enter(Phase::Read);
    let sink = Sink::Hold(Budget::of(comm, request));
    let loaded = take(comm, request, sink, checkpoint)?;
    let n = loaded.slice.n;
    let bytes = u128::from(n) * u128::from(request.vertex_bytes);
    comm.agree(fits(comm, &format!("a graph of {n} vertices"), bytes))?;
    comm.enter(Phase::Other);
    Ok(loaded)
}

/// Reads a graph that was `loaded` once more, and shows this rank's edges to `visit`, with the 64-bit
/// keys for the weights of the slice. They come in order, except where another rank had them at first and
/// vertices are numbered anew: those come last.
///
/// # Errors
/// As [`load`] and `visit`; [`Error::Content`] if the file has changed, [`Error::Proof`] if the
/// number of vertices or edges or the kind of weights is not what was loaded.
pub fn revisit(
    comm: &Comm,
    request: &Request<'_>,
    loaded: &Loaded,
    visit: &mut (dyn FnMut(&[Edge<u64>]) -> Result<()> + Send),
) -> Result<()> {
    let slice = &loaded.slice;
    let differs = |what: String| {
        let what = format!("the graph has changed since it was first read: {what}");
        Error::proof(what)
    };
    let unknown = |id: u64| {
        let had = slice.vertices();
        differs(if id < had {
            format!("it now has edges at vertex {id}, which had none")
        } else {
            format!("it now has vertex {id}, but had only {had} vertices")
        })
    };
    let is_new = |e: &&Edge<u64>| u64::from(e.u.max(e.v)) >= slice.n;
    let mut show = |edges: &[Edge<u64>]| match edges.par_iter().find_first(is_new) {
        Some(e) => Err(unknown(e.u.max(e.v).into())),
        None => visit(edges),
    };
    let (numbers, mut deferred) = (loaded.numbers.as_ref(), Vec::new());
    let weights = slice.weights;
    let shown = Shown { weights, numbers, deferred: &mut deferred, visit: &mut show };
    let seen = take(comm, request, Sink::Show(shown), None);
    let seen = seen.and_then(|seen| {
        comm.agree(number(comm, numbers, &mut deferred).map_err(unknown))?;
        let mut edges = deferred.into_iter().map(|batch| rekeyed(batch, weights.widened()));
        let mut show_all = || edges.try_for_each(|edges| show(&edges.iter().collect::<Vec<_>>()));
        comm.agree(comm.compute(&mut show_all))?;
        Ok(seen)
    });
    // If the file has changed, an error of reading or proving it means nothing.
    if !is_unchanged(comm, request, loaded) {
        let what = "the file changed while it was read; run again when no other program writes to \
                    it";
        return Err(Error::content(
            Path::new(&request.source.to_string()),
            ContentFault::Changed,
            what,
        ));
    }
    let told = |slice: &Slice| {
        let Slice { m, loops, weights, .. } = slice;
        let n = slice.vertices();
        let numbers = if weights.numbers() == Numbers::Floats { "floats" } else { "integers" };
        format!("{n} vertices, {m} edges and {loops} loops, with {numbers} as weights")
    };
    let (now, then) = (told(&seen?.slice), told(slice));
    if now != then {
        return Err(differs(format!("it now has {now}, but it had {then}")));
    }
    Ok(())
}

/// Numbers the vertices of batches with ids that this rank did not have when it first read.
///
/// # Errors
/// An id that has no number.
fn number(comm: &Comm, numbers: Option<&VertexNumbers>, batches: &mut [Batch]) -> Result<(), u64> {
    match numbers {
        Some(numbers) => numbers.learn(comm, batches),
        None => batches.iter().find_map(|batch| batch.ids()?.last().copied()).map_or(Ok(()), Err),
    }
}

/// Whether a file is unchanged since it was loaded. All ranks return the same.
fn is_unchanged(comm: &Comm, request: &Request<'_>, loaded: &Loaded) -> bool {
    match request.source {
        Source::Generated(_) => true,
        Source::File { path, format, .. } => {
            let now = Located::find(comm, path, *format, request.from);
            now.is_ok_and(|now| now.identity == loaded.identity)
        }
        Source::Files { files, .. } => {
            let now = Listing::find(comm, files);
            now.is_ok_and(|now| now.identity() == loaded.identity)
        }
    }
}

/// Reads this rank's edges.
fn take(
    comm: &Comm,
    request: &Request<'_>,
    sink: Sink<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    let (path, format, text) = match request.source {
        Source::Generated(spec) => {
            return loader::load(comm, Generated::new(spec), sink, checkpoint);
        }
        Source::Files { files, format, text } => {
            return files::load(comm, (files, *format, text), request.from, sink, checkpoint);
        }
        Source::File { path, format, text } => (path, format, text),
    };
    let file = Located::find(comm, path, *format, request.from)?;
    if checkpoint.is_some() && file.from == InputFrom::Root {
        let what = "for a checkpoint, every rank must read its part of the file itself: put the \
                    file on every host, uncompressed, and leave out --input-from root";
        return Err(Error::content(path, ContentFault::Unsupported, what));
    }
    let mut loaded = match file.format {
        Format::Binary => binary::load(comm, path, &file, sink, checkpoint)?,
        _ => text::load(comm, path, &file, text, sink, checkpoint)?,
    };
    loaded.notes.splice(0..0, file.how);
    loaded.identity = file.identity;
    Ok(loaded)
}

#[cfg(test)]
mod tests;
