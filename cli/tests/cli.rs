//! The program as users see it: files, error messages, exit codes.

mod common;

use common::{Ended, data, finish, mpirun, mst};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn run(arguments: &[&str]) -> Ended {
    finish(Command::new(mst()).args(arguments), Duration::from_secs(60))
}

fn in_folder(folder: &Path, arguments: &[&str]) -> Ended {
    finish(Command::new(mst()).current_dir(folder).args(arguments), Duration::from_secs(60))
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

#[test]
fn help_fits_a_screen_and_names_every_command() {
    let help = run(&["--help"]);
    assert_eq!(help.code(), Some(0));
    assert!(help.stdout.lines().count() <= 24, "{}", help.stdout);
    assert!(help.stdout.lines().all(|line| line.len() <= 100));
    for command in [
        "solve",
        "compare",
        "sweep",
        "report",
        "generate",
        "convert",
        "dendrogram",
        "verify",
        "selftest",
        "doctor",
        "cluster",
        "completions",
        "man",
    ] {
        assert!(help.stdout.contains(command), "{command}");
        assert_eq!(run(&[command, "--help"]).code(), Some(0), "{command}");
    }
    assert!(run(&["completions", "bash"]).stdout.contains("_mst"));
    assert!(run(&["man"]).stdout.contains(".TH mst 1"));
    assert!(run(&["--version"]).stdout.starts_with("mst "));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(in_folder(folder.path(), &["man", "--into", "man/man1"]).code(), Some(0));
    for page in ["mst.1", "mst-solve.1", "mst-cluster-init.1"] {
        assert!(folder.path().join("man/man1").join(page).exists(), "{page}");
    }
}

/// A forest written in any format can be proved, but not with one edge less.
#[test]
fn a_forest_goes_through_files_and_its_proof() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| in_folder(folder.path(), arguments);
    let graph = "gnm:n=500,m=4000,seed=3";
    for forest in
        ["f.txt", "f.csv", "f.tsv.gz", "f.gr", "f.mtx", "f.graph", "f.mst", "f.txt.gz", "f.csv.zst"]
    {
        let solved = at(&["solve", graph, "-o", forest, "--ranks", "3", "--quiet"]);
        assert_eq!((solved.code(), solved.stdout.as_str()), (Some(0), ""), "{solved:?}");
        let proved = at(&["verify", graph, forest, "--ranks", "2"]);
        assert_eq!(proved.code(), Some(0), "{forest}: {proved:?}");
        assert!(proved.stdout.contains("proved: spanning, acyclic, minimum"), "{proved:?}");
    }
    let text = fs::read_to_string(folder.path().join("f.txt")).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "# vertices 500, edges 499, ids from 0");
    lines[0] = "# vertices 500, edges 498, ids from 0";
    lines.pop();
    fs::write(folder.path().join("g.txt"), lines.join("\n")).unwrap();
    let refused = at(&["verify", graph, "g.txt"]);
    assert_eq!(refused.code(), Some(3), "{refused:?}");
    assert!(refused.stderr.contains("not spanning"), "{refused:?}");
    assert_eq!(at(&["verify", "--max", graph, "f.txt"]).code(), Some(3));
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{names:?}");
}

#[test]
fn a_program_that_is_killed_while_it_writes_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let generate = ["generate", "gnm:n=2^20,m=2^23", "-o", "g.txt.gz"];
    let mut running =
        Command::new(mst()).current_dir(folder.path()).args(generate).spawn().unwrap();
    let open_files = Path::new("/proc").join(running.id().to_string()).join("fd");
    let writes = |file: fs::DirEntry| {
        let to = fs::read_link(file.path()).unwrap_or_default();
        to.starts_with(folder.path()) && fs::metadata(file.path()).is_ok_and(|its| its.len() > 0)
    };
    while !fs::read_dir(&open_files).unwrap().flatten().any(writes) {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it was seen to write");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_maximum_forest_is_the_minimum_one_of_negated_weights() {
    let folder = tempfile::tempdir().unwrap();
    let list = [(0, 1, 5), (1, 2, -3), (2, 0, 4), (3, 3, 9), (2, 3, 0)];
    for (name, sign) in [("g.txt", 1), ("negated.txt", -1)] {
        let lines = list.map(|(u, v, weight)| format!("{u} {v} {}\n", sign * weight));
        fs::write(folder.path().join(name), lines.concat()).unwrap();
    }
    let at = |arguments: &[&str]| json(&in_folder(folder.path(), arguments));
    let max = at(&["solve", "g.txt", "--max", "--json", "--verify"]);
    let min = at(&["solve", "negated.txt", "--json", "--verify"]);
    assert_eq!((&max["weight"], &min["weight"]), (&Value::from(9), &Value::from(-9)));
    assert_eq!((&max["m"], &max["verified"]), (&Value::from(4), &Value::from(true)));
}

