//! Graphs whose ids have more than 32 bits: the answer is that of the same graph with small ids, in
//! every format, on any ranks, in every way of combining.

mod common;

use common::{Ended, finish, mpirun, mst};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// Runs `mst` in a folder, as threads of one process or, if `p` is given, under mpirun.
fn run(folder: &Path, p: Option<usize>, arguments: &str) -> Option<Ended> {
    let mut command = match p {
        None => Command::new(mst()),
        Some(p) => {
            let mut command = mpirun(p)?;
            command.arg(mst());
            command
        }
    };
    Some(finish(command.current_dir(folder).args(arguments.split_whitespace()), LIMIT))
}

fn right(folder: &Path, arguments: &str) -> Ended {
    let ended = run(folder, None, arguments).expect("no MPI is needed");
    assert_eq!(ended.code(), Some(0), "{arguments}: {ended:?}");
    ended
}

/// The id far from all others that stands for a small one, in the same order.
fn spread(id: u64) -> u64 {
    (id << 36) + id * 7919
}

/// The lines of a text with other ids, and with n instead of a header.
fn with_other_ids(text: &str, n: u64) -> String {
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [u, v, weight] = fields[..] else { panic!("{line}") };
        let id = |field: &str| spread(field.parse().expect("an id"));
        format!("{} {} {weight}\n", id(u), id(v))
    };
    let lines: Vec<String> = text.lines().filter(|line| !line.starts_with('#')).map(line).collect();
    format!("# vertices {n}, edges {}, ids from 0\n{}", lines.len(), lines.concat())
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

#[test]
fn the_forest_is_that_of_small_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    right(folder, "generate rgg2d:n=3000,m=9000,weights=uniform -o small.txt");
    right(folder, "solve small.txt -o forest.txt");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
    let n = spread(3000);
    fs::write(folder.join("large.txt"), with_other_ids(&read("small.txt"), n)).expect("written");
    let expected = with_other_ids(&read("forest.txt"), n);
    let mut told: Option<Value> = None;
    for name in ["large.txt", "large.txt.gz", "large.gr", "large.mtx", "large.mst"] {
        if name != "large.txt" {
            right(folder, &format!("convert large.txt {name}"));
        }
        for (p, options) in [
            (None, "--ranks 1"),
            (None, "--ranks 3 --combine sharded --verify"),
            (None, "--ranks 4 --combine contract+filter --verify"),
            (None, "--ranks 2 --memory 1k"),
            (Some(3), "--combine tree --verify"),
            (Some(3), "--combine sharded --verify"),
        ] {
            let Some(ended) =
                run(folder, p, &format!("solve {name} --json -o found.txt -q {options}"))
            else {
                continue;
            };
            if options.contains("memory") {
                assert_eq!(ended.code(), Some(1), "{ended:?}");
                assert!(ended.stderr.contains("give a larger --memory"), "{ended:?}");
                continue;
            }
            assert_eq!(ended.code(), Some(0), "{name} {options}: {ended:?}");
            // Matrix Market lists the higher end first.
            if !name.ends_with(".mtx") {
                assert_eq!(read("found.txt"), expected, "{name} {options}");
            }
            let found = json(&ended);
            assert_eq!(found["n"], n, "{found}");
            let first = told.get_or_insert_with(|| found.clone());
            for figure in ["checksum", "components", "weight", "forest_edges"] {
                assert_eq!(found[figure], first[figure], "{name} {options}: {figure}");
            }
        }
    }
}

/// A graph that does not fit is folded, and read once more for the proof.
#[test]
fn a_folded_graph_is_proved() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    right(folder, "generate gnm:n=2000,m=400000 -o small.txt");
    let small = fs::read_to_string(folder.join("small.txt")).expect("written");
    fs::write(folder.join("large.txt"), with_other_ids(&small, spread(2000))).expect("written");
    let whole = json(&right(folder, "solve large.txt --json"));
    let folded = right(folder, "solve large.txt --json --memory 40M --ranks 2 --verify");
    assert!(folded.stderr.contains("folded"), "{folded:?}");
    assert_eq!(json(&folded)["checksum"], whole["checksum"]);
}

