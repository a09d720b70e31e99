//! `mst generate`: writes a graph of a family to a file.

use super::world::WorldArgs;
use crate::console::{Output, write_graph};
use crate::text;
use mst::comm::Comm;
use mst::error::Result;
use mst::generate::Spec;
use mst::partition::{self, Memory, Request, Source, fair_share};
use std::path::PathBuf;

/// Make a graph of a family and write it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Families, each with seed= and weights=uniform|float|constant (rgg2d: also weights=distance):
  gnm:n=,m=     random edges                   grid2d:n=    a square grid, row by row
  rmat:n=,m=    a few with many (a=,b=,c=)     complete:n=  all pairs
  rgg2d:n=,m=   close points in the plane      path:n=  star:n=
Counts can be written as 1e6, 2^20 or 1048576.")]
pub(super) struct Args {
    /// The family and its parameters, for example gnm:n=1e6,m=2^23,seed=1
    spec: Spec,

    /// The file; its name decides the format (.txt, .csv, .tsv, .gr, .mtx, .graph, .mst; all but .mst also .gz or .zst); - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

impl Args {
    pub(super) fn run(&self, solo: &Comm) -> Result<()> {
        let output = Output::create(&self.output)?;
        let source = Source::Generated(self.spec.clone());
        let slice = partition::load(
            solo,
            &Request {
                source: &source,
                from: None,
                descending: false,
                vertex_bytes: Output::vertex_bytes(&self.output),
                memory: Memory::Within(fair_share(solo)),
            },
        )?
        .slice;
        output.check(slice.weights, slice.vertices(), slice.m)?;
        write_graph(solo, &self.output, Some(output), &slice)?;
        self.world.note(solo, &text::written(&self.output, &slice));
        self.world.warn_of_lost(solo, &self.output, &slice);
        Ok(())
    }
}
