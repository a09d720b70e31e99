//! `mst solve`: one forest, its figures, and the forest itself.

use super::checkpoint::Saving;
use super::common::Common;
use super::output::Output;
use crate::comm::Comm;
use crate::distributed::collect;
use crate::error::Result;
use crate::generate::Spec;
use crate::graph::{Slice, with_edges};
use crate::measure::{self, Context, Job, Run};
use crate::partition::{self, Memory, Request, Source, fair_share};
use crate::report;
use bytesize::ByteSize;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Compute a minimum spanning forest
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file or a generator, as gnm:n=1e6,m=8e6,seed=1
    graph: OsString,

    /// Write the forest; the name decides the format (.txt, .gr, .mtx, .graph, .mst, also .gz)
    #[arg(short, long, value_name = "FOREST")]
    output: Option<PathBuf>,

    /// Prove that the forest is spanning, acyclic and minimum [--resume implies it]
    #[arg(long)]
    verify: bool,

    /// Repetitions; above 1, one more comes first to warm up
    #[arg(long, value_name = "NUM", default_value = "1")]
    reps: NonZeroUsize,

    /// Append a row for each repetition to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Memory that a rank may take for edges, as 2G; what is more is folded as it is read [default: its
    /// share of what the host has free]
    #[arg(long, value_name = "BYTES")]
    memory: Option<ByteSize>,

    /// Run every way of combining, too, beside what the model says of it
    #[arg(long)]
    explain: bool,

    #[command(flatten)]
    saving: Saving,

    #[command(flatten)]
    pub(super) common: Common,
}

impl Args {
    pub(super) fn run(&self, comm: &Comm) -> Result<()> {
        let common = &self.common;
        let source = common.input.source(&self.graph)?;
        let output = comm.agree(self.outputs(comm))?;
        common.warn(comm);
        let implied = self.saving.proof().filter(|_| !self.verify);
        let verify = self.verify || implied.is_some();
        if let Some(why) = implied {
            common.world.note(comm, &why);
        }
        let written = self.output.as_deref().map_or(0, Output::vertex_bytes);
        let memory = self.memory.map_or_else(|| fair_share(comm), |bytes| bytes.as_u64());
        let request = Request {
            descending: common.max,
            vertex_bytes: common.vertex_bytes(verify).max(written),
            memory: Memory::Folding(memory),
            ..common.input.request(comm, &source)
        };
        let tell = |line: &str| common.world.note(comm, line);
        let checkpoint = self.saving.checkpoint(&tell);
        let load = || partition::load_saving(comm, &request, checkpoint.as_ref());
        let (loaded, read) = measure::time(comm, load);
        let loaded = loaded?;
        let weights = loaded.slice.weights;
        comm.agree(output.as_ref().map_or(Ok(()), |output| output.check(weights)))?;
        if let Some(how) = &loaded.how {
            common.world.note(comm, how);
        }
        if loaded.folds > 0 {
            common.world.note(comm, &report::folded(loaded.folds, self.saving.is_on()));
        }
        let reps = self.reps.get();
        let (warm_up, explain) = (reps > 1, self.explain);
        let job = Job { reps, warm_up, verify, explain, ..common.job() };
        let run = job.run(comm, &request, &loaded, &read);
        let run = run.map_err(|why| self.saving.with_cause(why))?;
        common.say_choice(comm, &run);
        comm.agree(self.write(comm, &loaded.slice, &run, output))?;
        let context = context(&self.graph, &source);
        let kind = if comm.size() == 1 { "local" } else { "distributed" };
        let csv = self.csv.as_deref().filter(|_| comm.rank() == 0);
        comm.agree(
            csv.map_or(Ok(()), |csv| measure::append(csv, &context.rows(comm, kind, &run))),
        )?;
        let mut told = Ok(());
        if comm.rank() == 0 {
            let table = || report::solved(&context.graph, comm, &run, loaded.slice.loops);
            told = common.say(&run.outcome, table);
        }
        comm.agree(told)?;
        checkpoint.map_or(Ok(()), |checkpoint| checkpoint.finish(comm))
    }

    /// On rank 0, what the command will write, tried before the work.
    fn outputs(&self, comm: &Comm) -> Result<Option<Output>> {
        if comm.rank() != 0 {
            return Ok(None);
        }
        if let Some(path) = &self.csv {
            measure::open(path)?;
        }
        self.output.as_deref().map(Output::create).transpose()
    }

    fn write(&self, comm: &Comm, graph: &Slice, run: &Run, output: Option<Output>) -> Result<()> {
        if self.output.is_none() {
            return Ok(());
        }
        let forest = with_edges!(&run.part, part => collect(comm, part));
        let m = forest.len() as u64;
        let Some(output) = output else { return Ok(()) };
        output.write(&Slice { n: graph.n, m, loops: 0, edges: forest, weights: graph.weights })
    }
}

/// The context of a command on `source`, which the user named `graph`.
pub(super) fn context(graph: &OsStr, source: &Source) -> Context {
    match source {
        Source::Generated(spec) => Context::now(spec.to_string(), Some(Spec::seed(spec))),
        Source::File { .. } => Context::now(graph.to_string_lossy().into_owned(), None),
    }
}
