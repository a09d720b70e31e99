//! `mst verify`: proves a forest that any program may have made.

use super::common::InputArgs;
use super::world::WorldArgs;
use crate::console;
use crate::console::write_stdout;
use crate::text;
use mst::comm::Comm;
use mst::error::{Error, Result};
use mst::format::TextOptions;
use mst::graph::{Edge, Key, Slice, Summary, Weights, with_edges};
use mst::partition::{self, Request, Source};
use mst::verify::{self, VERTEX_BYTES};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Prove that a file holds a minimum spanning forest of a graph
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The graph: a file or a generator
    graph: OsString,

    /// The forest: a file in any format, ids as in the graph's text format, from 0
    forest: PathBuf,

    /// Prove that it is a maximum spanning forest
    #[arg(long)]
    max: bool,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

impl Args {
    pub(super) fn run(&self, comm: &Comm) -> Result<()> {
        let source = self.input.source(comm, &self.graph)?;
        let request = Request {
            descending: self.max,
            vertex_bytes: VERTEX_BYTES,
            ..self.input.request(comm, &source)
        };
        let graph = partition::load(comm, &request)?;
        self.world.note_all(comm, &graph);
        let graph = graph.slice;
        let source = self.forest_source(comm)?;
        let request = Request {
            source: &source,
            from: None,
            descending: false,
            vertex_bytes: 0,
            memory: request.memory,
        };
        let forest = partition::load(comm, &request)?;
        self.world.note_all(comm, &forest);
        let forest = forest.slice;
        is_forest_of(&graph, &forest)?;
        with_edges!(&graph.edges, edges => self.prove(comm, &graph, edges, &forest))
    }

    /// The source of the forest.
    fn forest_source(&self, comm: &Comm) -> Result<Source> {
        let is_standard = |name: &OsStr| console::is_named(name);
        match (is_standard(&self.graph), is_standard(self.forest.as_os_str())) {
            (true, true) => {
                let what = "standard input can be the graph or the forest, not both: give a file \
                            for one of them";
                Err(Error::usage("FOREST", what))
            }
            (false, true) => InputArgs::default().source(comm, self.forest.as_os_str()),
            (_, false) => {
                let (path, text) = (self.forest.clone(), TextOptions::default());
                Ok(Source::File { path, format: None, text })
            }
        }
    }

    fn prove<K: Key>(
        &self,
        comm: &Comm,
        graph: &Slice,
        edges: &[Edge<K>],
        forest: &Slice,
    ) -> Result<()> {
        let mine = comm.agree(with_keys_of(graph.weights, forest))?;
        let forest = comm.all_gather::<Edge<K>>(&mine).concat();
        let start = std::time::Instant::now();
        verify::verify_slice(comm, graph.n, &forest, edges, graph.weights)?;
        if comm.rank() == 0 && !self.world.job.quiet {
            let summary = Summary::of(graph.n, &forest, graph.weights);
            let text = text::proved(&self.forest, &summary, start.elapsed());
            return write_stdout(text.as_bytes());
        }
        Ok(())
    }
}

/// Refuses a file that cannot be a forest of the graph, before its edges are sent to every rank.
fn is_forest_of(graph: &Slice, forest: &Slice) -> Result<()> {
    let what = if forest.loops > 0 {
        "the forest has an edge that joins a vertex to itself".to_owned()
    } else if forest.n > graph.n {
        format!("the forest has {} vertices, but the graph has {}", forest.n, graph.n)
    } else if forest.m >= graph.n.max(1) {
        format!("{} edges on {} vertices are not a forest", forest.m, graph.n)
    } else {
        return Ok(());
    };
    Err(Error::proof(what))
}

/// The forest's edges with the graph's keys.
///
/// # Errors
/// If the graph's keys cannot represent a weight, so that no edge of the graph has it.
fn with_keys_of<K: Key>(weights: Weights, forest: &Slice) -> Result<Vec<Edge<K>>> {
    let with_key = |(u, v, weight)| match weights.key(weight).and_then(K::narrow) {
        Some(key) => Ok(Edge { u, v, key }),
        None => Err(Error::proof(format!(
            "the forest's edge {u} - {v} of weight {weight} is not in the graph: no edge there has \
             that weight"
        ))),
    };
    forest.weighted().map(with_key).collect()
}
