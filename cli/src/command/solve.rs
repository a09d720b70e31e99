//! `mst solve`: computes one forest, and writes its figures and, if asked, the forest.

use super::checkpoint::Saving;
use super::common::Common;
use super::rows::RowOptions;
use crate::console::{Output, ResultPrinter, write_alone, write_graph};
use crate::shell;
use crate::text;
use bytesize::ByteSize;
use mst::comm::Comm;
use mst::distributed::ordered;
use mst::error::{Error, Result, shown};
use mst::experiment::{Job, Provenance, Run};
use mst::generate::Spec;
use mst::graph::{Key, with_edges};
use mst::measure::{self, Repeats};
use mst::partition::{self, Files, Loaded, Memory, Request, Source, fair_share};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Compute a minimum spanning forest
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file, several files of one graph, or a generator, for example gnm:n=1e6,m=8e6,seed=1
    #[arg(required = true, value_name = "GRAPH")]
    graphs: Vec<OsString>,

    /// Write the forest; the name decides the format (.txt, .csv, .tsv, .gr, .mtx, .graph, .mst, also .gz or .zst); - is
    /// standard output, as text; with %r for the rank, as in forest-%r.mst, each rank writes a part
    #[arg(short, long, value_name = "FOREST")]
    output: Option<PathBuf>,

    /// Prove that the forest is spanning, acyclic and minimum [--resume implies it]
    #[arg(long)]
    verify: bool,

    /// Repetitions; if more than 1, one more runs first to warm up
    #[arg(long, value_name = "NUM", default_value = "1")]
    reps: NonZeroUsize,

    /// Append a row for each repetition to this file; - is standard output
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    #[command(flatten)]
    rows: RowOptions,

    /// Memory that a rank may use for edges, for example 2G; more edges are folded while they are
    /// read [default: its share of the host's free memory]
    #[arg(long, value_name = "BYTES")]
    memory: Option<ByteSize>,

    /// Also run every way of combining, and show its time beside the model's
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
        let named = common.input.named(&self.graphs)?;
        self.refuse_as_input(&named)?;
        let context = context("solve", &named);
        let output = comm.agree(self.outputs(comm))?;
        let source = common.input.source(comm, &self.graphs)?;
        common.world.warn_of_cores(comm);
        let implied = self.saving.proof().filter(|_| !self.verify);
        let verify = self.verify || implied.is_some();
        if let Some(why) = implied {
            common.world.note(comm, &why);
        }
        let written = self.output.as_deref().map_or(0, Output::vertex_bytes);
        let memory = self.memory.map_or_else(|| fair_share(comm), |bytes| bytes.as_u64());
        let request = Request {
            descending: common.max,
            vertex_bytes: common.vertex_bytes(verify, comm.size()).max(written),
            memory: Memory::Folding(memory),
            ..common.input.request(comm, &source)
        };
        let note = |line: &str| common.world.note(comm, line);
        let checkpoint = self.saving.checkpoint(&note);
        let load = || partition::load_saving(comm, &request, checkpoint.as_ref());
        let (loaded, read) = measure::time(comm, load);
        let loaded = loaded?;
        let weights = loaded.slice.weights;
        let n = loaded.slice.vertices();
        comm.agree(
            output
                .as_ref()
                .map_or(Ok(()), |output| output.check(weights, n, n.min(loaded.slice.m))),
        )?;
        common.world.note_all(comm, &loaded);
        if loaded.folds > 0 {
            common.world.note(comm, &text::folded(loaded.folds, self.saving.is_on()));
        }
        let repeats = Repeats::exactly(self.reps.get());
        let (warm_up, explain) = (repeats.most > 1, self.explain);
        let job = Job { repeats, warm_up, verify, explain, ..common.job() };
        let run = job.run(comm, &request, &loaded, &read);
        let run = run.map_err(|why| self.saving.with_cause(why))?;
        common.say_choice(comm, &run);
        common.world.warn_of_gaps(comm, &loaded, run.outcome.forest_edges);
        comm.agree(self.write(comm, &loaded, &run, output))?;
        let kind = if comm.size() == 1 { "local" } else { "distributed" };
        let csv = self.csv.as_deref().filter(|_| comm.rank() == 0);
        let append = |csv| self.rows.append(csv, &context.rows(comm, kind, &run));
        comm.agree(csv.map_or(Ok(()), append))?;
        let mut printed = Ok(());
        if comm.rank() == 0 {
            let table = || text::solved(&context.graph, comm.topology(), &run, loaded.slice.loops);
            printed = self.printer().print(&run.outcome, table);
        }
        comm.agree(printed)?;
        checkpoint.map_or(Ok(()), |checkpoint| checkpoint.finish(comm))
    }

    /// Refuses a forest that would be one of several files of the graph: the next run with the same
    /// pattern would take its edges for the graph's.
    fn refuse_as_input(&self, source: &Source) -> Result<()> {
        let Source::Files { files, .. } = source else { return Ok(()) };
        match self.output.as_deref().filter(|output| files.have(output)) {
            Some(output) => {
                let what = format!(
                    "{} is, or would be, one of the files of the graph, {files}: choose another name",
                    shown(output)
                );
                Err(Error::usage("--output", what))
            }
            None => Ok(()),
        }
    }

    /// How to print the result, depending on whether a file goes to standard output, too.
    fn printer(&self) -> ResultPrinter {
        let files = [&self.csv, &self.output];
        let file_on_stdout = files.into_iter().flatten().any(|path| Output::is_standard(path));
        ResultPrinter { json: self.common.json, quiet: self.common.world.job.quiet, file_on_stdout }
    }

    /// Where this rank writes edges of the forest: rank 0 all of them, or each rank its own if the
    /// name says so.
    fn output_of(&self, comm: &Comm) -> Option<PathBuf> {
        let path = self.output.clone()?;
        match path.to_str().filter(|name| name.contains(Files::RANK)) {
            Some(name) => Some(partition::of_rank(name, comm.rank())),
            None => Some(path).filter(|_| comm.rank() == 0),
        }
    }

    /// Checks before the work all files that this rank will write, and returns the forest's, if any.
    fn outputs(&self, comm: &Comm) -> Result<Option<Output>> {
        self.printer().check()?;
        let output = self.output_of(comm);
        if comm.rank() != 0 {
            return output.as_deref().map(Output::create).transpose();
        }
        if let Some(csv) = &self.csv {
            self.rows.check(comm, csv, self.output.as_deref())?;
        }
        output.as_deref().map(Output::create).transpose()
    }

    fn write(&self, comm: &Comm, graph: &Loaded, run: &Run, output: Option<Output>) -> Result<()> {
        let Some(path) = &self.output else { return Ok(()) };
        let block = with_edges!(&run.part, part => Key::pack(ordered(comm, part.clone())));
        let block = graph.written(comm, block);
        let written = match (self.output_of(comm), output) {
            (Some(own), Some(output)) if own != *path => write_alone(&own, output, &block),
            (_, output) => write_graph(comm, path, output, &block),
        };
        self.common.world.warn_of_lost(comm, path, &block);
        written
    }
}

/// The provenance of a run for an `experiment` on `source`.
pub(super) fn context(experiment: &'static str, source: &Source) -> Provenance {
    let seed = match source {
        Source::Generated(spec) => Some(Spec::seed(spec)),
        Source::File { .. } | Source::Files { .. } => None,
    };
    let (graph, commit) = (source.to_string(), env!("MST_COMMIT"));
    Provenance::now(experiment, graph, seed, commit, shell::job_command_line())
}
