//! Graphs whose ids have more than 32 bits.

use super::*;
use crate::graph::{Batch, Weight, scramble};
use std::collections::BTreeMap;

/// An id far from others, in the order of `v`.
fn id(v: u32) -> u64 {
    u64::from(v) << 40 | scramble(v.into()) >> 30
}

/// The same graph with such ids.
fn spread(graph: &Slice) -> Slice {
    let ends: Vec<[u64; 2]> = graph.edges.iter().map(|e| [id(e.u), id(e.v)]).collect();
    let keys: Vec<u64> = graph.edges.iter().map(|e| e.key).collect();
    let mut batch = Batch::known_listed(&ends, &keys, graph.weights);
    let ids = batch.take_ids();
    Slice { ids, ..Slice::whole(id(N as u32), batch.into_edges(), graph.weights) }
}

/// The edges of all ranks by their ids, as they would be written.
fn by_ids(parts: &[Slice]) -> Vec<(u64, u64, String)> {
    let edges = parts.iter().flat_map(|part| part.weighted());
    edges.map(|(u, v, weight): (_, _, Weight)| (u, v, weight.to_string())).collect()
}

/// Enough for the forests of [`spread`], with the ids at their edges, too little for many more edges.
const TIGHT_WITH_IDS: Memory = Memory::Folding(3 * 64 + 3 * (16 + 48) * 60);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Vertices are numbered in the order of their ids, whoever reads and however little memory there
    /// is; the forest, and the edges seen again, have the ids of the file.
    #[test]
    fn ids_are_numbered_and_come_back(
        edges in prop::collection::vec((0..N as u32, 0..N as u32, -9i64..9), 0..900),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let small = graph(edges);
        let whole = spread(&small);
        let expected = forest(std::slice::from_ref(&small));
        let expected: Vec<_> = expected.into_iter().map(|(u, v, w)| (id(u), id(v), w)).collect();
        let used: BTreeMap<u64, ()> = by_ids(std::slice::from_ref(&whole)).iter()
            .flat_map(|(u, v, _)| [(*u, ()), (*v, ())]).collect();
        for name in ["g.txt", "g.txt.gz", "g.gr", "g.mst"] {
            let path = write(folder.path(), name, &whole);
            let source = Source::File { path, format: None, text: TextOptions::default() };
            for (p, from, memory) in [
                (1, None, Memory::Unlimited),
                (3, None, Memory::Unlimited),
                (2, None, TIGHT_WITH_IDS),
                (3, Some(InputFrom::Root), TIGHT_WITH_IDS),
            ] {
                let request =
                    Request { source: &source, from, descending: false, vertex_bytes: 0, memory };
                let found = comm::run(p, Some(2), |comm| {
                    let loaded = load(comm, &request).expect("loaded");
                    let held = loaded.written(comm, loaded.slice.edges.clone());
                    let mut seen = Vec::new();
                    revisit_if_folded(comm, &request, &loaded, &mut seen);
                    (loaded, held, seen)
                });
                prop_assert_eq!(found[0].0.slice.vertices(), id(N as u32));
                prop_assert_eq!(found[0].0.slice.n, used.len() as u64, "{} on {}", name, p);
                let numbered: Vec<Slice> = found.iter().map(|(loaded, ..)| loaded.slice.clone()).collect();
                let ids: Vec<u64> = used.keys().copied().collect();
                let named = |(u, v, w): (u32, u32, String)| (ids[u as usize], ids[v as usize], w);
                prop_assert_eq!(forest(&numbered).into_iter().map(named).collect::<Vec<_>>(), &expected[..]);
                if found[0].0.folds == 0 {
                    let held: Vec<Slice> = found.iter().map(|(_, held, _)| held.clone()).collect();
                    prop_assert_eq!(by_ids(&held), by_ids(std::slice::from_ref(&whole)));
                } else {
                    let seen: Vec<_> = found.iter().flat_map(|(.., seen)| seen.clone()).collect();
                    let all = whole.weighted().map(|(u, v, _)| (u, v));
                    prop_assert!(seen.into_iter().map(|[u, v]| (ids[u as usize], ids[v as usize])).eq(all));
                }
            }
        }
    }
}

