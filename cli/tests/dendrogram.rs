//! `mst dendrogram`: what it writes, and what it refuses. Whether the merges are right is tested where
//! they are made, and against scipy by the tests of the Python package.

mod common;

use common::{Ended, data, finish, mst};
use flate2::read::GzDecoder;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Two triangles, of which one is a pair with a loose end, and a vertex alone.
const GRAPH: &str =
    "# vertices 7, edges 6, ids from 0\n0 1 2.5\n1 2 1\n0 2 4\n3 4 0.5\n4 5 2.5\n3 5 3\n";

const MERGES: &str = "\
cluster_a,cluster_b,height,size
3,4,0.5,2
1,2,1.0,2
0,8,2.5,3
5,7,2.5,3
9,10,inf,6
6,11,inf,7
";

const TREES: &str = "(0:2.5,(1:1,2:1):1.5);\n(5:2.5,(3:0.5,4:0.5):2);\n6;\n";

fn at(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(mst());
    command.current_dir(folder).arg("dendrogram").args(arguments);
    finish(&mut command, Duration::from_secs(60))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("g.txt"), GRAPH).unwrap();
    folder
}

#[test]
fn each_format_has_the_same_merges() {
    let folder = folder();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let standard = at(folder.path(), &["g.txt", "-o", "-", "-q"]);
    assert_eq!((standard.code(), standard.stdout.as_str()), (Some(0), MERGES), "{standard:?}");
    for (name, ranks) in [("Z.csv", "1"), ("Z.tsv.gz", "3"), ("Z.npy", "1"), ("Z.nwk", "2")] {
        let written = at(folder.path(), &["g.txt", "-o", name, "-r", ranks]);
        assert_eq!(written.code(), Some(0), "{written:?}");
        let merges = if name == "Z.nwk" { "4 merges" } else { "6 merges" };
        assert!(written.stderr.contains(&format!("{name}: {merges}, 3 components")), "{written:?}");
    }
    assert_eq!(String::from_utf8(read("Z.csv")).unwrap(), MERGES);
    assert_eq!(String::from_utf8(read("Z.nwk")).unwrap(), TREES);
    let mut tabs = String::new();
    GzDecoder::new(&read("Z.tsv.gz")[..]).read_to_string(&mut tabs).unwrap();
    assert_eq!(tabs.replace('\t', ","), MERGES);
    let array = read("Z.npy");
    let array = npyz::NpyFile::new(&array[..]).unwrap();
    assert_eq!(array.shape(), [6, 4]);
    let of_lines: Vec<f64> = MERGES
        .lines()
        .skip(1)
        .flat_map(|line| line.split(','))
        .map(|x| x.parse().unwrap())
        .collect();
    assert_eq!(array.into_vec::<f64>().unwrap(), of_lines);
    let apart = at(folder.path(), &["g.txt", "-o", "-", "-q", "--apart"]);
    assert_eq!(
        apart.stdout,
        MERGES.lines().take(5).map(|line| format!("{line}\n")).collect::<String>()
    );
}

/// Edges of equal weight may be in another order in the file.
#[test]
fn a_forest_has_the_heights_and_clusters_of_its_graph() {
    let folder = folder();
    let rome = data("rome99.gr");
    let rome = rome.to_str().unwrap();
    let mut solve = Command::new(mst());
    solve.current_dir(folder.path()).args(["solve", rome, "-q", "-o", "forest.mst"]);
    assert!(solve.status().unwrap().success());
    let written = |graph: &str, more: &[&str]| {
        let written = at(folder.path(), &[&[graph, "-q", "-o", "-"], more].concat());
        assert_eq!(written.code(), Some(0), "{graph}");
        written.stdout
    };
    let heights = |graph: &str| -> Vec<String> {
        let rows = written(graph, &[]);
        rows.lines().map(|row| row.split(',').nth(2).unwrap().to_owned()).collect()
    };
    assert_eq!(heights(rome).len(), 3353, "of 3,353 vertices, and a line of names");
    assert!(heights(rome) == heights("forest.mst"));
    let clusters = |graph: &str| written(graph, &["--height", "50"]);
    assert!(clusters(rome) == clusters("forest.mst"));
}

