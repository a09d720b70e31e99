//! The world that a command runs in: the number of ranks and threads, the watchdog, and messages
//! during the work.

use crate::console::{self, note, print_error};
use crate::doctor::{self, Facts};
use crate::text;
use clap::builder::RangedU64ValueParser;
use mst::comm::{self, Comm, Reduction};
use mst::error::Result;
use mst::format;
use mst::graph::Slice;
use mst::partition::Loaded;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

/// The shortest time limit for started ranks to meet.
pub(super) const LEAST_TO_MEET: Duration = Duration::from_secs(15);

/// The time limit for ranks to meet, as a multiple of `--timeout`. No watchdog runs until they have
/// met.
const TO_MEET: u64 = 3;

/// Options for the world and for messages.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct WorldArgs {
    /// Threads on each rank, up to 1024 [default: its share of the host's cores]
    #[arg(short, long, value_name = "NUM", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(super) threads: Option<usize>,

    /// Ranks inside this process instead of MPI's, up to 512; not under mpirun
    #[arg(short, long, value_name = "NUM", value_parser = RangedU64ValueParser::<usize>::new().range(1..=512))]
    pub(super) ranks: Option<usize>,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

/// Options for messages and the watchdog.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct JobArgs {
    /// End the job if a rank's process (not its work) does not answer for this long
    #[arg(long, env = "MST_TIMEOUT", value_name = "SECONDS", value_parser = parse_timeout)]
    timeout: Option<Timeout>,

    /// Print only errors and what was asked for
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// Seconds. An empty environment variable gives `None`.
#[derive(Clone, Copy, Debug)]
struct Timeout(Option<u64>);

fn parse_timeout(text: &str) -> Result<Timeout, String> {
    const MOST: u64 = 86_400;
    if text.is_empty() {
        return Ok(Timeout(None));
    }
    let seconds = text.parse().ok().filter(|seconds| (1..=MOST).contains(seconds));
    let wrong = || format!("expected seconds as a whole number from 1 to {MOST}");
    seconds.map(|seconds| Timeout(Some(seconds))).ok_or_else(wrong)
}

impl WorldArgs {
    fn timeout_seconds(&self) -> Option<u64> {
        self.job.timeout.and_then(|Timeout(seconds)| seconds)
    }

    /// Starts the world and runs `job` on each rank; rank 0 prints an error. Returns the exit code.
    pub(super) fn start<R>(&self, job: impl Fn(&Comm) -> Result<R> + Sync) -> Result<u8> {
        let to_meet = self.timeout_seconds().map(|seconds| Duration::from_secs(TO_MEET * seconds));
        self.start_within(to_meet.map(|time| time.max(LEAST_TO_MEET)), job)
    }

    /// Like [`WorldArgs::start`], but ends the job if the ranks have not met after `to_meet`.
    pub(super) fn start_within<R>(
        &self,
        to_meet: Option<Duration>,
        job: impl Fn(&Comm) -> Result<R> + Sync,
    ) -> Result<u8> {
        let met = to_meet.map(end_unless_met);
        comm::start(self.ranks, self.threads, |comm| {
            let visible = comm.rank() == 0 && !self.job.quiet && std::io::stderr().is_terminal();
            let bars = visible.then(|| console::Bars::start(comm.progress().clone()));
            self.watch(comm);
            met.iter().for_each(|met| met.store(true, Relaxed));
            let result = job(comm);
            drop(bars);
            match result {
                Ok(_) => 0,
                Err(error) => {
                    if comm.rank() == 0 {
                        print_error(&error);
                    }
                    error.exit_code()
                }
            }
        })
    }

    /// Starts the watchdog if `--timeout` is given. Warns if the ranks cannot reach rank 0 other
    /// than by MPI, or if strangers tried to connect.
    fn watch(&self, comm: &Comm) {
        let Some(seconds) = self.timeout_seconds() else { return };
        let print = |what: &str| print_error(&what);
        let line = match comm.watch(Duration::from_secs(seconds), console::catch_sigterm, print) {
            Ok(None) => return,
            Ok(Some(strangers)) => format!(
                "warning: {strangers}: someone may scan or attack {}",
                comm.topology().ranks[0].name
            ),
            Err(unreached) => format!(
                "warning: --timeout has no effect, because {unreached} can reach rank 0 only by \
                 MPI: a firewall may block other ports"
            ),
        };
        self.note(comm, &line);
    }

    /// Warns about problems with cores that would make the times misleading.
    pub(super) fn warn_of_cores(&self, comm: &Comm) {
        for problem in doctor::cores(comm.topology()) {
            self.note(comm, &format!("warning: {problem}"));
        }
    }

    /// Prints the notes about how a graph was read.
    pub(super) fn note_all(&self, comm: &Comm, loaded: &Loaded) {
        loaded.notes.iter().for_each(|note| self.note(comm, note));
    }

    /// Warns if ids imply far more vertices than `edges`, of the graph or of its forest, can touch.
    pub(super) fn warn_of_gaps(&self, comm: &Comm, loaded: &Loaded, edges: u64) {
        let warning = text::gaps(loaded.slice.vertices(), edges).filter(|_| loaded.n_by_ids);
        warning.iter().for_each(|warning| self.note(comm, warning));
    }

    /// Warns if the graph of all ranks' blocks, written to `path`, has lost vertices there.
    pub(super) fn warn_of_lost(&self, comm: &Comm, path: &Path, block: &Slice) {
        let mut lost = [format::lost_vertices(path, block)];
        comm.all_reduce(&mut lost, Reduction::Minimum);
        let warning = text::lost(path, lost[0]);
        warning.iter().for_each(|warning| self.note(comm, warning));
    }

    /// Prints a line on stderr, on rank 0, unless quiet.
    pub(super) fn note(&self, comm: &Comm, line: &str) {
        if comm.rank() == 0 && !self.job.quiet {
            note(&line);
        }
    }
}

/// Ends the job if the returned flag is not set after `limit`: if MPI hangs at its first
/// message, the ranks cannot compare what they know. Does nothing if no launcher started this
/// process.
pub(super) fn end_unless_met(limit: Duration) -> Arc<AtomicBool> {
    let met = Arc::new(AtomicBool::new(false));
    if comm::is_started() {
        let met = Arc::clone(&met);
        thread::spawn(move || end_unless(&met, limit));
    }
    met
}

fn end_unless(met: &AtomicBool, limit: Duration) {
    thread::sleep(limit);
    if met.load(Relaxed) {
        return;
    }
    super::print_before_world(super::is_first_process(), || {
        let cards = Facts::here(String::new(), &[]).addresses;
        let cards: Vec<String> = cards.iter().map(ToString::to_string).collect();
        print_error(&format_args!(
            "the other ranks did not answer within {} s: MPI hangs at its first message, probably \
             because of a firewall or several network cards (here: {}); without mpirun, `mst \
             doctor --hostfile HOSTS` finds out over ssh which one",
            limit.as_secs(),
            cards.join(", ")
        ));
    });
    comm::end_at_once(1);
}