/// A graph several times larger than the memory that a rank may use, from every kind of input.
#[test]
fn a_graph_larger_than_memory_is_folded() {
    let folder = tempfile::tempdir().unwrap();
    let graph = "gnm:n=2^12,m=2^23,weights=float";
    let generated = in_folder(folder.path(), &["generate", graph, "-o", "g.mst"]);
    assert_eq!(generated.code(), Some(0), "{generated:?}");
    let converted = in_folder(folder.path(), &["convert", "g.mst", "g.txt"]);
    assert_eq!(converted.code(), Some(0), "{converted:?}");
    let expected =
        json(&in_folder(folder.path(), &["solve", "g.mst", "--json"]))["checksum"].clone();
    let budget = 64_000_000;
    for input in [graph, "g.mst", "g.txt"] {
        let memory = budget.to_string();
        let arguments = ["solve", input, "--json", "--verify", "--memory", &memory];
        let folded = in_folder(folder.path(), &arguments);
        assert!(folded.stderr.contains("folded to their forest"), "{folded:?}");
        let outcome = json(&folded);
        assert_eq!((&outcome["checksum"], &outcome["verified"]), (&expected, &Value::from(true)));
        assert_eq!(outcome["m"], 1 << 23);
        let peak = outcome["peak_rss_max"].as_u64().unwrap();
        assert!(peak < budget, "{input}: {peak} bytes"); // the edges alone are 134 MB
    }
    // With a limit enforced by the system, of which a process needs 220 MB of addresses for itself.
    let limited =
        format!("ulimit -v 350000; exec {} solve g.mst --json --memory 64M --threads 2", mst());
    let folded = finish(
        Command::new("sh").current_dir(folder.path()).args(["-c", &limited]),
        Duration::from_secs(60),
    );
    assert_eq!(json(&folded)["checksum"], expected);
    let refused = in_folder(folder.path(), &["solve", "gnm:n=2^20,m=2^22", "--memory", "50M"]);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(refused.stderr.contains("give a larger --memory"), "{refused:?}");
}

#[test]
fn a_forest_is_the_same_file_however_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for algorithm in ["auto", "kruskal", "filter-kruskal", "boruvka"] {
        for ranks in ["1", "3"] {
            let name = format!("{algorithm}-{ranks}.mst");
            let graph = "rgg2d:n=3000,m=9000,weights=constant";
            let arguments = ["solve", graph, "-q", "-a", algorithm, "-r", ranks, "-o", &name];
            let solved = in_folder(folder.path(), &arguments);
            assert_eq!(solved.code(), Some(0), "{solved:?}");
            files.push(fs::read(folder.path().join(name)).unwrap());
        }
    }
    assert!(files.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn converting_keeps_the_graph() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| in_folder(folder.path(), arguments);
    let rome = data("rome99.gr");
    let solve = |graph: &str| json(&at(&["solve", graph, "--json"]));
    let checksum = |graph: &str| solve(graph)["checksum"].clone();
    let expected = solve(rome.to_str().unwrap());
    let mut from = rome.to_str().unwrap().to_owned();
    for to in ["a.txt", "b.mst", "c.mtx", "d.gr", "e.txt.gz", "e.mtx.zst", "f.graph"] {
        let converted = at(&["convert", &from, to]);
        assert_eq!(converted.code(), Some(0), "{to}: {converted:?}");
        let found = solve(to);
        // METIS lists edges by vertex, so ties may be decided differently.
        let same = if to == "f.graph" { "weight" } else { "checksum" };
        assert_eq!(found[same], expected[same], "{to}");
        from = to.to_owned();
    }
    let generated = at(&["generate", "grid2d:n=100", "-o", "grid.mst"]);
    assert_eq!(generated.code(), Some(0), "{generated:?}");
    assert_eq!(checksum("grid.mst"), checksum("grid2d:n=100"));
}

