//! Checkpoints: each rank saves how far it is, and what it has taken in as a forest.
//!
//! MSF(A + B) = MSF(MSF(A) + B), so the forest of what was taken in stands for it. Each rank has a file of
//! its own and saves when it likes: segments are independent, and together they are the input. A job that
//! goes on with other ranks deals them out anew; its files are then of a new generation, and the old ones
//! are removed when all new ones are there. So at any moment the newest generation of which all files are
//! there is what to go on from.
//!
//! With the same ranks on the same hosts a rank needs its own file alone, and each host may have a folder of
//! its own. Else every rank has to see all files.

mod file;
mod folder;
mod keeper;
mod survey;

pub(super) use keeper::Keeper;

use super::part::Part;
use super::segment::{self, Cut, Segment};
use crate::comm::Comm;
use crate::error::Result;
use crate::graph::MOST_VERTICES;
use file::{Body, Head, Saved};
use folder::{Name, Role};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;
use survey::{Found, Survey};

/// Where a job saves how far it is, and how often.
#[derive(Clone, Copy)]
pub struct Checkpoint<'a> {
    /// The folder; it is made if there is none.
    pub folder: &'a Path,
    /// Whether to go on from what is there.
    pub resume: bool,
    /// The time between two saves of a rank; none to save after each block that is read.
    pub every: Duration,
    /// Is told, on every rank alike and before the input is read, where the job goes on.
    pub tell: &'a dyn Fn(&str),
}

/// An input that can be read in parts.
pub(super) struct Input<'a> {
    /// What the graph and its forest are, in words: other words, another checkpoint.
    pub(super) graph: String,
    /// The number of vertices, where a header tells.
    pub(super) n: Option<u64>,
    /// Whether keys have 32 bits as they are read.
    pub(super) narrow: bool,
    /// All of it, in its own units.
    pub(super) whole: Range<u64>,
    pub(super) cut: Cut<'a>,
}

/// The words for a forest of a graph.
pub(super) fn words(graph: &str, descending: bool) -> String {
    format!("the {} forest of {graph}", if descending { "maximum" } else { "minimum" })
}

/// The part of this rank in `input`: its share, or what it goes on from.
///
/// # Errors
/// If there is a checkpoint and the job is not to go on from it; if it is to and cannot: a file is damaged,
/// of another graph, missing, or not seen by a rank that needs it. All ranks return the same.
pub(super) fn part(
    comm: &Comm,
    checkpoint: Option<&Checkpoint<'_>>,
    input: &Input<'_>,
) -> Result<Part> {
    let untouched = [Segment::untouched(input.whole.clone())];
    let share = |segments: &[Segment]| {
        comm.agree(segment::part(segments, comm.rank(), comm.size(), input.cut))
    };
    let Some(checkpoint) = checkpoint else {
        let segments = share(&untouched)?.into_iter().map(|(_, segment)| segment).collect();
        return Ok(Part { segments, keeper: None });
    };
    let folder = checkpoint.folder;
    let Survey { found, next } = survey::look(comm, checkpoint, input)?;
    let (rank, of) = (comm.rank() as u64, comm.size() as u64);
    let new = Name { generation: next, of, rank };
    let (name, saved) = match found {
        Found::Own(name, saved) => (name, saved),
        Found::Nothing { files } => {
            if files {
                finish(comm, folder)?;
            }
            if checkpoint.resume {
                let what = "has no checkpoint yet: this job starts from the beginning";
                (checkpoint.tell)(&format!("{} {what}", folder.display()));
            }
            // The standard library draws these at random.
            let job = comm.broadcast(0, vec![RandomState::new().build_hasher().finish()])[0];
            let segments = share(&untouched)?.into_iter().map(|(_, segment)| segment).collect();
            let head = Head { job, graph: input.graph.clone(), segments };
            (new, comm.agree(Saved::write(new.path(folder), head, &[]))?)
        }
        Found::All(files) => {
            let sources: Vec<(&Segment, Body<'_>)> =
                files.iter().flat_map(Saved::segments).collect();
            let segments: Vec<Segment> =
                sources.iter().map(|(segment, _)| (*segment).clone()).collect();
            let mine = share(&segments)?;
            let bodies = mine.iter().filter(|(_, segment)| segment.edges > 0);
            let bodies: Vec<_> = bodies.map(|(from, _)| sources[*from].1.clone()).collect();
            let segments = mine.into_iter().map(|(_, segment)| segment).collect();
            let head = Head { segments, ..files[0].head.clone() };
            (new, comm.agree(Saved::write(new.path(folder), head, &bodies))?)
        }
    };
    // No rank of this job is writing now.
    let is_left = |other: Name, role: Role| {
        (other.generation, other.of) != (name.generation, name.of) || role == Role::Unfinished
    };
    comm.agree(folder::remove(folder, is_left))?;
    let segments = saved.head.segments.iter().cloned().collect();
    let keeper = Keeper::new(saved, checkpoint.every, input.n.unwrap_or(MOST_VERTICES));
    Ok(Part { segments, keeper: Some(comm.agree(keeper)?) })
}

/// Removes the checkpoint of a job that has ended, on every rank. A rank that is killed meanwhile leaves
/// files of which some say so.
///
/// # Errors
/// [`crate::Error::File`] if the folder cannot be written. All ranks return the same.
pub fn finish(comm: &Comm, folder: &Path) -> Result<()> {
    comm.agree(folder::mark_done(folder))?;
    comm.agree(folder::remove(folder, |_, _| true))
}

#[cfg(test)]
mod tests;