/// A binary file may have ids of 8 bytes although they need only 4.
#[test]
fn long_ids_of_few_vertices_are_plain() {
    let folder = tempfile::tempdir().expect("a folder");
    let edges: [(u64, u64, u32); 3] = [(10, 50, 1), (50, 90, 2), (10, 90, 3)];
    let mut bytes = b"MSTGRAPH".to_vec();
    bytes.extend([2u32, 1].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend([100u64, 3].into_iter().flat_map(u64::to_le_bytes));
    for (u, v, weight) in edges {
        bytes.extend([u, v].into_iter().flat_map(u64::to_le_bytes));
        bytes.extend(weight.to_le_bytes());
    }
    fs::write(folder.path().join("g.mst"), bytes).expect("written");
    for ranks in [1, 2, 3] {
        let solved = right(folder.path(), &format!("solve g.mst -q -o - --verify --ranks {ranks}"));
        let expected = "# vertices 100, edges 2, ids from 0\n10 50 1\n50 90 2\n";
        assert_eq!(solved.stdout, expected, "{ranks} ranks");
    }
}

/// Without a header, only the last lines tell that ids are large, or that few of many vertices have
/// edges.
#[test]
fn ids_that_grow_are_read_on_any_ranks() {
    let folder = tempfile::tempdir().expect("a folder");
    let graphs = [
        "0 1000000000 5\n1 2000000000 4\n2 3000000000 3\n3 4000000000 2\n4 5000000000 1\n5 6000000000 1\n",
        "0 1 5\n1 4294967294 4\n4294967294 0 3\n",
    ];
    for text in graphs {
        fs::write(folder.path().join("g.txt"), text).expect("written");
        let forest = |options: &str| {
            let solved =
                right(folder.path(), &format!("solve g.txt -q -o - --memory 400M {options}"));
            solved.stdout
        };
        let expected = forest("--ranks 1 --combine sharded");
        assert!(expected.lines().count() > 2, "{expected}");
        for options in
            ["--ranks 3", "--ranks 7", "--ranks 1 --input-from root", "--ranks 3 --input-from root"]
        {
            assert_eq!(forest(&format!("{options} --combine sharded")), expected, "{options}");
        }
    }
}

#[test]
fn wrong_forests_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    write("g.txt", "0 5000000000 3\n5000000000 7000000000 4\n0 7000000000 5\n1 2 1\n");
    let cases = [
        ("1 2 1\n0 5000000000 3\n5000000000 7000000000 4\n", None),
        (
            "1 2 1\n0 5000000000 3\n0 7000000000 5\n",
            Some(
                "is lighter than the heaviest forest edge between its endpoints, (0, 4) of weight 5 (vertices and positions count from 0); as few of many ids have edges here, k stands for the k-th of them",
            ),
        ),
        ("1 2 1\n0 5000000000 3\n", Some("the forest is not spanning: graph edge 1")),
        (
            "1 2 1\n0 5000000000 3\n5000000000 6999999999 4\n",
            Some("5000000000 - 6999999999 of weight 4 is not in the graph"),
        ),
        (
            "1 2 1\n0 5000000000 3\n5000000000 7000000001 4\n",
            Some("the forest has 7000000002 vertices"),
        ),
        (
            "1 2 1\n3 4 1\n",
            Some("3 - 4 of weight 1 is not in the graph, which has no edge at one of its ends"),
        ),
    ];
    for (forest, expected) in cases {
        write("f.txt", forest);
        for p in [None, Some(2)] {
            let Some(ended) = run(folder, p, "verify g.txt f.txt") else { continue };
            let Some(expected) = expected else {
                assert_eq!(ended.code(), Some(0), "{ended:?}");
                assert!(ended.stdout.contains("3 edges, 6,999,999,998 components"), "{ended:?}");
                continue;
            };
            assert_eq!(ended.code(), Some(3), "{forest:?}: {ended:?}");
            assert!(ended.stderr.contains(expected), "{forest:?}: {ended:?}");
        }
    }
}

/// What cannot hold or save such ids says so before the work.
#[test]
fn what_needs_small_ids_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("g.txt"), "0 5000000000 3\n").expect("written");
    let cases = [
        ("convert g.txt g.graph", 1, "METIS has a line for each vertex"),
        ("solve gnm:n=2^33,m=5 -o g.graph", 1, "METIS has a line for each vertex"),
        ("solve g.txt --checkpoint c", 2, "--checkpoint cannot save"),
        ("solve gnm:n=2^33,m=5 --checkpoint c --ranks 2", 2, "--checkpoint cannot save"),
        ("solve grid2d:n=2^34", 2, "at most 4294967295 vertices are possible here"),
    ];
    for (arguments, code, expected) in cases {
        let refused = run(folder, None, arguments).expect("no MPI is needed");
        assert_eq!(refused.code(), Some(code), "{arguments}: {refused:?}");
        assert!(refused.stderr.contains(expected), "{arguments}: {refused:?}");
        assert_eq!(refused.stderr.matches("mst: error").count(), 1, "{arguments}: {refused:?}");
    }
}
