//! What an examination is asked for and what it found.

use super::graph::Size;
use super::{HostReport, Problem, Settings};
use crate::text::count;
use mst::error::{Error, Result};
use mst::partition::{Files, Source};
use serde::Serialize;
use std::path::PathBuf;

/// What to examine besides the hosts.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// Files that every host should have.
    pub files: Vec<PathBuf>,
    /// A graph that should fit in memory.
    pub graph: Option<Source>,
    /// The hostfile with the hosts that the job should run on.
    pub hostfile: Option<PathBuf>,
    /// The networks or cards that MPI is restricted to, if the environment does not say.
    pub mpi_networks: Option<String>,
    /// Whether `mst cluster` will start the job: it restricts MPI to the shared network by itself,
    /// and calls mpirun with options of its own.
    pub by_cluster: bool,
}

/// The facts and problems that were found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// The hosts that answered.
    pub hosts: Vec<HostReport>,
    /// The links that were measured.
    pub pairs: Vec<HostLink>,
    /// The problems.
    pub problems: Vec<Problem>,
    /// How to start a job on the hosts of a hostfile, if all have answered and share a network.
    #[serde(skip)]
    pub settings: Option<Settings>,
}

/// The link between two hosts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HostLink {
    /// The hosts, as indices into [`Findings::hosts`], the lower first.
    pub hosts: [usize; 2],
    /// Time until a short message arrives, seconds.
    pub latency: f64,
    /// Bandwidth for long messages in the slower direction, bytes per second.
    pub bandwidth: f64,
}

impl Findings {
    /// `Ok` if no problem was found.
    ///
    /// # Errors
    /// [`Error::Found`], with the number of problems.
    pub fn verdict(&self) -> Result<()> {
        match self.problems.len() as u64 {
            0 => Ok(()),
            problems => {
                let what = format!("{} found", count(problems, "problem"));
                Err(Error::Found { problems, what })
            }
        }
    }
}

impl Examination {
    /// The files that every host should have, a graph's among them.
    pub(super) fn all_files(&self) -> Vec<PathBuf> {
        let graph = match &self.graph {
            Some(Source::File { path, .. }) => vec![path.clone()],
            Some(Source::Files { files: Files::OfRank(_), .. }) => Vec::new(),
            Some(Source::Files { files, .. }) => files.paths(1).unwrap_or_default(),
            Some(Source::Generated(_)) | None => Vec::new(),
        };
        let others = graph.into_iter().filter(|path| !self.files.contains(path));
        self.files.iter().cloned().chain(others).collect()
    }

    /// The size of the graph, if there is one.
    pub(super) fn size(&self) -> Result<Option<Size>> {
        self.graph.as_ref().map(Size::of).transpose()
    }
}
