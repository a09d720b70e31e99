//! Options that several commands share.

use super::doctor::{LEAST_TO_MEET, end_unless_met};
use super::speech::{aside, tell};
use super::{bars, standard_input};
use crate::comm::{self, Comm, Link};
use crate::distributed::Plan;
use crate::doctor;
use crate::error::{Error, Result};
use crate::format::{Decimal, Format, Selection, Separator, TextOptions};
use crate::generate::Spec;
use crate::local::Algorithm;
use crate::measure::{Job, Run};
use crate::partition::{InputFrom, Loaded, Memory, Request, Source, fair_share};
use crate::report;
use crate::verify::VERTEX_BYTES;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
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
    #[arg(long, env = "MST_TIMEOUT", value_name = "SECONDS", value_parser = patience)]
    timeout: Option<Patience>,

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

    /// Columns of u, v and weight in a text file, by places from 1 or by the names in its first line; two
    /// columns: no weights
    #[arg(short, long, value_name = "U,V[,W]")]
    pub(super) columns: Option<Selection>,

    /// What separates the columns of a text file [default: found out]
    #[arg(long, value_name = "WHAT", value_parser = separators())]
    pub(super) separator: Option<Separator>,

    /// The sign of decimals in a text file [default: found out]
    #[arg(long, value_name = "SIGN", value_parser = decimals())]
    pub(super) decimal: Option<Decimal>,

    /// The first id of a text file, 0 or 1 [default: 0]
    #[arg(long, value_name = "ID", value_parser = RangedU64ValueParser::<u64>::new().range(0..=1))]
    pub(super) first_id: Option<u64>,

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
    one_of(Algorithm::ALL, Algorithm::name)
}

fn plans() -> impl TypedValueParser<Value = Combine> {
    let names = ["auto".to_owned()].into_iter().chain(Plan::all().map(Plan::name));
    PossibleValuesParser::new(names.collect::<Vec<_>>())
        .map(|name| Combine(Plan::all().find(|plan| plan.name() == name)))
}

fn separators() -> impl TypedValueParser<Value = Separator> {
    one_of(Separator::ALL, Separator::name)
}

pub(super) fn decimals() -> impl TypedValueParser<Value = Decimal> {
    one_of(Decimal::ALL, Decimal::name)
}

/// A value of several that have names.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name)).map(move |told: String| {
        all.into_iter().find(|one| name(*one) == told).expect("one of the possible values")
    })
}

fn formats() -> impl TypedValueParser<Value = Format> {
    one_of(Format::ALL, Format::name)
}

/// Seconds, if any: a variable that is empty is none.
#[derive(Clone, Copy, Debug)]
struct Patience(Option<u64>);

fn patience(text: &str) -> Result<Patience, String> {
    const MOST: u64 = 86_400;
    if text.is_empty() {
        return Ok(Patience(None));
    }
    let seconds = text.parse().ok().filter(|seconds| (1..=MOST).contains(seconds));
    let wrong = || format!("seconds are a whole number from 1 to {MOST}");
    seconds.map(|seconds| Patience(Some(seconds))).ok_or_else(wrong)
}

impl World {
    fn patience(&self) -> Option<u64> {
        self.timeout.and_then(|Patience(seconds)| seconds)
    }

    /// Starts the world and runs `job` on each rank; rank 0 tells an error. Returns the exit code.
    pub(super) fn start<R>(&self, job: impl Fn(&Comm) -> Result<R> + Sync) -> Result<u8> {
        let to_meet = self.patience().map(|patience| Duration::from_secs(TO_MEET * patience));
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
        let Some(seconds) = self.patience() else { return };
        let say = |what: &str| tell(&what);
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

    /// Says what there is to say of how a graph was read.
    pub(super) fn note_all(&self, comm: &Comm, loaded: &Loaded) {
        loaded.notes.iter().for_each(|note| self.note(comm, note));
    }

    /// Warns where far more vertices were counted than `edges`, the graph's or its forest's, have.
    pub(super) fn warn_of_gaps(&self, comm: &Comm, loaded: &Loaded, edges: u64) {
        let warning = report::gaps(loaded.slice.n, edges).filter(|_| loaded.n_by_ids);
        warning.iter().for_each(|warning| self.note(comm, warning));
    }

    /// Says a line on stderr, on rank 0, unless quiet.
    pub(super) fn note(&self, comm: &Comm, line: &str) {
        if comm.rank() == 0 && !self.quiet {
            aside(&line);
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
    /// The source that a GRAPH argument names: for `-` what rank 0 reads of its standard input now, and how it
    /// is then read.
    ///
    /// # Errors
    /// As [`Input::named`]; if standard input cannot be kept. All ranks return the same.
    pub(super) fn source(&self, comm: &Comm, graph: &OsStr) -> Result<Source> {
        let source = self.named(graph)?;
        if !standard_input::is_named(graph) {
            return Ok(source);
        }
        if let Some(From::All) = self.input_from {
            let what = "standard input is rank 0's alone; leave out --input-from all";
            return Err(Error::Usage(what.to_owned()));
        }
        let kept =
            comm.agree(if comm.rank() == 0 { standard_input::keep().map(Some) } else { Ok(None) })?;
        let path = kept.unwrap_or_else(|| standard_input::NAME.into());
        Ok(Source::File { path, format: self.format, text: self.text() })
    }

    /// The file or family that a GRAPH argument names.
    ///
    /// # Errors
    /// If it is a generator's spec with a mistake, or options that only files have stand beside one.
    pub(super) fn named(&self, graph: &OsStr) -> Result<Source> {
        let text = graph.to_str();
        let Some(spec) = text.filter(|text| Spec::looks_like(text)) else {
            let path = PathBuf::from(graph);
            if let Some(name) = text.and_then(Spec::unknown_family).filter(|_| !path.exists()) {
                let families = Spec::families();
                let what = format!("no family of graphs is called {name}; there are {families}");
                return Err(Error::Usage(what));
            }
            return Ok(Source::File { path, format: self.format, text: self.text() });
        };
        let of_text = self.text().first_given();
        let given = of_text.or(self.format.map(|_| "--format"));
        if let Some(option) = given.or(self.input_from.map(|_| "--input-from")) {
            return Err(Error::Usage(format!("{option} is for files, not for generators")));
        }
        spec.parse().map(Source::Generated)
    }

    /// How a text file is written, as far as it was said.
    pub(super) fn text(&self) -> TextOptions {
        TextOptions {
            columns: self.columns.clone(),
            separator: self.separator,
            decimal: self.decimal,
            first_id: self.first_id,
        }
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
