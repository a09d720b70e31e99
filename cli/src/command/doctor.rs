//! `mst doctor`: examines the hosts of a job, or those of a hostfile before any job works.

use super::common::InputArgs;
use super::world::{LEAST_TO_MEET, WorldArgs};
use crate::console::{ResultPrinter, write_stdout};
use crate::doctor::{self, Examination, Facts, Findings, Hostfile};
use mst::comm::{self, Comm};
use mst::error::Result;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::slice;

/// Look at the hosts and the links between them, and say what is wrong
#[derive(Debug, clap::Args)]
#[command(after_help = "\
In a job, each rank reports its host:        mpirun -hostfile hosts ./mst doctor
Before any job works, ask the hosts by ssh:  mst doctor --hostfile hosts
Exit code 1 if there is a problem; each problem is one line with the command that fixes it.")]
pub(super) struct Args {
    /// A file that lists the hosts; without mpirun they are asked over ssh
    #[arg(long, value_name = "FILE")]
    hostfile: Option<PathBuf>,

    /// A file that every host should have; may be given several times
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,

    /// A graph that should fit in memory: a file or a generator, for example
    /// gnm:n=1e6,m=8e6,seed=1
    #[arg(long, value_name = "GRAPH")]
    graph: Option<OsString>,

    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    helper: HelperArgs,

    #[command(flatten)]
    world: WorldArgs,
}

/// What the doctor starts on a host that it asks over ssh.
#[derive(Debug, clap::Args)]
struct HelperArgs {
    /// Print the facts of this host as one JSON object
    #[arg(long, hide = true)]
    tell: bool,

    /// Listen on a free port until standard input ends
    #[arg(long, hide = true)]
    listen: bool,

    /// Try to connect to listeners
    #[arg(long, hide = true, value_delimiter = ',')]
    connect: Vec<SocketAddr>,
}

impl Args {
    /// Examines the hosts of the job, or, if there is no job, those of the hostfile. Returns the
    /// exit code.
    pub(super) fn start(&self) -> Result<u8> {
        if self.helper.tell {
            let facts = Facts::here(comm::linked_library(), &self.file);
            let object = serde_json::to_string(&facts).expect("plain fields");
            return write_stdout(format!("{object}\n").as_bytes()).map(|()| 0);
        }
        if self.helper.listen {
            let print_port = |port| write_stdout(format!("@mst port {port}\n").as_bytes());
            return doctor::listen(io::stdin(), print_port).map(|()| 0);
        }
        if !self.helper.connect.is_empty() {
            return self.helper.connect().map(|()| 0);
        }
        let graph =
            self.graph.as_ref().map(|graph| InputArgs::default().named(slice::from_ref(graph)));
        let graph = graph.transpose()?;
        let (files, hostfile) = (self.file.clone(), self.hostfile.clone());
        let question = Examination { files, graph, hostfile, ..Examination::default() };
        match &self.hostfile {
            Some(hostfile) if self.world.ranks.is_none() && !comm::is_started() => {
                let found = doctor::reach(&Hostfile::read(hostfile)?, &question)?;
                self.print(&found).map(|()| 0)
            }
            _ => self.world.start_within(Some(LEAST_TO_MEET), |comm| self.run(comm, &question)),
        }
    }

    fn run(&self, comm: &Comm, question: &Examination) -> Result<()> {
        let found = doctor::examine(comm, question)?;
        comm.agree(if comm.rank() == 0 { self.print(&found) } else { Ok(()) })
    }

    /// Prints what was found.
    fn print(&self, found: &Findings) -> Result<()> {
        let printer =
            ResultPrinter { json: self.json, quiet: self.world.job.quiet, file_on_stdout: false };
        printer.print(found, || doctor::shown(found))?;
        found.verdict()
    }
}

impl HelperArgs {
    /// Says which targets cannot be connected to, and why.
    fn connect(&self) -> Result<()> {
        let tried = self.connect.iter().zip(doctor::connect(&self.connect));
        let lines = tried
            .filter_map(|(target, tried)| Some(format!("@mst no {target} {}\n", tried.err()?)));
        write_stdout(lines.collect::<String>().as_bytes())
    }
}
