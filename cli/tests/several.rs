//! A graph in several files has the forest that it has in one, whoever reads them.

mod common;

use common::{Ended, finish, mpirun, mst};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// Runs a line of `bash` in which `$MST` is the program.
fn shell(folder: &Path, line: &str) -> Ended {
    let mut command = Command::new("bash");
    finish(command.current_dir(folder).env("MST", mst()).args(["-c", line]), LIMIT)
}

fn right(folder: &Path, line: &str) -> Ended {
    let ended = shell(folder, line);
    assert_eq!(ended.code(), Some(0), "{line}: {ended:?}");
    ended
}

fn checksum(ended: &Ended) -> Value {
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    let outcome: Value = serde_json::from_str(&ended.stdout).unwrap();
    outcome["checksum"].clone()
}

/// A folder with a graph in one file and in three, as text and binary.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    right(
        folder.path(),
        "$MST generate gnm:n=2000,m=9000,weights=float -o g.txt -q && split -n l/3 -d -a 1 \
         --additional-suffix .txt g.txt part- && $MST solve g.txt -r 3 -q -o f-%r.mst",
    );
    folder
}

#[test]
fn patterns_and_lists_are_one_graph() {
    let folder = folder();
    let whole = checksum(&right(folder.path(), "$MST solve g.txt --json -q"));
    for files in ["part-*.txt", "'part-*.txt'", "part-0.txt part-1.txt part-2.txt"] {
        for more in ["", "-r 2 --combine sharded", "-r 5 --memory 40M --checkpoint saved"] {
            let line = format!("$MST solve {files} --json -q --verify {more}");
            assert_eq!(checksum(&right(folder.path(), &line)), whole, "{line}");
        }
    }
    let ended = right(folder.path(), "$MST convert part-*.txt all.txt -q && cmp all.txt g.txt");
    assert_eq!(ended.stderr, "");
    let named = right(folder.path(), "$MST solve 'part-*.txt'");
    assert!(named.stdout.contains("part-*.txt"), "{named:?}");
    assert!(named.stderr.contains("3 files of text are read as one graph"), "{named:?}");
    let compared = right(folder.path(), "$MST compare part-?.txt -r 2 --reps 1 --csv -");
    assert!(compared.stdout.contains("part-0.txt part-1.txt part-2.txt"), "{compared:?}");
}

#[test]
fn the_parts_of_a_forest_are_proved_together() {
    let folder = folder();
    let proved = right(folder.path(), "$MST verify part-*.txt 'f-*.mst' -r 2");
    assert!(proved.stdout.contains("proved: spanning, acyclic, minimum"), "{proved:?}");
    right(folder.path(), "$MST verify g.txt 'f-%r.mst' -r 3");
    let fewer = shell(
        folder.path(),
        "$MST verify g.txt 'f-[01]?.mst'; $MST verify g.txt 'f-?.mst' -r 2 && \
         rm f-1.mst && $MST verify g.txt 'f-*.mst'",
    );
    assert_eq!(fewer.code(), Some(3), "{fewer:?}");
    assert!(fewer.stderr.contains("no file matches f-[01]?.mst"), "{fewer:?}");
}

/// Each rank has a file of its own in a folder of its own, as on hosts that share none.
#[test]
fn each_rank_may_have_its_own_file() {
    let folder = folder();
    let whole = checksum(&right(folder.path(), "$MST solve g.txt --json -q"));
    let threads = right(folder.path(), "$MST solve part-%r.txt -r 3 --json -q --verify");
    assert_eq!(checksum(&threads), whole);
    let Some(mut ranks) = mpirun(3) else { return };
    let lines = "mkdir r$OMPI_COMM_WORLD_RANK$PMI_RANK && cd r$OMPI_COMM_WORLD_RANK$PMI_RANK && \
                 cp ../part-$OMPI_COMM_WORLD_RANK$PMI_RANK.txt . && \
                 exec \"$MST\" solve part-%r.txt --json -q --verify -o f-%r.mst";
    let ranks = ranks.current_dir(folder.path()).env("MST", mst()).args(["bash", "-c", lines]);
    assert_eq!(checksum(&finish(ranks, LIMIT)), whole);
    right(folder.path(), "$MST verify g.txt 'r*/f-*.mst'");
    let fewer = shell(folder.path(), "$MST solve part-%r.txt -r 4 -q");
    assert_eq!((fewer.code(), fewer.stderr.contains("part-3.txt")), (Some(1), true), "{fewer:?}");
}

#[test]
fn what_is_not_one_graph_is_refused_once() {
    let folder = folder();
    for (line, code, words) in [
        ("solve g.txt gnm:n=5,m=6", 2, "gnm:n=5,m=6 is not a file"),
        ("solve g.txt -", 2, "- is not a file"),
        ("solve part-%r.txt -r 3 --checkpoint saved", 2, "each has one"),
        ("solve part-0.txt part-9.txt -r 2", 1, "cannot open part-9.txt"),
        ("solve part-*.txt -r 2 --input-from root", 2, "rank 0 reads one file for all"),
        ("solve 'part-*.txt' -o part-9.txt", 2, "would be, one of the files of the graph"),
        ("solve part-?.txt -r 2 -o ./part-0.txt", 2, "would be, one of the files of the graph"),
        ("solve part-%r.txt -r 3 -o part-%r.txt", 2, "would be, one of the files of the graph"),
        ("solve 'none-*.txt' -r 3", 2, "no file matches none-*.txt"),
        ("solve part-0.txt f-0.mst", 1, "must have one format"),
        ("doctor --graph part-%r.txt", 2, "each rank has its own"),
    ] {
        let ended = shell(folder.path(), &format!("$MST {line}"));
        assert_eq!(ended.code(), Some(code), "{line}: {ended:?}");
        assert_eq!(ended.stderr.matches("mst: error: ").count(), 1, "{line}: {ended:?}");
        assert!(ended.stderr.contains(words), "{line}: {ended:?}");
    }
}

/// What a proof by path maxima refuses, one without the whole forest on a rank refuses, too.
#[test]
fn a_forest_is_proved_in_little_memory() {
    let folder = folder();
    let proved = right(folder.path(), "$MST verify g.txt 'f-*.mst' -r 3 --memory 120K");
    assert!(proved.stdout.contains("proved: spanning, acyclic, minimum"), "{proved:?}");
    assert!(proved.stderr.contains("no rank has held the whole forest"), "{proved:?}");
    let much = right(folder.path(), "$MST verify g.txt 'f-*.mst' -r 3");
    assert_eq!(much.stdout.lines().next(), proved.stdout.lines().next());
    assert!(!much.stderr.contains("no rank has held"), "{much:?}");
    let max = shell(folder.path(), "$MST verify g.txt 'f-*.mst' -r 3 --memory 120K --max");
    assert_eq!((max.code(), max.stderr.contains("is not maximum")), (Some(3), true), "{max:?}");
    right(folder.path(), "$MST convert 'f-*.mst' f.txt -q && sed -i 3d f.txt && sed -i 1d f.txt");
    for memory in ["120K", "2G"] {
        let line = format!("$MST verify g.txt f.txt -r 4 --memory {memory}");
        let dropped = shell(folder.path(), &line);
        assert_eq!(dropped.code(), Some(3), "{dropped:?}");
        assert!(dropped.stderr.contains("joins two of its trees"), "{dropped:?}");
    }
}