#[test]
fn compare_times_both_runs_and_appends_to_the_csv() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["compare", "gnm:n=1000,m=9000", "--ranks", "3", "--reps", "2", "--csv", "runs.csv"];
    let table = in_folder(folder.path(), &arguments);
    assert_eq!(table.code(), Some(0), "{table:?}");
    for expected in ["local", "distributed", "exchange", "all ranks ran on one host", "runs.csv"] {
        assert!(table.stdout.contains(expected), "{expected}: {}", table.stdout);
    }
    let both = in_folder(folder.path(), &[&arguments[..], &["--json"]].concat());
    let both = json(&both);
    assert_eq!(both["local"]["checksum"], both["distributed"]["checksum"]);
    assert_eq!((&both["local"]["ranks"], &both["distributed"]["ranks"]), (&1.into(), &3.into()));
    let speedup = &both["speedup"];
    let clear = ["faster", "slower"].contains(&both["verdict"].as_str().unwrap());
    assert_eq!(speedup.as_f64().is_some_and(|speedup| speedup > 0.0), clear, "{both}");
    for name in ["graph", "ran", "repetitions", "total", "cores"] {
        assert!(!both["distributed"][name].is_null(), "{name}: {both}");
    }
    assert!(both["distributed"]["bytes_sent_total"].as_u64().unwrap() > 0);
    let mut reader = csv::Reader::from_path(folder.path().join("runs.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let column =
        |name: &str| header.iter().position(|h| h == name).unwrap_or_else(|| panic!("{name}"));
    let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), 2 * (2 + 2), "a row for each repetition, the header once");
    let runs = rows.iter().filter(|row| &row[column("run")] == "distributed").count();
    assert_eq!(runs, 4);
    let combine = |run: &str| {
        let of = rows.iter().filter(|row| &row[column("run")] == run);
        of.map(|row| row[column("combine")].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(combine("local"), ["none"; 4]);
    assert!(rows.iter().all(|row| !row[column("ran")].is_empty()), "what auto chose");
    for name in ["version", "commit", "command", "hosts", "mpi_library", "graph", "seed", "threads"]
    {
        assert!(rows.iter().all(|row| !row[column(name)].is_empty()), "{name}");
    }
}

#[test]
fn what_goes_wrong_is_told_once_with_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
    write("bad.txt", b"0 1 5\n1 2 x\n");
    write("nan.txt", b"0 1 5\n1 2 nan\n");
    write("lies.gr", b"p sp 3 2\na 1 2 5\n");
    write("range.gr", b"p sp 3 1\na 1 4 5\n");
    write("huge.txt", b"0 9223372036854775807 5\n");
    write("empty.txt", b"");
    write("sparse.gr", b"p sp 4294967295 1\na 1 2 3\n");
    write("heavy.txt", b"0 1 1.7e308\n1 2 1.7e308\n");
    let gz = fs::read(data("soc-sign-bitcoinotc.csv.gz")).unwrap();
    write("cut.csv.gz", &gz[..gz.len() / 2]);
    assert_eq!(in_folder(folder.path(), &["generate", "path:n=9", "-o", "p.mst"]).code(), Some(0));
    let binary = fs::read(folder.path().join("p.mst")).unwrap();
    write("cut.mst", &binary[..binary.len() - 1]);
    #[rustfmt::skip]
    let cases: [(&[&str], i32, &[&str]); 26] = [
        (&["solve", "bad.txt"],                   1, &["bad.txt:2:5: expected", "found \"x\""]),
        (&["solve", "nan.txt"],                   1, &["nan.txt:2:5:"]),
        (&["solve", "lies.gr"],                   1, &["lies.gr", "2", "1"]),
        (&["solve", "range.gr"],                  1, &["range.gr:2:5:"]),
        (&["solve", "huge.txt"],                  1, &["huge.txt:1:3:"]),
        (&["solve", "empty.txt"],                 1, &["empty.txt: the file is empty"]),
        (&["solve", "cut.csv.gz", "--columns", "1,2,3"], 1, &["cut.csv.gz", "compressed data is cut short"]),
        (&["solve", "cut.csv.gz", "--input-from", "all"], 1, &["a compressed file cannot be read in parts"]),
        (&["convert", "path:n=3", "p.mst.gz"],    1, &["leave out the last ending"]),
        (&["solve", "path:n=3", "--csv", "/dev/full"], 1, &["not a regular file"]),
        (&["solve", "heavy.txt"],                 1, &["exceeds the largest float"]),
        (&["compare", "complete:n=1482910"],      1, &["GB left"]),
        (&["generate", "complete:n=1482910", "-o", "x.mst"], 1, &["GB left"]),
        (&["solve", "gnm:n=4294967295,m=2^39"],   1, &["give a larger --memory"]),
        (&["solve", "rgg2d:n=4e9,m=10"],          1, &["GB left"]),
        (&["convert", "sparse.gr", "x.graph"],    1, &["METIS lists edges by vertex"]),
        (&["solve", "cut.mst"],                   1, &["cut.mst"]),
        (&["solve", "."],                         1, &["cannot", "directory"]),
        (&["solve", "path:n=3", "-o", "/dev/full"], 1, &["cannot write /dev/full"]),
        (&["solve", "/dev/null"],                 1, &["/dev/null: it is not a regular file"]),
        (&["solve", "missing.txt"],               1, &["cannot open missing.txt"]),
        (&["solve", "gnm:n=10"],                  2, &["m"]),
        (&["solve", "gnm:n=10,m=5", "--format", "gr"], 2, &["only for files"]),
        (&["solve", "path:n=3", "-o", "no/f.txt"], 1, &["cannot write no/f.txt"]),
        (&["compare", "path:n=3", "--csv", "no/f.csv"], 1, &["cannot write no/f.csv"]),
        (&["convert", "bad.txt", "out.gr"],       1, &["bad.txt:2:5"]),
    ];
    for (arguments, code, expected) in cases {
        for ranks in ["1", "3"] {
            let ended = in_folder(folder.path(), &[arguments, &["--ranks", ranks, "-q"]].concat());
            assert_eq!(ended.code(), Some(code), "{arguments:?}: {ended:?}");
            assert_eq!(ended.stderr.lines().count(), 1, "{arguments:?}: {ended:?}");
            assert!(expected.iter().all(|t| ended.stderr.contains(t)), "{arguments:?}: {ended:?}");
            assert_eq!(ended.stdout, "");
        }
    }
    assert!(!folder.path().join("out.gr").exists(), "nothing half-written");
}

