//! Compares the command line with petgraph and with Kruskal with a stable sort, on random small
//! graphs in every format, by every algorithm and way of combining, on 1, 2, 3 and 5 ranks.
//!
//! `MST_CASES` is the number of graphs; 5000 take some minutes.

mod common;

use common::{finish, mst};
use mst::format::{Format, write};
use mst::graph::{BatchBuilder, Numbers, Slice, Weight, Weights};
use petgraph::algo::min_spanning_tree;
use petgraph::data::Element;
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::unionfind::UnionFind;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

const COMBINES: [&str; 13] = [
    "auto",
    "gather",
    "tree",
    "filter",
    "boruvka",
    "contract+gather",
    "contract+tree",
    "contract+filter",
    "contract+boruvka",
    "shuffle+contract+gather",
    "shuffle+contract+tree",
    "shuffle+contract+filter",
    "shuffle+contract+boruvka",
];
const ALGORITHMS: [&str; 4] = ["auto", "kruskal", "filter-kruskal", "boruvka"];
const FORMATS: [&str; 9] =
    ["a.txt", "b.csv", "c.tsv", "comma.txt", "names.csv", "d.gr", "e.mtx", "f.graph", "g.mst"];
const RANKS: [usize; 4] = [1, 2, 3, 5];

/// A random generator with a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

struct Graph {
    n: u32,
    /// The edges, without self-loops. All weights are multiples of 1/4, so that sums of floats are
    /// exact.
    edges: Vec<(u32, u32, f64)>,
    integers: bool,
}

impl Graph {
    fn draw(random: &mut Random) -> Self {
        let n = 1 + random.below(12) as u32;
        let m = if n == 1 { 0 } else { random.below(30) };
        let integers = random.below(2) == 0;
        let spread = random.one_of(&[1, 3, 1000, 1 << 40]);
        let mut edges = Vec::new();
        for _ in 0..m {
            let u = random.below(n.into()) as u32;
            let v = (u + 1 + random.below(u64::from(n) - 1) as u32) % n;
            let weight = random.below(2 * spread) as f64 - spread as f64;
            edges.push((u, v, if integers { weight } else { weight / 4.0 }));
        }
        Self { n, edges, integers }
    }

    fn weight(&self, weight: f64) -> Weight {
        if self.integers { Weight::Integer(weight as i64) } else { Weight::Float(weight) }
    }

    fn slice(&self) -> Slice {
        let numbers = if self.integers { Numbers::Integers } else { Numbers::Floats };
        let mut batch = BatchBuilder::new(0);
        self.edges
            .iter()
            .for_each(|&(u, v, weight)| batch.push(u.into(), v.into(), self.weight(weight)));
        let weights = Weights::wide(numbers);
        let edges = batch.finish().rekeyed(weights).into_edges();
        Slice::whole(self.n.into(), edges, weights)
    }

    /// Writes the graph in the format that the file's name implies. Tables cannot state n, so a
    /// self-loop at the last vertex implies it.
    fn write(&self, path: &Path) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let loop_at_end = (self.n - 1, self.n - 1, 0.0);
        let lines = self.edges.iter().chain([&loop_at_end]);
        let text = match name {
            "comma.txt" => {
                let line = |(u, v, w): &(u32, u32, f64)| {
                    format!("{u};{v};{}\n", format!("{w:?}").replace('.', ","))
                };
                lines.map(line).collect::<String>()
            }
            "names.csv" => {
                let line = |(u, v, w): &(u32, u32, f64)| format!("\"x, y\",{w},{v},\"{u}\"\n");
                "label,cost,to,from\n".to_owned() + &lines.map(line).collect::<String>()
            }
            "b.csv" | "c.tsv" => {
                let between = if name == "b.csv" { "," } else { "\t" };
                lines.map(|(u, v, w)| format!("{u}{between}{v}{between}{w}\n")).collect()
            }
            _ => {
                let mut file = fs::File::create(path).unwrap();
                write(Format::of_output(path).unwrap(), path, &self.slice(), &mut file).unwrap();
                return;
            }
        };
        fs::write(path, text).unwrap();
    }

    /// The forest by a stable sort, which prefers the earlier of two edges of equal weight.
    fn forest(&self, max: bool) -> Vec<(u32, u32, f64)> {
        let mut sorted = self.edges.clone();
        sorted.sort_by(|a, b| if max { b.2.total_cmp(&a.2) } else { a.2.total_cmp(&b.2) });
        let mut components = UnionFind::<u32>::new(self.n as usize);
        sorted.retain(|&(u, v, _)| components.union(u, v));
        ends_in_order(sorted)
    }

    /// The weight of petgraph's forest, and its edges.
    fn petgraph(&self, max: bool) -> (f64, usize) {
        let mut graph = UnGraph::<(), f64>::new_undirected();
        for _ in 0..self.n {
            graph.add_node(());
        }
        for &(u, v, weight) in &self.edges {
            let weight = if max { -weight } else { weight };
            graph.add_edge(NodeIndex::new(u as usize), NodeIndex::new(v as usize), weight);
        }
        let weights = min_spanning_tree(&graph).filter_map(|element| match element {
            Element::Edge { weight, .. } => Some(weight),
            Element::Node { .. } => None,
        });
        let weights: Vec<f64> = weights.collect();
        let total: f64 = weights.iter().sum();
        (if max { -total } else { total }, weights.len())
    }
}

