//! `mst verify`: proves a forest that any program may have made.

use super::common::InputArgs;
use super::world::WorldArgs;
use crate::console;
use crate::console::write_stdout;
use crate::text;
use bytesize::ByteSize;
use mst::comm::Comm;
use mst::distributed;
use mst::error::{Error, Result};
use mst::experiment::prove_given;
use mst::format::TextOptions;
use mst::generate::Spec;
use mst::graph::{Edge, Edges, Key, Slice, Vertex, Weights, with_edges};
use mst::partition::{self, Loaded, Memory, Request, Source, fair_share};
use std::ffi::OsString;
use std::mem;
use std::path::Path;
use std::slice;

/// Prove that a file holds a minimum spanning forest of a graph
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The graph: a file, several files, or a generator
    #[arg(required = true, value_name = "GRAPH")]
    graphs: Vec<OsString>,

    /// The forest: a file in any format, or a pattern for several, ids as in the graph's text format,
    /// from 0
    #[arg(required = true)]
    forest: OsString,

    /// Prove that it is a maximum spanning forest
    #[arg(long)]
    max: bool,

    /// Memory that a rank may use, for example 2G; if the whole forest does not fit, no rank holds all
    /// of it [default: its share of the host's free memory]
    #[arg(long, value_name = "BYTES")]
    memory: Option<ByteSize>,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

impl Args {
    pub(super) fn run(&self, comm: &Comm) -> Result<()> {
        let source = self.input.source(comm, &self.graphs)?;
        let memory = self.memory.map_or_else(|| fair_share(comm), |bytes| bytes.as_u64());
        let request = Request {
            descending: self.max,
            memory: Memory::Within(memory),
            ..self.input.request(comm, &source)
        };
        let mut graph = partition::load(comm, &request)?;
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
        let edges = mem::replace(&mut graph.slice.edges, Edges::Narrow(Vec::new()));
        let held = (edges.len() * edges.bytes_per_edge()) as u64;
        let left = memory.saturating_sub(held);
        with_edges!(edges, edges => self.prove(comm, &graph, edges, &forest, left))
    }

    /// The source of the forest.
    fn forest_source(&self, comm: &Comm) -> Result<Source> {
        let is_standard = |name: &OsString| console::is_named(name);
        if self.graphs.iter().any(is_standard) && is_standard(&self.forest) {
            let what = "standard input can be the graph or the forest, not both: give a file for \
                        one of them";
            return Err(Error::usage("FOREST", what));
        }
        if self.forest.to_str().is_some_and(Spec::looks_like) {
            let path = self.forest.clone().into();
            return Ok(Source::File { path, format: None, text: TextOptions::default() });
        }
        InputArgs::default().source(comm, slice::from_ref(&self.forest))
    }

    /// Proves the forest of the graph's `edges` in `memory` bytes on each rank, and says so.
    fn prove<K: Key>(
        &self,
        comm: &Comm,
        graph: &Loaded,
        edges: Vec<Edge<K>>,
        forest: &Slice,
        memory: u64,
    ) -> Result<()> {
        let Slice { n, weights, .. } = graph.slice;
        let vertices = comm.agree(vertices_of(comm, graph, forest))?;
        let part = comm.agree(with_keys_of(weights, forest, &vertices))?;
        let start = std::time::Instant::now();
        let proved = prove_given(comm, n, edges, &part, weights, memory);
        if proved.map_err(|why| graph.with_numbers(why))? {
            let note = "no rank has held the whole forest, for which memory is too small";
            self.world.note(comm, note);
        }
        let summary = distributed::total(comm, &graph.summary_of(comm, &part));
        if comm.rank() == 0 && !self.world.job.quiet {
            let text = text::proved(Path::new(&self.forest), &summary, start.elapsed());
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