#[test]
fn clusters_are_by_number_or_by_height() {
    let folder = folder();
    for (option, expected) in [
        (["-k", "7"], "0 1 2 3 4 5 6"),
        (["-k", "5"], "0 1 1 2 2 3 4"),
        (["-k", "3"], "0 0 0 1 1 1 2"),
        (["--height", "0.5"], "0 1 2 3 3 4 5"),
        (["--height", "2"], "0 1 1 2 2 3 4"),
        (["--height", "2.5"], "0 0 0 1 1 1 2"),
        (["--height", "-1"], "0 1 2 3 4 5 6"),
    ] {
        let table = at(folder.path(), &["g.txt", "-o", "-", "-q", option[0], option[1]]);
        let column = table.stdout.lines().skip(1).map(|line| line.split_once(',').unwrap().1);
        assert_eq!(column.collect::<Vec<_>>().join(" "), expected, "{option:?}: {table:?}");
        assert!(table.stdout.starts_with("vertex,cluster\n0,0\n1,"), "{table:?}");
        let array = at(folder.path(), &["g.txt", "-o", "c.npy", option[0], option[1]]);
        assert!(array.stderr.contains("c.npy: 7 vertices in "), "{array:?}");
        let array = fs::read(folder.path().join("c.npy")).unwrap();
        let labels: Vec<i64> = npyz::NpyFile::new(&array[..]).unwrap().into_vec().unwrap();
        let labels: Vec<String> = labels.iter().map(i64::to_string).collect();
        assert_eq!(labels.join(" "), expected);
    }
}

#[test]
fn what_has_no_dendrogram_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("far.txt"), "0 1152921504606846976 1\n").unwrap();
    fs::write(folder.path().join("negative.txt"), "0 1 -2\n1 2 3\n").unwrap();
    for (arguments, code, told) in [
        (
            &["g.txt", "-o", "Z.npz"][..],
            2,
            "cannot write Z.npz: known are .csv and .tsv, .nwk (Newick)",
        ),
        (&["g.txt", "-o", "c.nwk", "-k", "3"], 2, "Newick holds the whole tree"),
        (
            &["g.txt", "-o", "c.csv", "-k", "2"],
            2,
            "7 vertices in 3 components have from 3 to 7 clusters",
        ),
        (&["g.txt", "-o", "c.csv", "-k", "8"], 2, "from 3 to 7 clusters"),
        (&["g.txt", "-o", "c.csv", "-k", "3", "--height", "1"], 2, "cannot be used with"),
        (&["g.txt", "-o", "c.csv", "--height", "NaN"], 2, "expected a number"),
        (&["far.txt", "-o", "c.csv"], 1, "most of which have no edge"),
        (
            &["negative.txt", "-o", "c.nwk"],
            2,
            "no negative length, and the lightest edge weighs -2",
        ),
        (&["none.txt", "-o", "c.csv"], 1, "none.txt"),
        (&["g.txt", "-o", "none/c.csv"], 1, "none/c.csv"),
    ] {
        let refused = at(folder.path(), arguments);
        assert_eq!(refused.code(), Some(code), "{refused:?}");
        assert!(refused.stderr.contains(told), "{told}: {refused:?}");
    }
    let names = fs::read_dir(folder.path()).unwrap();
    assert_eq!(names.count(), 3, "nothing is half written");
}

/// A path's tree is as deep as it has vertices.
#[test]
fn a_path_is_no_deeper_than_the_stack() {
    let folder = folder();
    let path = at(folder.path(), &["path:n=300000", "-o", "path.nwk"]);
    assert_eq!(path.code(), Some(0), "{path:?}");
    let tree = fs::read(folder.path().join("path.nwk")).unwrap();
    assert_eq!(tree.iter().filter(|&&byte| byte == b'(').count(), 299_999);
}