/// Under mpirun an error is still one line of ours, with the same exit code.
#[test]
fn under_mpirun_one_rank_speaks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.txt"), "0 1 5\n".repeat(50) + "1 2 x\n").unwrap();
    let cases: [(&[&str], i32, &str); 4] = [
        (&["solve", "bad.txt"], 1, "bad.txt:51:5"),
        (&["solve", "missing.txt"], 1, "cannot open missing.txt"),
        (&["solve", "path:n=3", "--ranks", "2"], 2, "--ranks 2"),
        (&["solve", "--no-such-option"], 2, "unexpected argument"),
    ];
    for (arguments, code, expected) in cases {
        let Some(mut command) = mpirun(3) else { return };
        command.current_dir(folder.path()).arg(mst()).args(arguments);
        let ended = finish(&mut command, Duration::from_secs(60));
        assert_eq!(ended.code(), Some(code), "{ended:?}");
        assert_eq!(ended.stderr.matches(expected).count(), 1, "{arguments:?}: {ended:?}");
    }
}

/// `mst` alone prints help; with several ranks it runs compare on its default graph.
#[test]
fn mst_alone_compares() {
    let folder = tempfile::tempdir().unwrap();
    let one = in_folder(folder.path(), &["compare", "path:n=9", "--csv", "one.csv"]);
    assert!(one.stdout.contains("one rank: nothing was distributed"), "{one:?}");
    let alone = in_folder(folder.path(), &[]);
    assert_eq!((alone.code(), alone.stdout.contains("Usage: mst")), (Some(0), true), "{alone:?}");
    assert!(!folder.path().join("mst.csv").exists(), "nothing is left behind");
    let Some(mut command) = mpirun(3) else { return };
    let ended = finish(command.current_dir(&folder).arg(mst()), Duration::from_secs(300));
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    assert!(ended.stdout.contains("10 rows added to mst.csv"), "{ended:?}");
    assert!(
        ended.stdout.contains("MPI library "),
        "the launcher decides which one it is: {ended:?}"
    );
    let csv = fs::read_to_string(folder.path().join("mst.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 2 * 5);
}

/// A file that only rank 0 has is read there. If all ranks must read it, that is an error.
#[test]
fn a_file_that_one_rank_lacks() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    fs::write(folders[0].path().join("g.txt"), "0 1 5\n1 2 7\n0 2 9\n").unwrap();
    let run = |from: &[&str]| {
        let mut command = mpirun(1)?;
        let program = [&[mst(), "solve", "g.txt", "--json"], from].concat();
        command.arg("-wdir").arg(folders[0].path()).args(&program);
        command.args([":", "-n", "1", "-wdir"]).arg(folders[1].path()).args(&program);
        Some(finish(&mut command, Duration::from_secs(60)))
    };
    let Some(sent) = run(&[]) else { return };
    assert_eq!((sent.code(), &json(&sent)["weight"]), (Some(0), &Value::from(12)), "{sent:?}");
    assert!(sent.stderr.contains("rank 0 reads g.txt and sends the parts: rank 1 on"), "{sent:?}");
    let refused = run(&["--input-from", "all"]).unwrap();
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert_eq!(refused.stderr.matches("mst: error: rank 1 on").count(), 1, "{refused:?}");
    assert!(refused.stderr.contains("cannot open g.txt"), "{refused:?}");
}

/// The proof refuses files that only look like the forest, and accepts files that only look
/// different.
#[test]
fn verify_judges_the_file_that_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("g.txt", "0 1 5\n1 2 3\n0 2 4\n2 2 9\n");
    let cases = [
        ("0 2 4\n1 2 3\n", 0, ""),
        ("0 2 4.0\n1 2 3.0\n", 0, ""),
        ("3 2\n0 2 4\n1 2 3\n", 0, ""),
        ("3 3\n0 2 4\n1 2 3\n2 2 9\n", 3, "joins a vertex to itself"),
        ("100 2\n0 2 4\n1 2 3\n", 3, "the forest has 100 vertices, but the graph has 3"),
        ("0 2 4\n1 2 3\n0 1 5\n", 3, "3 edges on 3 vertices are not a forest"),
        ("0 2 4.5\n1 2 3\n", 3, "no edge there has that weight"),
        ("0 2 4\n", 3, "not spanning"),
    ];
    for (forest, code, expected) in cases {
        write("f.txt", forest);
        for ranks in ["1", "3"] {
            let ended =
                in_folder(folder.path(), &["verify", "g.txt", "f.txt", "-q", "--ranks", ranks]);
            assert_eq!(ended.code(), Some(code), "{forest:?}: {ended:?}");
            assert!(ended.stderr.contains(expected), "{forest:?}: {ended:?}");
        }
    }
}

