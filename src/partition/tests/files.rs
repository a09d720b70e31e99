//! A graph in several files is the graph of all their edges, in order.

use super::*;
use crate::partition::Files;

/// The parts of a graph, cut at these edges, each a graph on the same vertices.
fn parts(whole: &Slice, cuts: &[usize]) -> Vec<Slice> {
    let Edges::Wide(edges) = &whole.edges else { unreachable!("the tests' keys are wide") };
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (edges.len() + 1)).collect();
    cuts.extend([0, edges.len()]);
    cuts.sort_unstable();
    let part = |ends: &[usize]| edges[ends[0]..ends[1]].to_vec();
    let slice = |edges| Slice::whole(N, Edges::Wide(edges), whole.weights);
    cuts.windows(2).map(part).map(slice).collect()
}

fn source(files: Files) -> Source {
    Source::Files { files, format: None, text: TextOptions::default() }
}

/// The edges of all ranks in order, and what else is to be the same.
fn edges(loaded: &[Loaded]) -> (Vec<(u32, u32, String)>, u64, u64) {
    let Slice { n, m, weights, .. } = loaded[0].slice;
    let all = loaded.iter().flat_map(|loaded| loaded.slice.edges.iter().collect::<Vec<_>>());
    (all.map(|e| (e.u, e.v, weights.weight(e.key).to_string())).collect(), n, m)
}

/// Why `source` is refused on `p` ranks, as rank 0 tells.
fn refused(p: usize, source: &Source) -> String {
    let request = Request::of(source);
    comm::run(p, Some(1), |comm| load(comm, &request).expect_err("wrong").to_string())
        .swap_remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Listed, by a pattern, and one of each rank; as text, some of it empty, and binary; with much
    /// memory and little.
    #[test]
    fn several_files_are_one_graph(
        drawn in prop::collection::vec((0..N as u32, 0..N as u32, -9i64..9), 1..900),
        cuts in prop::collection::vec(0usize..1000, 0..7),
    ) {
        let whole = graph(drawn);
        prop_assume!(whole.m > 0);
        let parts = parts(&whole, &cuts);
        let k = parts.len();
        for name in ["txt", "mst"] {
            let folder = tempfile::tempdir().expect("a folder");
            let one = write(folder.path(), &format!("whole.{name}"), &whole);
            let one = Source::File { path: one, format: None, text: TextOptions::default() };
            let (all, n, m) = edges(&load_on(1, &one, None, false, Memory::Unlimited));
            let files = parts.iter().enumerate();
            let listed = files.map(|(i, part)| write(folder.path(), &format!("part-{i}.{name}"), part));
            let listed = Files::Listed(listed.collect());
            let path = |name: String| folder.path().join(name).to_str().expect("plain").to_owned();
            let matching = Files::named(&path(format!("part-*.{name}"))).expect("a pattern");
            let of_rank = Files::named(&path(format!("part-%r.{name}"))).expect("of each rank");
            for (p, files) in [(1, &listed), (2, &matching), (5, &listed), (k, &of_rank)] {
                let source = source(files.clone());
                let loaded = load_on(p, &source, None, false, Memory::Unlimited);
                prop_assert_eq!(&edges(&loaded), &(all.clone(), n, m), "{} on {}", files, p);
                let tight = load_on(p, &source, None, true, TIGHT);
                let slices = |all: &[Loaded]| all.iter().map(|one| one.slice.clone()).collect::<Vec<_>>();
                let whole = load_on(1, &one, None, true, Memory::Unlimited);
                prop_assert_eq!(forest(&slices(&tight)), forest(&slices(&whole)), "{} on {}", files, p);
            }
        }
    }
}

/// The files of `texts`, by these names.
fn written(folder: &Path, texts: &[(&str, &str)]) -> Files {
    let file = |(name, text): &(&str, &str)| {
        let path = folder.join(name);
        fs::write(&path, text).expect("written");
        path
    };
    Files::Listed(texts.iter().map(file).collect())
}

#[test]
fn one_text_may_have_been_split() {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = [
        ("a.txt", "# vertices 9, edges 3, ids from 0\n0 1 5\n"),
        ("b.txt", ""),
        ("c.txt", "2 1 7\n3 3 1\n"),
    ];
    let source = source(written(folder.path(), &texts));
    for p in [1, 2, 4] {
        let loaded = load_on(p, &source, None, false, Memory::Unlimited);
        let (found, n, m) = edges(&loaded);
        let expected = [(0, 1, "5".to_owned()), (2, 1, "7".to_owned())];
        assert_eq!((found, n, m), (expected.to_vec(), 9, 2), "{p} ranks");
        assert_eq!(loaded[0].slice.loops, 1);
    }
}

