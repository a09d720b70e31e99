//! Checkpoints: each rank saves how far it has read, and the forest of what it has read.
//!
//! MSF(A + B) = MSF(MSF(A) + B), so the forest of the part that was read stands for it. Each rank
//! has a file of its own and saves at any time: segments are independent, and together they are the
//! input. A job that resumes with other ranks distributes them anew. Its files are then of a new
//! generation, and the old ones are removed once all new ones are there. So at any moment a job can
//! resume from the newest generation of which all files are there.
//!
//! With the same ranks on the same hosts, a rank needs only its own file, and each host may have a
//! folder of its own. Otherwise every rank has to see all files.
//!
//! One job at a time holds the folder ([`lock`]). What is in it is not trusted: no link is followed
//! ([`folder`]), and what a file says is compared with its checksums ([`file`]) and the input
//! ([`validate`]). All of that can be forged, so the forest of a job that resumes is proved.

mod file;
mod folder;
mod lock;
mod mount;
mod recovery;
mod validate;
mod writer;

pub(super) use writer::Writer;

use super::outline::Outline;
use super::segment::Segment;
use crate::comm::Comm;
use crate::error::{Result, shown};
use file::{FileHead, KnownFile, Out, Saved};
use folder::{Folder, RankFile, Role};
use lock::Lock;
use recovery::{Recovery, SavedProgress};
use std::cell::OnceCell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Returns the segments that this rank gets of those given, each with the position of the one it
/// was cut from.
pub(super) type Deal<'a> = &'a dyn Fn(&[Segment]) -> Result<Vec<(usize, Segment)>>;

/// Where a job saves its progress, and how often.
pub struct Checkpoint<'a> {
    path: &'a Path,
    resume: bool,
    every: Duration,
    tell: &'a dyn Fn(&str),
    /// The folder and its lock, once this job holds it.
    held: OnceCell<(Arc<Folder>, Lock)>,
}

impl<'a> Checkpoint<'a> {
    /// A checkpoint in `folder`, which is made if there is none. `resume` says whether to resume
    /// from the files in it; `every` is the time between two saves of a rank, zero to save after
    /// each block that is read.
    ///
    /// `tell` is called on every rank alike, before the input is read: to say where the job
    /// resumes, and to warn if nothing keeps other jobs out of the folder.
    pub fn new(folder: &'a Path, resume: bool, every: Duration, tell: &'a dyn Fn(&str)) -> Self {
        Self { path: folder, resume, every, tell, held: OnceCell::new() }
    }

    /// The folder, which is locked first if it is not yet.
    fn hold(&self, comm: &Comm) -> Result<&Arc<Folder>> {
        if self.held.get().is_none() {
            let folder = Arc::new(comm.agree(Folder::make(self.path))?);
            let lock = Lock::take(comm, &folder, self.tell)?;
            drop(self.held.set((folder, lock)));
        }
        Ok(&self.held.get().expect("set above").0)
    }

    /// Opens this rank's own file, which says what it has to read: its share of an input, or what
    /// it resumes from.
    ///
    /// # Errors
    /// As `deal`; if the folder has the checkpoint of an unfinished job and this job was not asked
    /// to resume; if it cannot resume, since a file is damaged, belongs to another graph, is
    /// missing, or is not visible to a rank that needs it. All ranks return the same.
    pub(super) fn open(&self, comm: &Comm, outline: &Outline, deal: Deal<'_>) -> Result<Writer> {
        let folder = self.hold(comm)?;
        let Recovery { found, next } = recovery::look(comm, self, folder, outline)?;
        let (rank, of) = (comm.rank() as u64, comm.size() as u64);
        let name = RankFile { generation: next, of, rank };
        let saved = match found {
            SavedProgress::Own(saved) => saved,
            SavedProgress::Nothing { files } => {
                if files {
                    clear(comm, folder)?;
                }
                self.begin(comm, folder, name, outline, deal)?
            }
            SavedProgress::All(files) => deal_anew(comm, folder, name, &files, deal)?,
        };
        let now = saved.known.head.name;
        // No rank of this job is writing now.
        let is_left = |other: RankFile, role: Role| {
            (other.generation, other.of) != (now.generation, now.of) || role == Role::Unfinished
        };
        comm.agree(folder.remove(is_left))?;
        Ok(Writer::new(folder.clone(), saved, self.every, outline.facts))
    }

    /// Writes the file of a rank that has read nothing.
    fn begin(
        &self,
        comm: &Comm,
        folder: &Folder,
        name: RankFile,
        outline: &Outline,
        deal: Deal<'_>,
    ) -> Result<Saved> {
        if self.resume {
            let what = "has no checkpoint yet: this job starts from the beginning";
            (self.tell)(&format!("{} {what}", shown(folder.path())));
        }
        // The standard library seeds these hashers at random.
        let job = comm.broadcast(0, vec![RandomState::new().build_hasher().finish()])[0];
        let dealt = deal(&[Segment::untouched(outline.whole.clone())])?;
        let segments = dealt.into_iter().map(|(_, segment)| segment).collect();
        let head = FileHead { job, name, graph: outline.graph.clone(), segments };
        comm.agree(Saved::write(folder, head, |_| Ok(())))
    }

    /// Removes the files of a job that is done, on every rank, and unlocks the folder. If a rank is
    /// killed meanwhile, some of the files left over say that the job is done.
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

/// Writes the file of a rank that resumes from the files of other ranks.
fn deal_anew(
    comm: &Comm,
    folder: &Folder,
    name: RankFile,
    files: &[KnownFile],
    deal: Deal<'_>,
) -> Result<Saved> {
    let segments: Vec<Segment> =
        files.iter().flat_map(|known| known.head.segments.iter().cloned()).collect();
    let mine = deal(&segments)?;
    let from = mine.iter().filter(|(_, segment)| segment.edges > 0);
    let from: Vec<usize> = from.map(|(from, _)| *from).collect();
    let segments = mine.into_iter().map(|(_, segment)| segment).collect();
    let head = FileHead { name, segments, ..files[0].head.clone() };
    comm.agree(Saved::write(folder, head, |out| copy(folder, files, &from, out)))
}

/// Copies the edges of some segments in order, given by their positions among the segments of all
/// files.
fn copy(folder: &Folder, files: &[KnownFile], segments: &[usize], out: &mut Out<'_>) -> Result<()> {
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
