//! Files, standard input and standard output: nothing is lost, joined or left incomplete.

mod common;

use common::{Ended, finish, mpirun, mst};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

fn at(folder: &Path, arguments: &[&str]) -> Ended {
    finish(Command::new(mst()).current_dir(folder).args(arguments), LIMIT)
}

/// Runs a line of `bash` in which `$MST` is the program.
fn shell(folder: &Path, line: &str) -> Ended {
    let mut command = Command::new("bash");
    finish(command.current_dir(folder).env("MST", mst()).args(["-c", line]), LIMIT)
}

fn folder_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("g.txt"), text).unwrap();
    folder
}

const GRAPH: &str = "0 1 5\n1 2 7\n0 2 9\n";
const FOREST: &str = "# vertices 3, edges 2, ids from 0\n0 1 5\n1 2 7\n";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn standard_input_and_output_are_files() {
    let folder = folder_with(GRAPH);
    let piped = shell(folder.path(), "$MST solve - -o - --verify <g.txt");
    assert_eq!((piped.code(), piped.stdout.as_str()), (Some(0), FOREST), "{piped:?}");
    assert!(
        piped.stderr.contains("spanning, acyclic, minimum"),
        "the table goes to stderr: {piped:?}"
    );
    let through =
        shell(folder.path(), "gzip -c g.txt | $MST solve - -r 3 -q -o - | $MST verify g.txt -");
    assert_eq!(through.code(), Some(0), "{through:?}");
    let both = shell(folder.path(), "$MST verify - - <g.txt");
    assert_eq!(both.code(), Some(2), "{both:?}");
    let json = shell(folder.path(), "cat g.txt | $MST solve - --json -r 3 -q");
    let outcome: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&outcome["weight"], &outcome["graph"]), (&Value::from(12), &Value::from("-")));
    let bad = shell(folder.path(), "printf '0 1 5\\n1 2 x\\n' | $MST solve -");
    assert_eq!(bad.stderr.trim(), "mst: error: standard input:2:5: expected a weight, found \"x\"");
    let empty = shell(folder.path(), "$MST solve - </dev/null");
    assert_eq!(empty.stderr.trim(), "mst: error: standard input: the file is empty");
    let rows = shell(folder.path(), "$MST compare g.txt -r 2 --reps 2 --csv - 2>/dev/null");
    let header = rows.stdout.lines().next().unwrap_or_default();
    assert!(header.starts_with("started,schema,version,"), "{rows:?}");
    assert_eq!(rows.stdout.lines().count(), 1 + 2 * 2, "{rows:?}");
    assert_eq!(names(folder.path()), ["g.txt"]);
    let Some(launcher) = mpirun(2) else { return };
    let mut fed = Command::new("sh");
    fed.current_dir(folder.path()).args(["-c", "exec \"$@\" <g.txt", "sh"]);
    fed.arg(launcher.get_program()).args(launcher.get_args()).args([mst(), "solve", "-", "--json"]);
    fed.envs(launcher.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = finish(&mut fed, LIMIT);
    let outcome: Value =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"));
    assert_eq!((&outcome["weight"], &outcome["ranks"]), (&Value::from(12), &Value::from(2)));
}

#[test]
fn a_log_that_output_is_redirected_to_is_not_truncated() {
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"] {
        let folder = folder_with(GRAPH);
        let line =
            format!("echo before >log; $MST solve g.txt -q -o {name} >>log; echo after >>log");
        let ended = shell(folder.path(), &line);
        assert_eq!(ended.code(), Some(0), "{name}: {ended:?}");
        let log = fs::read_to_string(folder.path().join("log")).unwrap();
        assert_eq!(log, format!("before\n{FOREST}after\n"), "{name}");
    }
}

