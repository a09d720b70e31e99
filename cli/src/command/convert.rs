//! `mst convert`: converts a graph from one format to another.

use super::common::InputArgs;
use super::world::WorldArgs;
use crate::console::{Output, write_graph};
use crate::text;
use mst::comm::Comm;
use mst::error::Result;
use mst::partition::{self, Request};
use std::ffi::OsString;
use std::path::PathBuf;

/// Write a graph in another format
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The graph: a file, several files, or a generator
    #[arg(required = true, value_name = "IN")]
    graphs: Vec<OsString>,

    /// The file; its name decides the format (.txt, .csv, .tsv, .gr, .mtx, .graph, .mst; all but .mst also .gz or .zst); - is standard output
    #[arg(value_name = "OUT")]
    output: PathBuf,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

impl Args {
    pub(super) fn run(&self, solo: &Comm) -> Result<()> {
        let source = self.input.source(solo, &self.graphs)?;
        let output = Output::create(&self.output)?;
        let vertex_bytes = Output::vertex_bytes(&self.output);
        let request = Request { vertex_bytes, ..self.input.request(solo, &source) };
        let loaded = partition::load(solo, &request)?;
        self.world.note_all(solo, &loaded);
        self.world.warn_of_gaps(solo, &loaded, loaded.slice.m);
        let slice = loaded.slice;
        output.check(slice.weights, slice.vertices(), slice.m)?;
        write_graph(solo, &self.output, Some(output), &slice)?;
        self.world.note(solo, &text::written(&self.output, &slice));
        self.world.warn_of_lost(solo, &self.output, &slice);
        Ok(())
    }
}
