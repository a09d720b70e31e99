//! Options that several commands share.

use super::doctor::{LEAST_TO_MEET, end_unless_met};
use super::output::say_result;
use super::{bars, tell};
use crate::comm::{self, Comm, Link};
use crate::distributed::Plan;
use crate::doctor;
use crate::error::{Error, Result};
use crate::format::{Columns, Format};
use crate::generate::Spec;
use crate::local::Algorithm;
use crate::measure::{Job, Run};
use crate::partition::{InputFrom, Memory, Request, Source, fair_share};
use crate::report;
use crate::verify::VERTEX_BYTES;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use serde::Serialize;
use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How many times as long as a rank may be silent the ranks may take to meet: nobody watches until then.
const TO_MEET: u64 = 3;

/// The world to run in and what to say on the way.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct World {
    /// Threads on each rank, up to 1024 [default: its share of the host's cores]
    #[arg(short, long, value_name = "NUM", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(super) threads: Option<usize>,

    /// Ranks inside this process instead of MPI's, up to 512; not under mpirun
    #[arg(short, long, value_name = "NUM", value_parser = RangedU64ValueParser::<usize>::new().range(1..=512))]
    pub(super) ranks: Option<usize>,

    /// End the job when a rank's process, not its work, has not answered for so long
    #[arg(long, env = "MST_TIMEOUT", value_name = "SECONDS", value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400))]
    pub(super) timeout: Option<u64>,

    /// Say nothing but errors and what was asked for
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// How to read a graph.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Input {
    /// The input's format [default: by its content, then its name]
    #[arg(short, long, value_name = "FORMAT", value_parser = formats())]
    pub(super) format: Option<Format>,

    /// Columns of u, v and weight in a text file, from 1; two columns: no weights
    #[arg(short, long, value_name = "U,V[,W]")]
    pub(super) columns: Option<Columns>,

    /// Who reads a file: each rank its part, or rank 0 for all [default: all, if all have it]
    #[arg(long, value_name = "WHO")]
    pub(super) input_from: Option<From>,
}

/// Who reads a file.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum From {
    All,
    Root,
}

/// How ranks combine their forests; `None` to choose by a model.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Combine(pub(super) Option<Plan>);

/// What solve and compare share.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Common {
    #[command(flatten)]
    pub(super) world: World,

    #[command(flatten)]
    pub(super) input: Input,

    /// How a rank makes its forest; all give the same one
    #[arg(short, long, default_value = Algorithm::default().name(), value_parser = algorithms())]
    pub(super) algorithm: Algorithm,

    /// How ranks combine theirs: by auto, or gather, tree, filter or boruvka, each also after contract+
    /// or shuffle+contract+; all give the same one
    #[arg(long, value_name = "STAGES", default_value = "auto", value_parser = plans(), hide_possible_values = true)]
    pub(super) combine: Combine,

    /// The link that --combine auto counts with, as 1gbit,100us [default: it is measured]
    #[arg(long, value_name = "RATE,LATENCY")]
    pub(super) link: Option<Link>,

    /// Find the maximum spanning forest
    #[arg(long)]
    pub(super) max: bool,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

fn algorithms() -> impl TypedValueParser<Value = Algorithm> {
    let find = |name: String| Algorithm::ALL.into_iter().find(|a| a.name() == name);
    PossibleValuesParser::new(Algorithm::ALL.map(Algorithm::name))
        .map(move |name| find(name).expect("one of the possible values"))
}

fn plans() -> impl TypedValueParser<Value = Combine> {
    let names = ["auto".to_owned()].into_iter().chain(Plan::all().map(Plan::name));
    PossibleValuesParser::new(names.collect::<Vec<_>>())
        .map(|name| Combine(Plan::all().find(|plan| plan.name() == name)))
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .map(|name| name.parse().expect("one of the possible values"))
}

impl World {
    /// Starts the world and runs `job` on each rank; rank 0 tells an error. Returns the exit code.
    pub(super) fn start<R>(&self, job: impl Fn(&Comm) -> Result<R> + Sync) -> Result<u8> {
        let to_meet = self.timeout.map(|patience| Duration::from_secs(TO_MEET * patience));
        self.start_within(to_meet.map(|time| time.max(LEAST_TO_MEET)), job)
    }

