//! Measures how many edges per second each local algorithm handles, on one thread and on all,
//! compared with textbook Kruskal, petgraph and a plain sum of all weights.
//!
//! A full run writes the medians, the ratios and the peak of memory to `results/local/`. With `--
//! --draw` it measures nothing and redraws table and plot from the CSV file there.
//! `MST_BENCH_SHRINK=6` divides all sizes by 2^6.

#[path = "../drawing/mod.rs"]
mod drawing;
mod figures;
#[path = "../graphs/mod.rs"]
mod graphs;
mod machine;
mod peak;
mod screen;
mod yardstick;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput};
use drawing::{Done, save};
use figures::rows::{ContestantRow, compare, is_complete};
use graphs::{Graph, shrink};
use mst::graph::{Edge, Key, with_edges};
use mst::local::Algorithm;
use mst::measure::Spread;
use rayon::ThreadPool;
use std::cell::RefCell;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// The contestants on a graph: name and number of threads.
fn contestants(hard: bool) -> Vec<(&'static str, usize)> {
    let all = rayon::current_num_threads();
    let mut list = vec![("sum", 1), ("textbook", 1), ("auto", 1), ("auto", all)];
    if !hard {
        let named = Algorithm::ALL.into_iter().filter(|a| *a != Algorithm::Auto);
        list.extend(named.flat_map(|a| [(a.name(), 1), (a.name(), all)]));
        list.push(("petgraph", 1));
    }
    list
}

/// Runs the contestant `name` once.
fn run<K: Key>(name: &str, n: usize, edges: &[Edge<K>]) {
    match name {
        "sum" => drop(black_box(edges.iter().fold(0u64, |sum, e| sum.wrapping_add(e.key.wide())))),
        "textbook" => drop(black_box(yardstick::textbook(n, edges))),
        _ => {
            let found = Algorithm::ALL.into_iter().find(|a| a.name() == name);
            drop(black_box(found.expect("a name of an algorithm").forest(n, edges)));
        }
    }
}

fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

/// Measures all contestants on one graph and adds their rows.
fn measure(criterion: &mut Criterion, graph: &Graph, hard: bool, rows: &mut Vec<ContestantRow>) {
    let (n, edges) = (graph.n, &graph.edges);
    let mut group = criterion.benchmark_group(&graph.name);
    group.throughput(Throughput::Elements(edges.len() as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_millis(500));
    for (name, threads) in contestants(hard) {
        let times = RefCell::new(Vec::new());
        let pool = pool(threads);
        let id = format!("{name}/{threads}");
        group.bench_function(id, |bencher| match name {
            "petgraph" => {
                let graph = yardstick::petgraph(edges);
                bencher.iter_batched(
                    || &graph,
                    |graph| timed(&times, || yardstick::petgraph_forest(graph)),
                    BatchSize::LargeInput,
                );
            }
            _ => bencher.iter(|| {
                timed(&times, || with_edges!(edges, edges => pool.install(|| run(name, n, edges))));
            }),
        });
        match times.into_inner().as_slice() {
            [] => {} // excluded by criterion's filter
            [once] => rows.push(row(graph, name, threads, &[*once])),
            [_warm_up, times @ ..] => rows.push(row(graph, name, threads, times)),
        }
    }
    group.finish();
}

/// The row of a contestant.
fn row(graph: &Graph, name: &str, threads: usize, times: &[Duration]) -> ContestantRow {
    let Spread { median, least, most } = Spread::of(times.iter().map(Duration::as_secs_f64));
    let peak = (!matches!(name, "sum" | "petgraph")).then(|| peak::of(name, threads, graph));
    let m = graph.edges.len();
    let bytes = (m * graph.edges.bytes_per_edge()) as f64;
    ContestantRow {
        graph: graph.name.clone(),
        n: graph.n,
        m,
        algorithm: name.to_owned(),
        threads,
        seconds: median,
        least_s: Some(least),
        most_s: Some(most),
        edges_per_second: m as f64 / median,
        times_textbook: None,
        sums: None,
        peak_bytes: peak,
        peak_of_edges: peak.map(|peak| peak as f64 / bytes),
    }
}

fn timed<T>(times: &RefCell<Vec<Duration>>, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    times.borrow_mut().push(start.elapsed());
    result
}

fn main() -> Done {
    if peak::is_child() {
        peak::print_peak();
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results/local");
    if std::env::args().any(|argument| argument == "--draw") {
        return figures::draw(&folder, &folder);
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut rows = Vec::new();
    for recipe in graphs::all() {
        measure(&mut criterion, &recipe.graph(), recipe.hard, &mut rows);
    }
    criterion.final_summary();
    compare(&mut rows);
    screen::print(&rows);
    if shrink() > 0 || !is_complete(&rows) {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    // Before anything is written, since that would make a clean work tree a dirty one.
    let machine = machine::machine();
    save(&rows, &folder.join("runs.csv"))?;
    std::fs::write(folder.join("machine.txt"), machine)?;
    figures::draw(&folder, &folder)
}
