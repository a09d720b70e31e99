//! The peak of memory for a forest besides its edges, measured by a child process that makes no
//! other forest.

use crate::graphs::{Graph, all};
use crate::{pool, run};
use mst::graph::with_edges;
use mst::measure::{peak_rss, restart_peak};
use std::process::Command;

const CHILD: &str = "MST_BENCH_PEAK";

/// Whether this process is such a child.
pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// The peak besides the edges, bytes, measured by a child process.
pub(crate) fn of(name: &str, threads: usize, graph: &Graph) -> u64 {
    let this = std::env::current_exe().expect("a path");
    let work = format!("{}\t{name}\t{threads}", graph.name);
    let output = Command::new(this).env(CHILD, work).output().expect("a child").stdout;
    String::from_utf8_lossy(&output).trim().parse().expect("a number of bytes")
}

/// Makes the forest that the parent asks for and prints its peak.
pub(crate) fn print_peak() {
    let work = std::env::var(CHILD).expect("what to do");
    let [graph, name, threads] = work.split('\t').collect::<Vec<_>>()[..] else {
        panic!("three fields")
    };
    let recipe = all().into_iter().find(|recipe| recipe.name == graph);
    let graph = recipe.expect("a graph of that name").graph();
    let pool = pool(threads.parse().expect("a number of threads"));
    restart_peak();
    let before = peak_rss();
    with_edges!(&graph.edges, edges => pool.install(|| run(name, graph.n, edges)));
    println!("{}", peak_rss().saturating_sub(before));
}
