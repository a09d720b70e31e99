//! The command line: one file and one `Args` struct for each command; no algorithm here.

mod checkpoint;
mod cluster;
mod common;
mod compare;
mod convert;
mod dendrogram;
mod doctor;
mod generate;
mod manual;
mod report;
mod rows;
mod selftest;
mod solve;
mod sweep;
mod verify;
mod world;

use crate::console::{print_error, report_panics_once, write_stdout};
use clap::builder::RangedU64ValueParser;
use clap::{CommandFactory, Parser, Subcommand};
use mst::comm::{self, Comm};
use mst::error::{Error, Result};
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;
use world::WorldArgs;

/// Minimum spanning forests of large weighted graphs: threads on one machine, MPI on several
#[derive(Parser)]
#[command(
    name = "mst",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    override_usage = "mst [COMMAND]",
    help_template = "{about}\n{usage-heading} {usage}\n\n{all-args}{after-help}" // 24 lines, a screen
)]
#[command(after_help = "\
GRAPH: a file, -, or gnm:n=1e6,m=8e6. Exit codes: 0 done, 1 failed, 2 usage, 3 proof failed, 101 bug")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Without a command: compare one rank with this many, inside this process
    #[arg(short, long, value_name = "NUM", value_parser = RangedU64ValueParser::<usize>::new().range(1..=512))]
    ranks: Option<usize>,
}

#[derive(Subcommand)]
enum Command {
    Solve(solve::Args),
    Compare(compare::Args),
    Sweep(sweep::Args),
    Report(report::Args),
    Generate(generate::Args),
    Convert(convert::Args),
    Dendrogram(dendrogram::Args),
    Verify(verify::Args),
    Selftest(selftest::Args),
    Doctor(doctor::Args),
    Cluster(cluster::Args),
    Completions(manual::Completions),
    Man(manual::Man),
}

/// Runs the program's command line on every rank and returns the exit code.
///
/// Rank 0 prints an error once, on its stderr.
pub fn main() -> ExitCode {
    report_panics_once();
    let is_first = is_first_process();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is not a failure: its reader has read enough.
            print_before_world(is_first, || drop(error.print()));
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let Some(command) = cli.command.or_else(|| default_command(cli.ranks)) else {
        let help = Cli::command().render_help();
        return match write_stdout(help.to_string().as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => ExitCode::from(error.exit_code()),
        };
    };
    let ended = command.start(is_first).and_then(|code| {
        if code == 0 && is_first {
            leave_mark()?;
        }
        Ok(code)
    });
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            print_before_world(is_first, || print_error(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The command if none is named: a comparison if there are ranks to compare with, else none.
fn default_command(ranks: Option<usize>) -> Option<Command> {
    let compares = ranks.is_some() || comm::is_started();
    compares.then(|| Command::Compare(compare::Args::default_run(ranks)))
}

impl Command {
    /// Starts a world and runs the command on each rank. Returns the exit code that the ranks agree
    /// on.
    fn start(&self, is_first: bool) -> Result<u8> {
        match self {
            Self::Solve(args) => args.common.world.start(|comm| args.run(comm)),
            Self::Compare(args) => args.common.world.start(|comm| args.run(comm)),
            Self::Sweep(args) => args.start(),
            Self::Verify(args) => args.world.start(|comm| args.run(comm)),
            Self::Selftest(args) => args.world.start(|comm| args.run(comm)),
            Self::Doctor(args) => args.start(),
            Self::Cluster(args) => args.start(),
            Self::Generate(args) => start_alone(&args.world, |solo| args.run(solo)),
            Self::Convert(args) => start_alone(&args.world, |solo| args.run(solo)),
            Self::Dendrogram(args) => start_alone(&args.world, |solo| args.run(solo)),
            Self::Report(_) | Self::Completions(_) | Self::Man(_) if !is_first => Ok(0),
            Self::Report(args) => args.run().map(|()| 0),
            Self::Completions(args) => args.run(&mut Cli::command()).map(|()| 0),
            Self::Man(args) => args.run(&Cli::command()).map(|()| 0),
        }
    }
}

/// Starts a world and runs `work` on its rank 0 alone. Returns the exit code.
fn start_alone(world: &WorldArgs, work: impl Fn(&Comm) -> Result<()> + Sync) -> Result<u8> {
    world.start(|comm| on_rank_zero(comm, &work))
}

/// Runs `work` on rank 0 alone, with the threads of all ranks on its host, while the other ranks
/// rest.
fn on_rank_zero<R>(comm: &Comm, work: impl FnOnce(&Comm) -> Result<R>) -> Result<Option<R>> {
    let result = if comm.rank() == 0 {
        let solo = Comm::solo(host_threads(comm), comm.progress().clone());
        solo.and_then(|solo| work(&solo)).map(Some)
    } else {
        Ok(None)
    };
    comm.sleeping_barrier();
    comm.agree(result)
}

/// The threads with which rank 0's host is busy alone: those of all its ranks, but no more than
/// cores that the rank is bound to, unless it was given more.
fn host_threads(comm: &Comm) -> usize {
    let topology = comm.topology();
    topology.threads_beside(0).min(topology.ranks[0].bound.max(1)).max(topology.threads[0])
}

/// Creates the empty file that `MST_DONE` names, as the last action of a job that succeeded. A
/// script can trust this file, but not the exit code: launchers have been seen to return 0 for a
/// job that failed.
fn leave_mark() -> Result<()> {
    let Some(path) = std::env::var_os("MST_DONE").map(PathBuf::from) else { return Ok(()) };
    let made = OpenOptions::new().write(true).create_new(true).open(&path).map(drop);
    match (made, path.metadata()) {
        // An empty file from an earlier job or from `mktemp` will do. Nothing is ever truncated.
        (Err(why), Ok(found))
            if why.kind() == ErrorKind::AlreadyExists && found.len() == 0 && found.is_file() =>
        {
            Ok(())
        }
        (made, _) => made.map_err(Error::file("write", &path)),
    }
}

/// Whether this process prints messages before there is a world: rank 0 does, and a process that no
/// launcher started.
fn is_first_process() -> bool {
    comm::launcher(|name| std::env::var(name).ok()).is_none_or(|launched| launched.rank == 0)
}

/// Prints, on rank 0 only, why this process ends before there is a world in which ranks could
/// agree.
///
/// The other ranks end half a second later, since launchers kill all ranks as soon as one has
/// failed, even the one that is about to print.
fn print_before_world(is_first: bool, print: impl FnOnce()) {
    if is_first { print() } else { thread::sleep(Duration::from_millis(500)) }
}
