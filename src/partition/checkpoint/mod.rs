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
//!
//! One job at a time has the folder ([`lock`]). What is there is not trusted: no link is followed ([`folder`]), and
//! what a file says is held against its checksums ([`file`]) and the input ([`sound`]). All of that can be forged,
//! so the forest of a job that goes on is proved.

mod file;
mod folder;
mod lock;
mod mount;
mod recovery;
mod sound;
mod writer;

pub(super) use writer::{Graph, Writer};

use super::assignment::Assignment;
use super::segment::{self, Cut, Segment};
use crate::comm::Comm;
use crate::error::{Result, shown};
use file::{FileHead, Known, Out, Saved};
use folder::{Folder, Name, Role};
use lock::Lock;
use recovery::{Found, Recovery};
use std::cell::OnceCell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Where a job saves how far it is, and how often.
pub struct Checkpoint<'a> {
    path: &'a Path,
    resume: bool,
    every: Duration,
    tell: &'a dyn Fn(&str),
    /// The folder, once it is open and this job's alone.
    held: OnceCell<(Arc<Folder>, Lock)>,
}

impl<'a> Checkpoint<'a> {
    /// A checkpoint in a folder, which is made if there is none: whether to go on from what is there, and the
    /// time between two saves of a rank, none to save after each block that is read.
    ///
    /// `tell` is told, on every rank alike and before the input is read, where the job goes on, and warned if
    /// nothing keeps other jobs out of the folder.
    pub fn new(folder: &'a Path, resume: bool, every: Duration, tell: &'a dyn Fn(&str)) -> Self {
        Self { path: folder, resume, every, tell, held: OnceCell::new() }
    }

    /// The folder, locked.
    fn hold(&self, comm: &Comm) -> Result<&Arc<Folder>> {
        if self.held.get().is_none() {
            let folder = Arc::new(comm.agree(Folder::make(self.path))?);
            let lock = Lock::take(comm, &folder, self.tell)?;
            drop(self.held.set((folder, lock)));
        }
        Ok(&self.held.get().expect("set above").0)
    }

    /// Removes what was saved by a job that has ended, on every rank, and leaves the folder to others. A rank
    /// that is killed meanwhile leaves files of which some say so.
    ///
    /// # Errors
    /// [`crate::Error::File`] if the folder cannot be written. All ranks return the same.
    pub fn finish(self, comm: &Comm) -> Result<()> {
        self.held.get().map_or(Ok(()), |(folder, _)| clear(comm, folder))
    }
}

/// Removes all files of checkpoints.
fn clear(comm: &Comm, folder: &Folder) -> Result<()> {
    comm.agree(folder.mark_done())?;
    comm.agree(folder.remove(|_, _| true))
}

/// An input that can be read in parts.
pub(super) struct Input<'a> {
    /// What the graph and its forest are, in words: other words, another checkpoint.
    pub(super) graph: String,
    pub(super) known: Graph,
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
) -> Result<Assignment> {
    let untouched = [Segment::untouched(input.whole.clone())];
    let share = |segments: &[Segment]| {
        comm.agree(segment::part(segments, comm.rank(), comm.size(), input.cut))
    };
    let Some(checkpoint) = checkpoint else {
        let segments = share(&untouched)?.into_iter().map(|(_, segment)| segment).collect();
        return Ok(Assignment { segments, writer: None });
    };
    let folder = checkpoint.hold(comm)?;
    let Recovery { found, next } = recovery::look(comm, checkpoint, folder, input)?;
    let (rank, of) = (comm.rank() as u64, comm.size() as u64);
    let name = Name { generation: next, of, rank };
    let saved = match found {
        Found::Own(saved) => saved,
        Found::Nothing { files } => {
            if files {
                clear(comm, folder)?;
            }
            if checkpoint.resume {
                let what = "has no checkpoint yet: this job starts from the beginning";
                (checkpoint.tell)(&format!("{} {what}", shown(folder.path())));
            }
            // The standard library draws these at random.
            let job = comm.broadcast(0, vec![RandomState::new().build_hasher().finish()])[0];
            let segments = share(&untouched)?.into_iter().map(|(_, segment)| segment).collect();
            let head = FileHead { job, name, graph: input.graph.clone(), segments };
            comm.agree(Saved::write(folder, head, |_| Ok(())))?
        }
        Found::All(files) => {
            let segments: Vec<Segment> =
                files.iter().flat_map(|known| known.head.segments.iter().cloned()).collect();
            let mine = share(&segments)?;
            let from = mine.iter().filter(|(_, segment)| segment.edges > 0);
            let from: Vec<usize> = from.map(|(from, _)| *from).collect();
            let segments = mine.into_iter().map(|(_, segment)| segment).collect();
            let head = FileHead { name, segments, ..files[0].head.clone() };
            comm.agree(Saved::write(folder, head, |out| copy(folder, &files, &from, out)))?
        }
    };
    let now = saved.known.head.name;
    // No rank of this job is writing now.
    let is_left = |other: Name, role: Role| {
        (other.generation, other.of) != (now.generation, now.of) || role == Role::Unfinished
    };
    comm.agree(folder.remove(is_left))?;
    let segments = saved.known.head.segments.iter().cloned().collect();
    let writer = Writer::new(folder.clone(), saved, checkpoint.every, input.known);
    Ok(Assignment { segments, writer: Some(writer) })
}

/// Copies the edges of some segments, by their positions among those of all files, in order.
fn copy(folder: &Folder, files: &[Known], segments: &[usize], out: &mut Out<'_>) -> Result<()> {
    let (mut first, mut wanted) = (0, segments.iter().peekable());
    for known in files {
        let end = first + known.head.segments.len();
        let here = |segment: &&usize| **segment < end;
        if wanted.peek().is_some_and(here) {
            let saved = known.open(folder)?;
            while let Some(segment) = wanted.next_if(here) {
                out.copy(saved.body(segment - first))?;
            }
        }
        first = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