#[test]
fn names_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let [graph, csv] = [&b"g\xff.txt"[..], b"c\xff.csv"].map(std::ffi::OsStr::from_bytes);
    fs::write(folder.path().join(graph), "0 1 5\n").unwrap();
    let mut command = Command::new(mst());
    command.current_dir(folder.path()).arg("solve").arg(graph).arg("--csv").arg(csv).arg("-q");
    let ended = finish(&mut command, Duration::from_secs(60));
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    assert!(folder.path().join(csv).exists());
}

/// Files on two hosts with the same length that differ in the middle are not read in parts.
#[test]
fn files_that_differ_are_not_mixed() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut text = "0 1 5\n1 2 7\n".repeat(50_000).into_bytes();
    fs::write(folders[0].path().join("g.txt"), &text).unwrap();
    let middle = text.len() / 2 / 12 * 12;
    text[middle + 4] = b'1';
    fs::write(folders[1].path().join("g.txt"), &text).unwrap();
    let Some(mut command) = mpirun(1) else { return };
    let program = [mst(), "solve", "g.txt", "--json"];
    command.arg("-wdir").arg(folders[0].path()).args(program);
    command.args([":", "-n", "1", "-wdir"]).arg(folders[1].path()).args(program);
    let sent = finish(&mut command, Duration::from_secs(60));
    assert_eq!(json(&sent)["weight"], Value::from(12), "{sent:?}");
    assert!(sent.stderr.contains("rank 1 on"), "{sent:?}");
}