fn ends_in_order(edges: Vec<(u32, u32, f64)>) -> Vec<(u32, u32, f64)> {
    let mut edges: Vec<_> = edges.into_iter().map(|(u, v, w)| (u.min(v), u.max(v), w)).collect();
    edges.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    edges
}

fn read_forest(path: &Path) -> Vec<(u32, u32, f64)> {
    let text = fs::read_to_string(path).unwrap();
    let edge = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        (fields[0].parse().unwrap(), fields[1].parse().unwrap(), fields[2].parse().unwrap())
    };
    ends_in_order(text.lines().filter(|line| !line.starts_with('#')).map(edge).collect())
}

fn try_case(seed: u64) {
    let mut random = Random(seed);
    let graph = Graph::draw(&mut random);
    let mut name = random.one_of(&FORMATS);
    if name == "f.graph" && (!graph.integers || graph.edges.is_empty()) {
        name = "a.txt";
    }
    let (ranks, max) = (random.one_of(&RANKS).to_string(), random.below(4) == 0);
    let (combine, algorithm) = (random.one_of(&COMBINES), random.one_of(&ALGORITHMS));
    let folder = tempfile::tempdir().unwrap();
    graph.write(&folder.path().join(name));
    let mut command = Command::new(mst());
    command.current_dir(folder.path()).args(["solve", name, "--json", "-q", "-o", "forest.txt"]);
    command.args(["-r", &ranks, "--combine", combine, "-a", algorithm, "--threads", "1"]);
    command.args(max.then_some("--max"));
    let ended = finish(&mut command, Duration::from_secs(60));
    let outcome: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|why| panic!("seed {seed}: {why}: {command:?} {ended:?}"));
    let (weight, edges) = graph.petgraph(max);
    assert_eq!(outcome["weight"].as_f64(), Some(weight), "seed {seed}: {command:?}");
    assert_eq!(outcome["forest_edges"], edges, "seed {seed}: {command:?}");
    assert_eq!(
        outcome["components"],
        u64::from(graph.n) - edges as u64,
        "seed {seed}: {command:?}"
    );
    let mut expected = graph.forest(max);
    let mut found = read_forest(&folder.path().join("forest.txt"));
    if name == "f.graph" {
        // METIS lists edges by vertex, so ties may be decided differently.
        expected.iter_mut().chain(&mut found).for_each(|edge| *edge = (0, 0, edge.2));
        (expected, found) = (ends_in_order(expected), ends_in_order(found));
    }
    assert_eq!(found, expected, "seed {seed}: {command:?}");
}

/// Nearly all edges have the same weight, and a few are lighter: this must not mislead a sort that
/// is based on a sample.
#[test]
fn a_few_light_edges_beside_one_weight() {
    let folder = tempfile::tempdir().unwrap();
    let n = 70_000;
    let edges = (0..n).map(|i| format!("{i} {} 1\n", i + 1)).collect::<String>();
    fs::write(folder.path().join("g.txt"), edges + "5 6 0\n").unwrap();
    for more in [
        &["-t", "1"][..],
        &["-t", "2"],
        &["-r", "2"],
        &["-r", "3", "-a", "boruvka", "--combine", "tree"],
    ] {
        let mut command = Command::new(mst());
        command.current_dir(folder.path()).args(["solve", "g.txt", "--json", "-q"]).args(more);
        let ended = finish(&mut command, Duration::from_secs(60));
        let outcome: Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"));
        assert_eq!(outcome["weight"], n - 1, "{more:?}");
    }
}

#[test]
fn petgraph_agrees() {
    let cases: u64 =
        std::env::var("MST_CASES").map_or(400, |cases| cases.parse().expect("a number"));
    let threads = thread::available_parallelism().map_or(2, Into::into) as u64;
    thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || (first..cases).step_by(threads as usize).for_each(try_case));
        }
    });
    println!("{cases} graphs, no difference");
}