#[test]
fn tables_are_for_spreadsheets() {
    let folder = folder_with("0 1 0.5\n1 2 7\n");
    for (name, expected) in [
        ("f.csv", "u,v,weight\n0,1,0.5\n1,2,7.0\n"),
        ("f.tsv", "u\tv\tweight\n0\t1\t0.5\n1\t2\t7.0\n"),
    ] {
        assert_eq!(at(folder.path(), &["solve", "g.txt", "-q", "-o", name]).code(), Some(0));
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), expected);
        assert_eq!(
            at(folder.path(), &["verify", "g.txt", name]).code(),
            Some(0),
            "{name} is read again"
        );
    }
    let comma =
        at(folder.path(), &["solve", "g.txt", "-q", "--csv", "r.csv", "--csv-decimal", "comma"]);
    assert_eq!(comma.code(), Some(0), "{comma:?}");
    let text = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(';').collect()).collect();
    let column = |name: &str| lines[0].iter().position(|column| *column == name).unwrap();
    assert_eq!(lines[1][column("weight")], "7,5", "{text}");
    assert!(lines[1][column("total_s")].starts_with("0,0"), "{text}");
    assert_eq!(lines[1][column("version")], env!("CARGO_PKG_VERSION"));
    let mixed = at(folder.path(), &["solve", "g.txt", "-q", "--csv", "r.csv"]);
    assert!(mixed.stderr.contains("and these options"), "{mixed:?}");
}

/// The input is read completely before it is replaced; its other hard links keep the old content.
#[test]
fn output_over_input() {
    for ranks in ["1", "3"] {
        let folder = folder_with(GRAPH);
        let path = |name: &str| folder.path().join(name);
        fs::hard_link(path("g.txt"), path("hard.txt")).unwrap();
        symlink("g.txt", path("soft.txt")).unwrap();
        let over = |output: &str| {
            at(
                folder.path(),
                &["solve", "g.txt", "--verify", "-q", "-r", ranks, "--memory", "64M", "-o", output],
            )
        };
        assert_eq!(over("hard.txt").code(), Some(0));
        assert_eq!(fs::read_to_string(path("hard.txt")).unwrap(), FOREST);
        assert_eq!(
            fs::read_to_string(path("g.txt")).unwrap(),
            GRAPH,
            "the other name keeps the old file"
        );
        assert_eq!(over("soft.txt").code(), Some(0));
        assert!(fs::symlink_metadata(path("soft.txt")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(path("g.txt")).unwrap(), FOREST);
        fs::write(path("g.txt"), GRAPH).unwrap();
        assert_eq!(over("g.txt").code(), Some(0));
        assert_eq!(fs::read_to_string(path("g.txt")).unwrap(), FOREST);
        assert_eq!(over("g.txt").code(), Some(0), "a forest is a graph");
    }
}

#[test]
fn a_file_that_is_replaced_keeps_its_owner_and_mode() {
    let folder = folder_with(GRAPH);
    let path = folder.path().join("f.txt");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if is_root {
        std::os::unix::fs::chown(&path, Some(12_345), Some(54_321)).unwrap();
    }
    let before = fs::metadata(&path).unwrap();
    assert_eq!(at(folder.path(), &["solve", "g.txt", "-q", "-o", "f.txt"]).code(), Some(0));
    let after = fs::metadata(&path).unwrap();
    let of = |about: &fs::Metadata| (about.uid(), about.gid(), about.mode());
    assert_eq!(of(&after), of(&before));
    assert_eq!(fs::read_to_string(&path).unwrap(), FOREST);
}

/// If a message cannot be written, the work is still done.
#[test]
fn standard_error_may_be_closed_or_full() {
    let noisy = "1 2 5\n2 3 7\n1 3 9\n"; // ids that seem to count from 1 cause a warning
    for redirected in ["2>/dev/full", "2>&-", "2>&1 >/dev/null | head -c 1 >/dev/null"] {
        let folder = folder_with(noisy);
        let line = format!("set -o pipefail; $MST solve g.txt -r 3 -o f.txt {redirected}");
        let ended = shell(folder.path(), &line);
        let written = fs::read_to_string(folder.path().join("f.txt"));
        assert!(written.is_ok_and(|text| text.lines().count() == 3), "{redirected}: {ended:?}");
        assert_eq!(ended.code(), Some(0), "{redirected}: {ended:?}");
        let failed = shell(folder.path(), &format!("$MST solve missing.txt {redirected}; echo $?"));
        assert!(
            failed.stdout.trim() == "1" || redirected.contains('|'),
            "{redirected}: {failed:?}"
        );
    }
}

#[test]
fn rows_are_whole_or_not_there() {
    let folder = folder_with(GRAPH);
    let path = folder.path().join("mst.csv");
    let compare = ["compare", "g.txt", "-r", "2", "--reps", "2", "-q"];
    let failed = at(folder.path(), &["compare", "missing.txt", "-r", "2", "-q"]);
    assert_eq!(failed.code(), Some(1), "{failed:?}");
    assert!(!path.exists(), "a failed command leaves no empty file");
    assert_eq!(at(folder.path(), &compare).code(), Some(0));
    let whole = fs::read_to_string(&path).unwrap();
    // Foreign files are refused before the work, which would take minutes.
    let long = ["compare", "gnm:n=2^26,m=2^28", "-r", "2", "-q"];
    fs::write(&path, "a,b\n1,2\n").unwrap();
    let refused = at(folder.path(), &long);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(
        refused.seconds < 20.0 && refused.stderr.contains("not a CSV file of this program"),
        "{refused:?}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n1,2\n");
    // A full disk, simulated by a limit on the size of files.
    let header = whole.lines().next().unwrap();
    fs::write(&path, format!("{header}\n")).unwrap();
    let blocks = (header.len() + 1).div_ceil(512);
    let full = shell(
        folder.path(),
        &format!("trap '' XFSZ; ulimit -f {blocks}; $MST {}", compare.join(" ")),
    );
    assert_eq!(full.code(), Some(1), "{full:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{header}\n"), "no part of a row");
}

