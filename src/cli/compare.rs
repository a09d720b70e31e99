//! `mst compare`: the same graph on rank 0's host alone and on all ranks, side by side.

use super::common::Common;
use super::on_rank_zero;
use super::solve::context;
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::measure::{self, Comparison, Context, Job, Run};
use crate::partition::{self, Request, Source};
use crate::report;
use clap::{Args as _, FromArgMatches};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// About ten seconds, repetitions included, on two cores of 2023.
const DEFAULT_GRAPH: &str = "gnm:n=2^20,m=2^24,seed=1";

/// Time one machine against all, and prove both right
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file or a generator, as gnm:n=1e6,m=8e6,seed=1
    #[arg(default_value = DEFAULT_GRAPH)]
    graph: OsString,

    /// Repetitions of each run, after one more to warm up
    #[arg(long, value_name = "NUM", default_value = "5")]
    reps: NonZeroUsize,

    /// Append a row for each repetition to this file
    #[arg(long, value_name = "FILE", default_value = "mst.csv")]
    csv: PathBuf,

    #[command(flatten)]
    pub(super) common: Common,
}

impl Args {
    /// The arguments of `mst` alone.
    pub(super) fn default_run() -> Self {
        let command = Self::augment_args(clap::Command::new("compare"));
        let matches = command.get_matches_from(["compare"]);
        Self::from_arg_matches(&matches).expect("every argument has a default")
    }

    pub(super) fn run(&self, comm: &Comm) -> Result<()> {
        let common = &self.common;
        let source = common.input.source(&self.graph)?;
        let writable = match comm.rank() {
            0 => measure::open(&self.csv).map(drop),
            _ => Ok(()),
        };
        comm.agree(writable)?;
        common.warn(comm);
        let context = context(&self.graph, &source);
        let local = on_rank_zero(comm, |solo| self.local(solo, &source, &context))?;
        measure::restart_peak();
        let request = self.request(comm, &source);
        let (loaded, read) = measure::time(comm, || partition::load(comm, &request));
        let loaded = loaded?;
        if let Some(how) = &loaded.how {
            common.world.note(comm, how);
        }
        let distributed = self.job().run(comm, &request, &loaded, &read)?;
        common.say_choice(comm, &distributed);
        comm.agree(same_forest(local.as_ref().map(|(run, _)| run), &distributed))?;
        let Some((local, local_rows)) = local else {
            return comm.agree(Ok(()));
        };
        let rows = || [local_rows, context.rows(comm, "distributed", &distributed)].concat();
        comm.agree(measure::append(&self.csv, &rows()))?;
        self.print(comm, &context, local, distributed)
    }

    fn request<'a>(&self, comm: &Comm, source: &'a Source) -> Request<'a> {
        let (descending, vertex_bytes) = (self.common.max, self.common.vertex_bytes(true));
        Request { descending, vertex_bytes, ..self.common.input.request(comm, source) }
    }

    fn job(&self) -> Job {
        Job { reps: self.reps.get(), warm_up: true, verify: true, ..self.common.job() }
    }

    /// The run on rank 0's host alone: the whole graph, all the threads of the ranks there.
    fn local(
        &self,
        solo: &Comm,
        source: &Source,
        context: &Context,
    ) -> Result<(Run, Vec<measure::Row>)> {
        measure::restart_peak();
        let request = self.request(solo, source);
        let (loaded, read) = measure::time(solo, || partition::load(solo, &request));
        let run = self.job().run(solo, &request, &loaded?, &read)?;
        let rows = context.rows(solo, "local", &run);
        Ok((run, rows))
    }

    fn print(&self, comm: &Comm, context: &Context, local: Run, distributed: Run) -> Result<()> {
        let table = report::compared(&context.graph, comm, &local, &distributed, &self.csv);
        let speedup = local.outcome.seconds.total / distributed.outcome.seconds.total;
        let comparison =
            Comparison { local: local.outcome, distributed: distributed.outcome, speedup };
        self.common.say(&comparison, || table)
    }
}

/// Refuses two runs that found different forests. Only rank 0 knows the local one.
fn same_forest(local: Option<&Run>, distributed: &Run) -> Result<()> {
    let found = |run: &Run| {
        let outcome = &run.outcome;
        (outcome.forest_edges, outcome.components, outcome.checksum.clone())
    };
    match local {
        Some(local) if found(local) != found(distributed) => Err(Error::Proof(format!(
            "the local and the distributed forest differ: checksum {} with {} edges, {} with {}; \
             this is a bug, please report it",
            local.outcome.checksum,
            local.outcome.forest_edges,
            distributed.outcome.checksum,
            distributed.outcome.forest_edges
        ))),
        _ => Ok(()),
    }
}
