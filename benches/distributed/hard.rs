//! Hard cases: graphs, and distributions of edges to ranks, on which algorithms are slow. Compares
//! `auto` with a plain gather, on ranks in this process.

use crate::figures::runs::HardCase;
use crate::graphs::{Graph, Recipe, all, shrink};
use mst::comm::{self, Comm};
use mst::distributed::{Choice, Plan};
use mst::graph::{Edge, Key, with_edges};
use mst::local::Algorithm;
use mst::measure::{Repeats, Spread, repeat};
use mst::selftest::Distribution;

/// Runs of each contestant; the median is used.
const REPETITIONS: usize = 7;

/// Measures all cases, with a line for each on standard output.
pub(crate) fn measure() -> Vec<HardCase> {
    let mut cases = Vec::new();
    println!(
        "{:<34} {:>5} {:>10} {:>10} {:>6}  chosen",
        "case", "ranks", "gather", "auto", "ratio"
    );
    let mut add = |case: HardCase| {
        println!(
            "{:<34} {:>5} {:>7.2} ms {:>7.2} ms {:>6.2}  {}",
            case.case,
            case.ranks,
            1e3 * case.gather_s,
            1e3 * case.auto_s,
            case.ratio,
            case.chosen
        );
        cases.push(case);
    };
    for graph in all().iter().filter(|recipe| recipe.hard).map(Recipe::graph) {
        add(of(&graph, 2, "", Distribution::Evenly));
    }
    let usual: Vec<Recipe> = all().into_iter().filter(|recipe| !recipe.hard).collect();
    let smaller = |recipe: &Recipe| {
        let mut graph = recipe.graph();
        with_edges!(&mut graph.edges, edges => edges.truncate(1 << (22 - shrink())));
        graph
    };
    let random = smaller(&usual[0]);
    add(of(&random, 2, ", one rank has all", Distribution::ToOne(1)));
    add(of(&random, 4, ", at random", Distribution::AtRandom(3)));
    add(of(&smaller(&usual[3]), 2, ", one rank has all", Distribution::ToOne(0)));
    let mut few = random;
    with_edges!(&mut few.edges, edges => edges.truncate(5));
    add(of(&few, 8, ", five edges", Distribution::Evenly));
    cases
}

fn of(graph: &Graph, ranks: usize, label: &str, distribution: Distribution) -> HardCase {
    let results = comm::run(ranks, Some(1), |comm| {
        with_edges!(&graph.edges, edges => {
            let mine = &edges[distribution.slice(edges.len(), ranks, comm.rank())];
            compare(comm, graph.n, edges.len() as u64, mine)
        })
    });
    let (chosen, gather, auto) = &results[0];
    HardCase {
        case: format!("{}{label}", graph.name),
        ranks,
        n: graph.n,
        m: graph.edges.len(),
        chosen: chosen.clone(),
        gather_s: gather.median,
        gather_least_s: Some(gather.least),
        gather_most_s: Some(gather.most),
        auto_s: auto.median,
        auto_least_s: Some(auto.least),
        auto_most_s: Some(auto.most),
        ratio: auto.median / gather.median,
    }
}

/// The plan that `auto` chose, and the times of a gather and of `auto`, which run alternately.
fn compare<K: Key>(comm: &Comm, n: usize, m: u64, mine: &[Edge<K>]) -> (String, Spread, Spread) {
    let link = comm.measure_link();
    let auto = || {
        let plan = Choice::of(comm, n, m, mine, link).plan;
        drop(plan.forest(comm, n, mine, Algorithm::Auto));
        plan
    };
    let gather = || drop(Plan::PLAIN.forest(comm, n, mine, Algorithm::Auto));
    let (mut gathers, mut autos, mut chosen) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..REPETITIONS {
        gathers.push(repeat(comm, Repeats::exactly(1), false, gather).1[0].total);
        let (plan, runs) = repeat(comm, Repeats::exactly(1), false, auto);
        autos.push(runs[0].total);
        chosen = plan.name();
    }
    (chosen, Spread::of(gathers), Spread::of(autos))
}
