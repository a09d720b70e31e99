//! Options for jobs that may be interrupted.

use mst::error::{Error, shown};
use mst::partition::Checkpoint;
use std::path::PathBuf;
use std::time::Duration;

/// Options for saving and resuming checkpoints.
#[derive(Debug, clap::Args)]
pub(super) struct Saving {
    /// Save in this folder how far each rank has read, so that an interrupted job can be resumed;
    /// the files are removed when the job is done. Only one job at a time can use the folder
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,

    /// Resume from what --checkpoint saved, with any number of ranks; from the beginning if it
    /// saved nothing. The forest is proved, as with --verify: whoever can write to DIR could have
    /// changed it
    #[arg(long, requires = "checkpoint")]
    resume: bool,

    /// Trust what --resume finds, and do not prove the forest
    #[arg(long, requires = "resume", conflicts_with = "verify")]
    no_verify: bool,

    /// The time between two saves of a rank
    #[arg(long, value_name = "SECONDS", default_value = "60", requires = "checkpoint")]
    checkpoint_every: u64,
}

impl Saving {
    /// Whether the job saves checkpoints.
    pub(super) fn is_on(&self) -> bool {
        self.checkpoint.is_some()
    }

    /// Why the forest must be proved, if the reason is a resumed checkpoint.
    pub(super) fn proof(&self) -> Option<String> {
        let folder = self.checkpoint.as_ref().filter(|_| self.resume && !self.no_verify)?;
        Some(format!(
            "--resume implies --verify, because whoever can write to {} could have changed what \
             was saved; --no-verify skips the proof",
            shown(folder)
        ))
    }

    /// The checkpoint to load a graph with, if one is asked for; `tell` gets a line that says where
    /// the job resumes.
    pub(super) fn checkpoint<'a>(&'a self, tell: &'a dyn Fn(&str)) -> Option<Checkpoint<'a>> {
        let folder = self.checkpoint.as_deref()?;
        let every = Duration::from_secs(self.checkpoint_every);
        Some(Checkpoint::new(folder, self.resume, every, tell))
    }

    /// The error of a job. If a proof failed after a resume, the error also names the checkpoint as
    /// a possible cause.
    pub(super) fn with_cause(&self, error: Error) -> Error {
        match &self.checkpoint {
            Some(folder) if self.resume && error.exit_code() == 3 => Error::proof(format!(
                "{error}; the files in {} may have been changed: remove them to start from the \
                 beginning",
                shown(folder)
            )),
            _ => error,
        }
    }
}
