//! `mst compare`: solves the same graph on rank 0's host alone and on all ranks, and compares the
//! times.

use super::common::Common;
use super::on_rank_zero;
use super::rows::RowOptions;
use super::solve::context;
use crate::console::Output;
use crate::console::ResultPrinter;
use crate::doctor::{self, Examination, Findings};
use crate::report::{self, Language, Snapshot, Sources};
use crate::text;
use clap::{Args as _, FromArgMatches};
use mst::comm::Comm;
use mst::error::{Error, Result};
use mst::experiment::{Comparison, Job, Provenance, Row, Run};
use mst::local::Algorithm;
use mst::measure::{self, Repeats};
use mst::partition::{self, Request, Source};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Takes about ten seconds, repetitions included, on two cores of 2023.
const DEFAULT_GRAPH: &str = "gnm:n=2^20,m=2^24,seed=1";

/// Time one machine against all, and prove both right (default under mpirun)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file, several files of one graph, or a generator, for example gnm:n=1e6,m=8e6,seed=1
    #[arg(default_value = DEFAULT_GRAPH, value_name = "GRAPH")]
    graphs: Vec<OsString>,

    /// Repetitions of each run, after one more to warm up
    #[arg(long, value_name = "NUM", default_value = "5")]
    reps: NonZeroUsize,

    /// Append a row for each repetition to this file; - is standard output
    #[arg(long, value_name = "FILE", default_value = "mst.csv")]
    csv: PathBuf,

    /// Write the report about this comparison into this folder, as mst report does
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,

    /// The language of the report
    #[arg(long, value_name = "LANG", default_value = "en", requires = "report")]
    lang: Language,

    #[command(flatten)]
    rows: RowOptions,

    #[command(flatten)]
    pub(super) common: Common,
}

impl Args {
    /// The arguments of `mst` without a command, with `ranks` ranks inside this process.
    pub(super) fn default_run(ranks: Option<usize>) -> Self {
        let command = Self::augment_args(clap::Command::new("compare"));
        let matches = command.get_matches_from(["compare"]);
        let mut args = Self::from_arg_matches(&matches).expect("every argument has a default");
        args.common.world.ranks = ranks;
        args
    }

    pub(super) fn run(&self, comm: &Comm) -> Result<()> {
        let common = &self.common;
        let context = context("compare", &common.input.named(&self.graphs)?);
        self.printer().check()?;
        comm.agree(self.rows.check(comm, &self.csv, None))?;
        let source = common.input.source(comm, &self.graphs)?;
        common.world.warn_of_cores(comm);
        let local = on_rank_zero(comm, |solo| self.local(solo, &source, &context))?;
        measure::restart_peak();
        let request = self.request(comm, &source);
        let (loaded, read) = measure::time(comm, || partition::load(comm, &request));
        let loaded = loaded?;
        common.world.note_all(comm, &loaded);
        let distributed = self.job(common.algorithm).run(comm, &request, &loaded, &read)?;
        common.say_choice(comm, &distributed);
        common.world.warn_of_gaps(comm, &loaded, distributed.outcome.forest_edges);
        let local_runs = local.as_ref().map_or(&[][..], |(runs, _)| runs);
        comm.agree(local_runs.iter().try_for_each(|local| same_forest(local, &distributed)))?;
        let found = self.report.as_ref().map(|_| doctor::examine(comm, &Examination::default()));
        let found = found.transpose()?;
        let Some((local, local_rows)) = local else {
            return comm.agree(Ok(()));
        };
        let rows = [local_rows, context.rows(comm, "distributed", &distributed)].concat();
        let saved = self.rows.append(&self.csv, &rows);
        comm.agree(saved.and_then(|()| self.write_report(rows, found.as_ref())))?;
        self.print(comm, &context, &local, &distributed)
    }

    /// Writes the report, if one is asked for.
    fn write_report(&self, rows: Vec<Row>, found: Option<&Findings>) -> Result<()> {
        let Some((folder, found)) = self.report.as_deref().zip(found) else { return Ok(()) };
        let files = vec![self.csv.display().to_string()];
        let sources = Sources { files, rows, snapshots: vec![Snapshot::now(found)] };
        report::write(sources, self.lang, false, folder).map(drop)
    }

    fn printer(&self) -> ResultPrinter {
        let file_on_stdout = Output::is_standard(&self.csv);
        ResultPrinter { json: self.common.json, quiet: self.common.world.job.quiet, file_on_stdout }
    }

    fn request<'a>(&self, comm: &Comm, source: &'a Source) -> Request<'a> {
        let (descending, vertex_bytes) =
            (self.common.max, self.common.vertex_bytes(true, comm.size()));
        Request { descending, vertex_bytes, ..self.common.input.request(comm, source) }
    }

    fn job(&self, algorithm: Algorithm) -> Job {
        let repeats = Repeats::exactly(self.reps.get());
        Job { algorithm, repeats, warm_up: true, verify: true, ..self.common.job() }
    }

    /// The runs on rank 0's host alone, with the whole graph and the threads of all ranks there:
    /// one with the best algorithm, against which a distributed run must be compared, and one with
    /// the requested algorithm.
    fn local(
        &self,
        solo: &Comm,
        source: &Source,
        context: &Provenance,
    ) -> Result<(Vec<Run>, Vec<Row>)> {
        measure::restart_peak();
        let request = self.request(solo, source);
        let (loaded, read) = measure::time(solo, || partition::load(solo, &request));
        let loaded = loaded?;
        let asked = [self.common.algorithm].into_iter().filter(|asked| *asked != Algorithm::Auto);
        let algorithms = [Algorithm::Auto].into_iter().chain(asked);
        let runs =
            algorithms.map(|algorithm| self.job(algorithm).run(solo, &request, &loaded, &read));
        let runs: Vec<Run> = runs.collect::<Result<_>>()?;
        let rows = runs.iter().flat_map(|run| context.rows(solo, "local", run)).collect();
        Ok((runs, rows))
    }

    fn print(
        &self,
        comm: &Comm,
        context: &Provenance,
        local: &[Run],
        distributed: &Run,
    ) -> Result<()> {
        let comparison = Comparison::of(&local[0], local.get(1), distributed);
        self.printer().print(&comparison, || {
            let table =
                text::compared(&context.graph, comm.topology(), &comparison, local, distributed);
            let rows =
                local.iter().chain([distributed]).map(|run| run.repetitions.len() as u64).sum();
            format!("{table}{}\n", text::added(rows, &self.csv))
        })
    }
}

/// Refuses two runs that found different forests.
fn same_forest(local: &Run, distributed: &Run) -> Result<()> {
    let found = |run: &Run| {
        let outcome = &run.outcome;
        (outcome.forest_edges, outcome.components, outcome.checksum.clone())
    };
    match found(local) == found(distributed) {
        false => Err(Error::proof(format!(
            "the local and the distributed forest differ: checksum {} with {} edges, {} with {}; \
             this is a bug, please report it",
            local.outcome.checksum,
            local.outcome.forest_edges,
            distributed.outcome.checksum,
            distributed.outcome.forest_edges
        ))),
        true => Ok(()),
    }
}
