//! Whichever rank reads, and however little memory a rank may use, the slices stand for the same
//! graph.

use super::*;
use crate::comm;
use crate::format::{self, TextOptions};
use crate::graph::{Edge, Edges, Numbers, Weights, integer_key, with_edges};
use crate::local::{kruskal, sort};
use proptest::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

mod files;
mod ids;

const N: u64 = 20;

/// A graph with keys of 64 bits.
fn graph(edges: Vec<(u32, u32, i64)>) -> Slice {
    let edge = |(u, v, weight)| Edge { u, v, key: integer_key(weight) };
    let edges: Vec<_> = edges.into_iter().filter(|(u, v, _)| u != v).map(edge).collect();
    Slice::whole(N, Edges::Wide(edges), Weights::wide(Numbers::Integers))
}

/// The forest of a graph as (u, v, weight), lightest first.
fn forest(slices: &[Slice]) -> Vec<(u32, u32, String)> {
    let weights = slices[0].weights;
    let lists = slices.iter().flat_map(|slice| slice.edges.iter());
    let mut forest = kruskal(slices[0].n as usize, &lists.collect::<Vec<_>>());
    sort(&mut forest);
    forest.iter().map(|e| (e.u, e.v, weights.weight(e.key).to_string())).collect()
}

fn write(folder: &Path, name: &str, graph: &Slice) -> PathBuf {
    let path = folder.join(name);
    let mut out =
        format::compressed(&path, fs::File::create(&path).expect("a file")).expect("memory");
    let kind = Format::of_output(&path).expect("known");
    format::write(kind, &path, graph, &mut out).expect("written");
    out.finish().and_then(|mut file| file.flush()).expect("finished");
    path
}

/// Enough for the forests of [`graph`], too little for many more edges.
const TIGHT: Memory = Memory::Folding(8 * N + 3 * 64 + 3 * 16 * 60);

fn load_on(
    p: usize,
    source: &Source,
    from: Option<InputFrom>,
    descending: bool,
    memory: Memory,
) -> Vec<Loaded> {
    let request = Request { source, from, descending, vertex_bytes: 0, memory };
    comm::run(p, Some(2), |comm| load(comm, &request).expect("loaded"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn folding_changes_nothing(
        edges in prop::collection::vec((0..N as u32, 0..N as u32, -9i64..9), 0..900),
        descending: bool,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = graph(edges);
        for name in ["g.txt", "g.txt.gz", "g.csv.zst", "g.gr", "g.mst", "g.graph"] {
            let path = write(folder.path(), name, &whole);
            let source = Source::File { path, format: None, text: TextOptions::default() };
            let all = load_on(1, &source, None, descending, Memory::Unlimited);
            let expected = forest(std::slice::from_ref(&all[0].slice));
            prop_assert_eq!(all[0].folds, 0);
            for (p, from) in [(1, None), (2, None), (3, Some(InputFrom::Root))] {
                let loaded = load_on(p, &source, from, descending, TIGHT);
                let slices: Vec<Slice> = loaded.iter().map(|loaded| loaded.slice.clone()).collect();
                prop_assert_eq!(forest(&slices), &expected[..], "{} on {} ranks", name, p);
                prop_assert!(whole.m < 600 || loaded[0].folds > 0);
                for loaded in &loaded {
                    prop_assert_eq!((loaded.slice.n, loaded.slice.m), (all[0].slice.n, whole.m));
                }
            }
        }
    }
}

#[test]
fn generators_are_folded_and_seen_again() {
    for spec in ["gnm:n=50,m=9000", "rgg2d:n=300,m=9000", "gnm:n=50,m=9000,weights=float"] {
        let source = Source::Generated(spec.parse().expect("a right spec"));
        let all = load_on(1, &source, None, false, Memory::Unlimited);
        let whole = all[0].slice.clone();
        let expected = forest(std::slice::from_ref(&whole));
        let memory = Memory::Folding(60_000);
        let request =
            Request { source: &source, from: None, descending: false, vertex_bytes: 0, memory };
        let found = comm::run(3, Some(1), |comm| {
            let loaded = load(comm, &request).expect("loaded");
            let mut seen = Vec::new();
            let visit: &mut (dyn FnMut(&[Edge<u64>]) -> Result<()> + Send) = &mut |edges| {
                seen.extend_from_slice(edges);
                Ok(())
            };
            revisit(comm, &request, &loaded, visit).expect("seen");
            (loaded, seen)
        });
        assert!(found[0].0.folds > 0, "{spec}");
        let slices: Vec<Slice> = found.iter().map(|(loaded, _)| loaded.slice.clone()).collect();
        assert_eq!(forest(&slices), expected, "{spec}");
        let seen: Vec<Edge<u64>> = found.iter().flat_map(|(_, seen)| seen.clone()).collect();
        let canonical = |e: Edge<u64>| Edge { key: whole.weights.canonical(e.key), ..e };
        assert_eq!(seen, whole.edges.iter().map(canonical).collect::<Vec<_>>(), "{spec}");
        with_edges!(&whole.edges, edges => assert_eq!(edges.len(), seen.len()));
    }
}

/// Weights turn out to be floats after integers have already been folded.
#[test]
fn floats_may_come_late() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = |large: i64| -> String {
        let line = |i: i64| format!("{} {} {}\n", i % 20, (i * 7 + 1) % 20, large + i * 31 % 17);
        (0..800).map(line).collect::<String>() + "3 4 0.5\n5 6 2.25\n"
    };
    let path = folder.path().join("late.txt");
    let source = Source::File { path: path.clone(), format: None, text: TextOptions::default() };
    fs::write(&path, lines(-5)).expect("written");
    let all = load_on(1, &source, None, false, Memory::Unlimited);
    let folded = load_on(1, &source, None, false, TIGHT);
    assert!(folded[0].folds > 0);
    assert_eq!(
        forest(std::slice::from_ref(&folded[0].slice)),
        forest(std::slice::from_ref(&all[0].slice))
    );
    fs::write(&path, lines(1 << 60)).expect("written");
    let request =
        Request { source: &source, from: None, descending: false, vertex_bytes: 0, memory: TIGHT };
    let refused = comm::run(2, Some(1), |comm| load(comm, &request).err().map(|e| e.to_string()));
    assert!(refused[0].as_ref().is_some_and(|told| told.contains("2^53")), "{refused:?}");
}

#[test]
fn a_budget_too_small_is_told() {
    let source = Source::Generated("gnm:n=1000,m=9000".parse().expect("a right spec"));
    for (memory, words) in [
        (Memory::Folding(30_000), "give a larger --memory"),
        (Memory::Folding(3), "give a larger --memory"),
        (Memory::Within(30_000), "or mst solve"),
    ] {
        let request =
            Request { source: &source, from: None, descending: false, vertex_bytes: 0, memory };
        let refused = |comm: &Comm| load(comm, &request).expect_err("too small").to_string();
        let told = comm::run(1, Some(1), refused);
        assert!(told[0].contains(words), "{told:?}");
    }
}