    /// As [`World::start`]; if the ranks have not met after `to_meet`, the job ends.
    pub(super) fn start_within<R>(
        &self,
        to_meet: Option<Duration>,
        job: impl Fn(&Comm) -> Result<R> + Sync,
    ) -> Result<u8> {
        let met = to_meet.map(end_unless_met);
        comm::start(self.ranks, self.threads, |comm| {
            let visible = comm.rank() == 0 && !self.quiet && std::io::stderr().is_terminal();
            let bars = visible.then(|| bars::Bars::start(comm.progress().clone()));
            self.watch(comm);
            met.iter().for_each(|met| met.store(true, Relaxed));
            let result = job(comm);
            drop(bars);
            match result {
                Ok(_) => 0,
                Err(error) => {
                    if comm.rank() == 0 {
                        tell(&error);
                    }
                    error.exit_code()
                }
            }
        })
    }

    /// Has the ranks watch each other, if that was asked for and they can reach each other beside MPI.
    fn watch(&self, comm: &Comm) {
        let Some(seconds) = self.timeout else { return };
        let say = |what: &str| bars::above(|| tell(&what));
        let line = match comm.watch(Duration::from_secs(seconds), say) {
            Ok(None) => return,
            Ok(Some(strangers)) => format!(
                "warning: {strangers}: does somebody scan or attack {}?",
                comm.members().ranks[0].name
            ),
            Err(unreached) => format!(
                "warning: --timeout is without effect, since {unreached} cannot reach rank 0 but by MPI: \
                 does a firewall let only some ports through?"
            ),
        };
        self.note(comm, &line);
    }

    /// Says a line on stderr, on rank 0, unless quiet.
    pub(super) fn note(&self, comm: &Comm, line: &str) {
        if comm.rank() == 0 && !self.quiet {
            bars::above(|| eprintln!("mst: {line}"));
        }
    }
}

impl Common {
    /// Warns of what would make the times mislead.
    pub(super) fn warn(&self, comm: &Comm) {
        for problem in doctor::cores(comm.members()) {
            self.world.note(comm, &format!("warning: {problem}"));
        }
    }

    /// Prints a result on standard output: as one JSON object, or the table unless quiet.
    pub(super) fn say(
        &self,
        result: &impl Serialize,
        table: impl FnOnce() -> String,
    ) -> Result<()> {
        say_result(self.json, self.world.quiet, result, table)
    }

    /// A job with these options, run once without more.
    pub(super) fn job(&self) -> Job {
        Job {
            algorithm: self.algorithm,
            plan: self.combine.0,
            link: self.link,
            explain: false,
            reps: 1,
            warm_up: false,
            verify: false,
        }
    }

    /// Says which plan was chosen and why, if one was.
    pub(super) fn say_choice(&self, comm: &Comm, run: &Run) {
        if let Some(choice) = &run.choice {
            self.world.note(comm, &report::chosen(choice));
        }
    }

    /// The memory that a vertex needs on each rank.
    pub(super) fn vertex_bytes(&self, proof: bool) -> u64 {
        let combined = self.combine.0.map_or(0, Plan::vertex_bytes);
        self.algorithm.vertex_bytes().max(combined).max(if proof { VERTEX_BYTES } else { 0 })
    }
}

impl Input {
    /// The source that a GRAPH argument names.
    ///
    /// # Errors
    /// If it is a generator's spec with a mistake, or options that only files have stand beside one.
    pub(super) fn source(&self, graph: &OsStr) -> Result<Source> {
        let Some(spec) = graph.to_str().filter(|text| Spec::looks_like(text)) else {
            let path = PathBuf::from(graph);
            return Ok(Source::File { path, format: self.format, columns: self.columns });
        };
        if self.format.is_some() || self.columns.is_some() || self.input_from.is_some() {
            let what = "--format, --columns and --input-from are for files, not for generators";
            return Err(Error::Usage(what.to_owned()));
        }
        spec.parse().map(Source::Generated)
    }

    /// A request for all of `source`, in memory, for no forest yet.
    pub(super) fn request<'a>(&self, comm: &Comm, source: &'a Source) -> Request<'a> {
        let from = self.input_from.map(|from| match from {
            From::All => InputFrom::All,
            From::Root => InputFrom::Root,
        });
        let memory = Memory::Within(fair_share(comm));
        Request { source, from, descending: false, vertex_bytes: 0, memory }
    }
}
