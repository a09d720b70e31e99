//! Options for jobs that may be ended before they are done.

use crate::partition::Checkpoint;
use std::path::PathBuf;
use std::time::Duration;

/// Where to save how far a job is.
#[derive(Debug, clap::Args)]
pub(super) struct Saving {
    /// Save in this folder how far each rank is with reading, so that a job that was ended can go on; the
    /// files are removed when the job is done
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,

    /// Go on from what --checkpoint has saved, with any number of ranks; from the beginning if it has
    /// nothing
    #[arg(long, requires = "checkpoint")]
    resume: bool,

    /// The time between two saves of a rank
    #[arg(long, value_name = "SECONDS", default_value = "60", requires = "checkpoint")]
    checkpoint_every: u64,
}

impl Saving {
    /// Whether anything is saved.
    pub(super) fn is_on(&self) -> bool {
        self.checkpoint.is_some()
    }

    /// What to load a graph with; `tell` is told where a job goes on.
    pub(super) fn checkpoint<'a>(&'a self, tell: &'a dyn Fn(&str)) -> Option<Checkpoint<'a>> {
        let folder = self.checkpoint.as_deref()?;
        let every = Duration::from_secs(self.checkpoint_every);
        Some(Checkpoint::new(folder, self.resume, every, tell))
    }
}