#[test]
fn variables_that_are_empty_are_unset_and_marks_truncate_nothing() {
    let folder = folder_with(GRAPH);
    let ended = shell(folder.path(), "MST_TIMEOUT= $MST solve g.txt -q");
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    let wrong = shell(folder.path(), "MST_TIMEOUT=0 $MST solve g.txt -q");
    assert_eq!(wrong.code(), Some(2), "{wrong:?}");
    let mark = shell(
        folder.path(),
        "MST_DONE=done $MST solve g.txt -q && MST_DONE=done $MST solve g.txt -q",
    );
    assert_eq!(mark.code(), Some(0), "{mark:?}");
    let kept = shell(folder.path(), "MST_DONE=g.txt $MST solve g.txt -q");
    assert_eq!(kept.code(), Some(1), "{kept:?}");
    assert_eq!(fs::read_to_string(folder.path().join("g.txt")).unwrap(), GRAPH);
}

fn member(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn gzip_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let marked = ["\u{feff}", GRAPH].concat();
    let mut file: Vec<u8> = marked.bytes().flat_map(|byte| member(&[byte])).collect();
    file.extend([0; 512]);
    fs::write(folder.path().join("g.gz"), file).unwrap();
    let solved = at(folder.path(), &["solve", "g.gz", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&solved.stdout).unwrap()["weight"], 12, "{solved:?}");
    // A line of 200 MB of one digit.
    let mut gzip = GzEncoder::new(
        fs::File::create(folder.path().join("long.gz")).unwrap(),
        Compression::fast(),
    );
    gzip.write_all(b"0 1 5\n0 1 ").unwrap();
    (0..200).for_each(|_| gzip.write_all(&[b'7'; 1 << 20]).unwrap());
    gzip.finish().unwrap();
    let line = "ulimit -v 300000; exec $MST solve long.gz --memory 50M --threads 1";
    let refused = shell(folder.path(), line);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("long.gz:2:1: expected a line of at most 1048576 bytes"),
        "{refused:?}"
    );
}

/// It is detected if others write to a file while it is read, or before it is read again for the
/// proof.
#[test]
fn a_file_that_changes_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let generated = at(folder.path(), &["generate", "gnm:n=2^12,m=2^21", "-o", "g.txt"]);
    assert_eq!(generated.code(), Some(0), "{generated:?}");
    let append = "(while :; do echo 4999 5000 1 >>g.txt; sleep 0.01; done) & writer=$!; ";
    let solve =
        "$MST solve g.txt --memory 40M --verify --threads 2; code=$?; kill $writer; exit $code";
    // Remove the comment with n and m.
    let text = fs::read_to_string(folder.path().join("g.txt")).unwrap();
    fs::write(folder.path().join("g.txt"), text.split_once('\n').unwrap().1).unwrap();
    let ended = shell(folder.path(), &format!("{append}{solve}"));
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.stderr.contains("g.txt: the file changed while it was read"), "{ended:?}");
}

#[test]
fn running_out_of_memory_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let limited = |limit: u32, arguments: &str| {
        shell(folder.path(), &format!("ulimit -v {limit}; exec $MST {arguments} --threads 1 -q"))
    };
    let refused = limited(400_000, "generate gnm:n=2^20,m=2^25 -o g.mst");
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(refused.stderr.contains("mst: error: out of memory: cannot allocate "), "{refused:?}");
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
    assert_eq!(names(folder.path()), [""; 0]);
}