/// Where rank 0 reads, a rank may be sent other edges when they are shown again, and with them ids that
/// it did not have at first.
#[test]
fn ids_that_come_back_on_another_rank_are_known() {
    let (blocks, of_block) = (30u32, 20);
    let edge = |i: u64| {
        let first = (i as u32 / 180) * of_block;
        let end = |salt: u64| first + (scramble(2 * i + salt) % u64::from(of_block)) as u32;
        Edge { u: end(0), v: end(1), key: scramble(i) }
    };
    let edges: Vec<Edge<u64>> = (0..180 * u64::from(blocks)).map(edge).collect();
    let ends: Vec<[u64; 2]> = edges.iter().map(|e| [id(e.u), id(e.v)]).collect();
    let keys: Vec<u64> = edges.iter().map(|e| e.key >> 1).collect();
    let mut batch = Batch::known_listed(&ends, &keys, Weights::wide(Numbers::Integers));
    let ids = batch.take_ids();
    let n = id(blocks * of_block);
    let weights = Weights::wide(Numbers::Integers);
    let whole = Slice { ids, ..Slice::whole(n, batch.into_edges(), weights) };
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(folder.path(), "g.txt.gz", &whole);
    let source = Source::File { path, format: None, text: TextOptions::default() };
    let memory = Memory::Folding(3 * 64 + 3 * (16 + 48) * 1_300);
    let request =
        Request { source: &source, from: None, descending: false, vertex_bytes: 0, memory };
    let found = comm::run(3, Some(1), |comm| {
        let loaded = load(comm, &request).expect("loaded");
        assert!(loaded.folds > 0);
        let mut seen = Vec::new();
        revisit_if_folded(comm, &request, &loaded, &mut seen);
        seen
    });
    assert_eq!(found.concat().len(), edges.iter().filter(|e| !e.is_loop()).count());
}

fn revisit_if_folded(
    comm: &Comm,
    request: &Request<'_>,
    loaded: &Loaded,
    seen: &mut Vec<[u32; 2]>,
) {
    if loaded.folds == 0 {
        return;
    }
    let visit: &mut (dyn FnMut(&[Edge<u64>]) -> Result<()> + Send) = &mut |edges| {
        seen.extend(edges.iter().map(|e| [e.u, e.v]));
        Ok(())
    };
    revisit(comm, request, loaded, visit).expect("seen");
}

/// A large n alone, without a large id, is enough for numbers in place of ids.
#[test]
fn few_ids_of_many_vertices_are_numbered() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = Slice { isolated: 1 << 36, ..graph(vec![(7, 3, 5), (3, 9, 6)]) };
    let path = write(folder.path(), "g.txt", &whole);
    let source = Source::File { path, format: None, text: TextOptions::default() };
    let found = load_on(2, &source, None, false, Memory::Unlimited);
    let Slice { n, isolated, .. } = found[0].slice;
    assert_eq!((n, n + isolated), (3, whole.vertices()));
}

#[test]
fn generators_make_the_same_graph_of_many_vertices_on_any_ranks() {
    for spec in ["gnm:n=2^40,m=70000", "rmat:n=2^33,m=70000,weights=float"] {
        let source = Source::Generated(spec.parse().expect("a right spec"));
        let all = |p: usize| {
            let held = comm::run(p, Some(2), |comm| {
                let loaded = load(comm, &Request::of(&source)).expect("loaded");
                loaded.written(comm, loaded.slice.edges.clone())
            });
            by_ids(&held)
        };
        let one = all(1);
        assert!(one.len() == 70_000 && one.iter().any(|(u, ..)| u >> 32 != 0), "{spec}");
        assert_eq!(all(3), one, "{spec}");
    }
}

/// What a checkpoint cannot save is refused before anything is saved wrongly.
#[test]
fn checkpoints_of_many_vertices_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        Source::File { path, format: None, text: TextOptions::default() }
    };
    let sources = [
        file("g.txt", "1 2 3\n5000000000 2 7\n"),
        file("loop.txt", "1 2 3\n5000000000 5000000000 7\n"),
        Source::Generated("gnm:n=2^33,m=10".parse().expect("a right spec")),
    ];
    for source in sources {
        let request = Request::of(&source);
        let save = folder.path().join("save");
        let told = comm::run(2, Some(1), |comm| {
            let checkpoint = Checkpoint::new(&save, false, std::time::Duration::ZERO, &|_| ());
            load_saving(comm, &request, Some(&checkpoint)).expect_err("refused").to_string()
        });
        assert!(told.iter().all(|told| told.contains("more than 4294967295 vertices")), "{told:?}");
        fs::remove_dir_all(&save).ok();
    }
}
