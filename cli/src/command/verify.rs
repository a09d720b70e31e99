//! `mst verify`: proves a forest that any program may have made.

use super::common::InputArgs;
use super::world::WorldArgs;
use crate::console;
use crate::console::write_stdout;
use crate::text;
use mst::comm::Comm;
use mst::distributed;
use mst::error::{Error, Result};
use mst::format::TextOptions;
use mst::graph::{Edge, Key, Slice, Vertex, Weights, with_edges};
use mst::partition::{self, Loaded, Request, Source};
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
        is_forest_of(&graph.slice, &forest.slice)?;
        let forest = forest.written(comm, forest.slice.edges.clone());
        with_edges!(&graph.slice.edges, edges => self.prove(comm, &graph, edges, &forest))
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
        graph: &Loaded,
        edges: &[Edge<K>],
        forest: &Slice,
    ) -> Result<()> {
        let Slice { n, weights, .. } = graph.slice;
        let vertices = comm.agree(vertices_of(comm, graph, forest))?;
        let part = comm.agree(with_keys_of(weights, forest, &vertices))?;
        let whole = comm.all_gather::<Edge<K>>(&part).concat();
        let start = std::time::Instant::now();
        let proved = verify::verify_slice(comm, n, &whole, edges, weights);
        proved.map_err(|why| graph.with_numbers(why))?;
        let summary = distributed::total(comm, &graph.summary_of(comm, &part));
        if comm.rank() == 0 && !self.world.job.quiet {
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
    } else if forest.vertices() > graph.vertices() {
        let [more, fewer] = [forest, graph].map(Slice::vertices);
        format!("the forest has {more} vertices, but the graph has {fewer}")
    } else if forest.m >= graph.vertices().max(1) {
        format!("{} edges on {} vertices are not a forest", forest.m, graph.vertices())
    } else {
        return Ok(());
    };
    Err(Error::proof(what))
}

/// The ends of each of the forest's edges, as the graph names them. Called by all ranks.
///
/// # Errors
/// If the graph has no edge at a vertex.
fn vertices_of(comm: &Comm, graph: &Loaded, forest: &Slice) -> Result<Vec<[Vertex; 2]>> {
    let ends = forest.edges.iter().map(|e| [e.u, e.v]);
    let Some(numbers) = &graph.numbers else { return Ok(ends.collect()) };
    let small;
    let ids: &[u64] = match &forest.ids {
        Some(ids) => ids,
        None => {
            let mut ids: Vec<u64> = ends.clone().flatten().map(u64::from).collect();
            ids.sort_unstable();
            ids.dedup();
            small = ids;
            &small
        }
    };
    let found = numbers.numbers(comm, ids);
    let vertex = |v: Vertex| match forest.ids {
        Some(_) => found[v as usize],
        None => ids.binary_search(&v.into()).ok().and_then(|place| found[place]),
    };
    let on_graph = |(position, [u, v]): (usize, [Vertex; 2])| {
        let found = vertex(u).zip(vertex(v)).map(<[Vertex; 2]>::from);
        found.ok_or_else(|| {
            let (u, v, weight) = forest.edge(position);
            let what = format!(
                "the forest's edge {u} - {v} of weight {weight} is not in the graph, which has no edge \
                 at one of its ends"
            );
            Error::proof(what)
        })
    };
    ends.enumerate().map(on_graph).collect()
}

/// The forest's edges with the graph's keys, and `vertices` as their ends.
///
/// # Errors
/// If the graph's keys cannot represent a weight, so that no edge of the graph has it.
fn with_keys_of<K: Key>(
    weights: Weights,
    forest: &Slice,
    vertices: &[[Vertex; 2]],
) -> Result<Vec<Edge<K>>> {
    let edge = |((from, to, weight), &[u, v]): (_, &[Vertex; 2])| match weights
        .key(weight)
        .and_then(K::narrow)
    {
        Some(key) => Ok(Edge { u, v, key }),
        None => Err(Error::proof(format!(
            "the forest's edge {from} - {to} of weight {weight} is not in the graph: no edge there has \
             that weight"
        ))),
    };
    forest.weighted().zip(vertices).map(edge).collect()
}