/// A table cannot say how many vertices there are, so the last ones may be lost; that is told.
#[test]
fn vertices_that_a_table_loses_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| at(folder.path(), arguments);
    fs::write(folder.path().join("g.txt"), "# vertices 9, edges 1, ids from 0\n0 1 5\n").unwrap();
    for arguments in [&["convert", "g.txt", "t.csv"][..], &["solve", "g.txt", "-o", "t.tsv.gz"]] {
        let told = at(arguments);
        let warning = "a table has no place for the last 7 vertices";
        assert_eq!((told.code(), told.stderr.contains(warning)), (Some(0), true), "{told:?}");
    }
    for arguments in [["convert", "g.txt", "t.gr"], ["convert", "t.csv", "u.csv"]] {
        let told = at(&arguments);
        assert_eq!((told.code(), told.stderr.contains("no place")), (Some(0), false), "{told:?}");
    }
}

/// The forest is the same file on any number of ranks, though no rank has had all of it; and with a
/// file for each rank, the parts one after another are the forest.
#[test]
fn every_rank_writes_its_part_of_the_forest() {
    let folder = tempfile::tempdir().unwrap();
    let graph = "gnm:n=3000,m=9000,weights=float";
    for name in ["f.txt", "f.csv", "f.gr", "f.mtx", "f.mst", "f.txt.gz"] {
        let written = |ranks: &str| {
            let ended = at(folder.path(), &["solve", graph, "-r", ranks, "-q", "-o", name]);
            assert_eq!(ended.code(), Some(0), "{ended:?}");
            if name.ends_with(".gz") {
                shell(folder.path(), &format!("gzip -d -f {name}"));
            }
            fs::read(folder.path().join(name.trim_end_matches(".gz"))).unwrap()
        };
        assert!(written("1") == written("5"), "{name}");
    }
    at(folder.path(), &["solve", graph, "-q", "-o", "f.csv"]);
    if let Some(mut ranks) = mpirun(3) {
        let line = ["solve", graph, "-q", "-o", "ranks.csv"];
        let ended = finish(ranks.current_dir(folder.path()).arg(mst()).args(line), LIMIT);
        assert_eq!(ended.code(), Some(0), "{ended:?}");
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert!(read("ranks.csv") == read("f.csv"));
    }
    let ended = at(folder.path(), &["solve", graph, "-r", "5", "-q", "-o", "part-%r.txt"]);
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    at(folder.path(), &["solve", graph, "-q", "-o", "whole.txt"]);
    let lines = |name: &str| {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };
    let parts: Vec<Vec<String>> = (0..5).map(|rank| lines(&format!("part-{rank}.txt"))).collect();
    assert!(parts.iter().all(|part| part.len() > 300), "no part is much shorter than others");
    assert_eq!(parts.concat(), lines("whole.txt"));
    // METIS lists edges by vertex, with integer weights.
    let metis = |ranks: &str| {
        let graph = ["solve", "gnm:n=50,m=99", "-r", ranks, "-q", "-o", "f.graph"];
        assert_eq!(at(folder.path(), &graph).code(), Some(0));
        fs::read(folder.path().join("f.graph")).unwrap()
    };
    assert!(metis("1") == metis("3"));
    let lost = at(folder.path(), &["solve", "gnm:n=999,m=3", "-r", "3", "-o", "f.tsv"]);
    assert!(lost.stderr.contains("a table has no place for the last"), "{lost:?}");
}

/// Ranks send what rank 0 cannot write, and all end.
#[test]
fn a_full_disk_is_one_error_on_many_ranks() {
    let folder = tempfile::tempdir().unwrap();
    let graph = "gnm:n=30000,m=90000";
    let full = at(folder.path(), &["solve", graph, "-r", "4", "-q", "-o", "/dev/full"]);
    assert_eq!(
        (full.code(), full.stderr.matches("mst: error: ").count()),
        (Some(1), 1),
        "{full:?}"
    );
    let missing = at(folder.path(), &["solve", graph, "-r", "4", "-o", "none/f-%r.txt"]);
    assert_eq!((missing.code(), names(folder.path()).len()), (Some(1), 0), "{missing:?}");
    let head = shell(folder.path(), &format!("$MST solve {graph} -r 4 -q -o - | head -n 1"));
    assert_eq!(head.code(), Some(0), "{head:?}");
}
