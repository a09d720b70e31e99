//! `mst selftest`: solves random cases on the ranks of this job.

use super::world::WorldArgs;
use crate::console::write_stdout;
use crate::text;
use mst::comm::Comm;
use mst::error::Result;
use mst::selftest::{Tally, check};
use std::num::NonZeroU64;
use std::time::Instant;

/// Solve random graphs in every way on these ranks, and prove the answers
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Random cases
    #[arg(long, value_name = "NUM", default_value = "300")]
    cases: NonZeroU64,

    /// The first case; each is a function of its number
    #[arg(long, value_name = "NUM", default_value = "1")]
    seed: u64,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

impl Args {
    pub(super) fn run(&self, comm: &Comm) -> Result<()> {
        let start = Instant::now();
        let mut tally = Tally::new(comm);
        for case in 0..self.cases.get() {
            tally.add(&check(comm, self.seed.wrapping_add(case))?);
        }
        tally.seconds = start.elapsed().as_secs_f64();
        match (comm.rank(), self.json, self.world.job.quiet) {
            (0, true, _) => {
                let object = serde_json::to_string(&tally).expect("plain fields");
                write_stdout(format!("{object}\n").as_bytes())
            }
            (0, false, false) => write_stdout(text::tested(&tally).as_bytes()),
            _ => Ok(()),
        }
    }
}