#[test]
fn a_bad_line_is_counted_in_its_own_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "0 1 5\n".repeat(60);
    let texts =
        [("a.txt", long.as_str()), ("b.txt", &format!("{long}0 1 x\n{long}")), ("c.txt", &long)];
    let source = source(written(folder.path(), &texts));
    for p in [1, 2, 5] {
        let told = refused(p, &source);
        assert!(told.contains("b.txt:61:5: expected"), "{p} ranks: {told}");
    }
}

#[test]
fn files_that_are_not_parts_of_one_graph_are_refused() {
    let header = "# vertices 9, edges 1, ids from 0\n0 1 5\n";
    for (texts, words) in [
        (
            [("a.txt", header), ("b.txt", "# vertices 8, edges 1, ids from 0\n0 1 5\n")],
            "has 8 vertices, but",
        ),
        ([("a.txt", "0 1 5\n1 2 3\n"), ("b.txt", "0 1\n1 2\n")], "is read as columns"),
        ([("a.txt", "0 1 0,5\n1 2 0,7\n"), ("b.txt", "0 1 2.5\n")], "options must say"),
        (
            [("a.txt", "0 1 5\n"), ("b.txt", header)],
            "give all files such a header, or only the first",
        ),
        (
            [("a.txt", header), ("b.txt", "# vertices 9, edges 2, ids from 0\n0 1 5\n")],
            "say 3 edges in all, but there are 2",
        ),
        ([("a.txt", header), ("b.txt", "0 1 5\n")], "say 1 edges in all, but there are 2"),
        ([("a.txt", header), ("b.txt", "11 1 5\n")], "b.txt:1:1"),
        // Read as an edge, its first line would be one of as many as it says there are.
        (
            [("a.txt", "0 1\n4 2\n"), ("b.txt", "5 2\n0 1\n3 4\n")],
            "b.txt: its first line may be a header",
        ),
        (
            [("a.txt", "0 1 5\n"), ("b.gr", "p sp 2 1\na 1 2 3\n")],
            "the files of one graph must have one format",
        ),
        (
            [("a.gr", "p sp 2 1\na 1 2 3\n"), ("b.gr", "p sp 2 1\na 1 2 3\n")],
            "has a whole graph in each file",
        ),
        ([("a.txt", ""), ("b.txt", "")], "all of the files are empty"),
        ([("a.txt", "0 1 5\n"), ("b.txt", "# nothing\n")], "b.txt: it contains no edges"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let source = source(written(folder.path(), &texts));
        let told = [1, 3].map(|p| refused(p, &source));
        assert!(told[0].contains(words), "{told:?} for {words}");
        assert!(told[1].contains(words), "{told:?} for {words}");
    }
}

#[test]
fn files_of_ranks_and_patterns_must_be_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = [("in-0.txt", "0 1 5\n"), ("in-1.txt", "1 2 4\n"), (".hidden.txt", "2 3 1\n")];
    written(folder.path(), &texts);
    let named = |name: &str| {
        let name = folder.path().join(name);
        source(Files::named(name.to_str().expect("plain")).expect("several"))
    };
    assert!(refused(3, &named("in-%r.txt")).contains("in-2.txt"));
    assert!(refused(2, &named("out-*.txt")).contains("no file matches"));
    assert!(refused(2, &named("*hidden.txt")).contains("no file matches"));
    let loaded = load_on(2, &named("in-%r.txt"), None, false, Memory::Unlimited);
    assert_eq!(loaded.iter().map(|loaded| loaded.slice.edges.len()).collect::<Vec<_>>(), [1, 1]);
    let several = named("in-*.txt");
    let root = Request { from: Some(InputFrom::Root), ..Request::of(&several) };
    let told = comm::run(2, Some(1), |comm| load(comm, &root).expect_err("wrong").to_string());
    assert!(told[0].contains("rank 0 reads one file"), "{told:?}");
}

/// A proof reads the files again, and sees when one has changed.
#[test]
fn several_files_are_seen_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = written(folder.path(), &[("a.txt", "0 1 5\n1 2 3\n"), ("b.txt", "2 3 4\n")]);
    let source = source(files);
    let request = Request::of(&source);
    let see = |comm: &Comm, loaded: &Loaded| {
        let mut count = 0;
        let visit: &mut (dyn FnMut(&[Edge<u64>]) -> Result<()> + Send) = &mut |edges| {
            count += edges.len();
            Ok(())
        };
        revisit(comm, &request, loaded, visit).map(|()| count)
    };
    let told = comm::run(2, Some(1), |comm| {
        let loaded = load(comm, &request).expect("loaded");
        let counted = see(comm, &loaded).expect("seen");
        comm.barrier();
        if comm.rank() == 0 {
            fs::write(folder.path().join("b.txt"), "2 3 9\n").expect("written");
        }
        comm.barrier();
        (counted, see(comm, &loaded).expect_err("changed").to_string())
    });
    assert_eq!(told.iter().map(|(counted, _)| counted).sum::<usize>(), 3);
    assert!(told[0].1.contains("the file changed while it was read"), "{told:?}");
}
