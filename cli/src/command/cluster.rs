//! `mst cluster`: jobs on several real machines.

use crate::cluster;
use mst::comm;
use mst::error::{Error, Result};
use std::ffi::OsString;
use std::path::PathBuf;

/// Run jobs on several real machines, and find out which options mpirun needs
#[derive(Debug, clap::Args)]
#[command(after_help = "\
On the first of the machines:
  mst cluster init HOST...    a HOST is a name or address that ssh accepts; this machine first
  mst cluster run compare GRAPH
The user and the program's path must be the same on all. `init` may be run again at any time, for
example after a build, after a change of address, or to add a host.")]
pub(super) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Check the hosts, copy the program to them, and write `hosts` and `cluster.env`
    Init {
        /// The hosts, this machine first
        #[arg(required = true, value_name = "HOST", allow_hyphen_values = true)]
        hosts: Vec<OsString>,
    },
    /// Run mst on all hosts, one rank on each, with the options in `cluster.env`
    Run {
        /// The arguments for mst, for example: compare roads.gr
        #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Copy a file to the same place on every host
    Push {
        /// The file
        file: PathBuf,
    },
    /// Say what is wrong with the hosts now, if anything, as `mst doctor` does
    Status,
}

impl Args {
    /// Does the task and returns the exit code. No task needs a world in this process; `run` starts
    /// one with mpirun.
    pub(super) fn start(&self) -> Result<u8> {
        if comm::is_started() {
            let what = "mst cluster starts mpirun itself: run mst cluster run ... without mpirun";
            return Err(Error::usage("cluster", what));
        }
        match &self.task {
            Task::Init { hosts } => cluster::init(hosts).map(|()| 0),
            Task::Run { arguments } => cluster::run(arguments),
            Task::Push { file } => cluster::push(file).map(|()| 0),
            Task::Status => cluster::status().map(|()| 0),
        }
    }
}
