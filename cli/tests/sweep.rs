//! `mst sweep`: measures what its plan says, once, in both worlds, and goes on after it was ended.

mod common;

use common::{Ended, finish, mpirun, mst};
use mst::experiment::Row;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);

fn sweep(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(mst());
    finish(command.current_dir(folder).arg("sweep").args(arguments), LIMIT)
}

fn rows(folder: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("sweep.csv")).unwrap();
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

/// What a row was measured for: all that does not differ between two sweeps of the same points.
type Key = (String, String, usize, usize, String, String, usize);

fn key(row: &Row) -> Key {
    let Row { experiment, graph, ranks, threads, algorithm, combine_asked, repetition, .. } =
        row.clone();
    (experiment, graph, ranks, threads, algorithm, combine_asked, repetition)
}

fn keys(folder: &Path) -> Vec<Key> {
    let mut keys: Vec<Key> = rows(folder).iter().map(key).collect();
    keys.sort();
    keys
}

/// All rows of a graph have one checksum, and the rows of exactly one point say that it was proved.
fn check_forests(rows: &[Row]) {
    let graphs: BTreeSet<&str> = rows.iter().map(|row| row.graph.as_str()).collect();
    for graph in graphs {
        let of_graph: Vec<&Row> = rows.iter().filter(|row| row.graph == graph).collect();
        assert!(of_graph.iter().all(|row| row.checksum == of_graph[0].checksum), "{graph}");
        let proved: BTreeSet<_> = of_graph
            .iter()
            .filter(|row| row.verified == Some(true))
            .map(|row| (&row.experiment, row.ranks, row.threads, &row.combine_asked))
            .collect();
        assert_eq!(proved.len(), 1, "{graph}: {proved:?}");
    }
}

const GRID: [&str; 12] = [
    "--graph",
    "gnm:n=2^8..2^9,m=8n",
    "--graph",
    "edges.txt",
    "--ranks",
    "1,3",
    "--threads",
    "1,2",
    "--combine",
    "gather,tree",
    "--reps",
    "2",
];

fn write_edges(folder: &Path) {
    let edges: String = (0..200).map(|i| format!("{} {} {}\n", i % 50, i % 47, i)).collect();
    std::fs::write(folder.join("edges.txt"), edges).unwrap();
}

#[test]
fn lists_are_measured_pair_by_pair_in_both_worlds() {
    let mut of_threads = None;
    let worlds = [Some(Command::new(mst())), mpirun(3)];
    for mut command in worlds.into_iter().flatten() {
        let folder = tempfile::tempdir().unwrap();
        write_edges(folder.path());
        let is_mpi = command.get_program() != mst();
        if is_mpi {
            command.arg(mst());
        }
        let ended = finish(command.current_dir(folder.path()).arg("sweep").args(GRID), LIMIT);
        assert_eq!(ended.code(), Some(0), "{ended:?}");
        let rows = rows(folder.path());
        // 3 graphs, 2 numbers of threads; one rank has nothing to combine; 2 repetitions.
        assert_eq!(rows.len(), 3 * 2 * (1 + 2) * 2, "{ended:?}");
        check_forests(&rows);
        for row in &rows {
            let of_ranks =
                if row.ranks == 1 { ("local", "none") } else { ("distributed", &*row.combine) };
            assert_eq!((&*row.run, &*row.combine_asked), of_ranks);
            assert_eq!((row.schema, &*row.experiment, row.repetitions), (2, "grid", 2));
            assert!(row.hosts.ends_with(&format!(":{}", row.ranks)), "{}", row.hosts);
        }
        let keys = keys(folder.path());
        assert_eq!(*of_threads.get_or_insert_with(|| keys.clone()), keys);
    }
}

#[test]
fn what_is_there_is_not_measured_again() {
    let folder = tempfile::tempdir().unwrap();
    let strong = ["strong", "gnm:n=2^8,m=8n", "--ranks", "1,2", "--reps", "2", "--precision", "0"];
    assert_eq!(sweep(folder.path(), &strong).code(), Some(0));
    let before = std::fs::read_to_string(folder.path().join("sweep.csv")).unwrap();
    let points = (before.lines().count() - 1) / 2;
    let again = sweep(folder.path(), &strong);
    assert_eq!(again.code(), Some(0), "{again:?}");
    let said: Vec<&str> = again.stderr.lines().collect();
    let before_line = format!("mst: {points} points were measured before, and not again");
    let at = said.iter().position(|line| *line == before_line).expect(&again.stderr);
    assert!(said[at - 1].ends_with(" on 1 graph, none left"), "{again:?}");
    let planned = sweep(folder.path(), &[&strong[..], &["--dry-run"]].concat());
    assert_eq!(planned.stderr.lines().last(), Some(&*before_line), "{planned:?}");
    assert!(planned.stdout.ends_with("\nnothing is left to measure\n"), "{planned:?}");
    assert!(again.stdout.contains("2 x 1"), "their rows are shown: {again:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("sweep.csv")).unwrap(), before);
    let more = sweep(folder.path(), &[&strong[..], &["--combine", "tree", "--json"]].concat());
    assert_eq!(more.code(), Some(0), "{more:?}");
    assert!(more.stderr.contains(" left, about "), "{more:?}");
    let printed: Value = serde_json::from_str(&more.stdout).unwrap();
    let printed: BTreeSet<&str> =
        printed.as_array().unwrap().iter().map(|row| row["combine"].as_str().unwrap()).collect();
    assert_eq!(printed, BTreeSet::from(["none", "tree"]));
    assert_eq!(rows(folder.path()).len(), before.lines().count() - 1 + 2);
    check_forests(&rows(folder.path()));
}

/// A sweep that is killed at ten moments, and started again each time, leaves the rows of one that
/// was not disturbed.
#[test]
fn a_killed_sweep_goes_on() {
    let plan = ["weak", "gnm:n=2^12,m=8n", "--ranks", "1,2,3", "--reps", "3", "--precision", "0"];
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let whole = sweep(folders[0].path(), &plan);
    assert_eq!(whole.code(), Some(0), "{whole:?}");
    let disturbed = folders[1].path();
    let mut killed = 0;
    for moment in 0..10 {
        let mut command = Command::new(mst());
        command.current_dir(disturbed).arg("sweep").args(plan);
        let mut job = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_secs_f64(whole.seconds * f64::from(moment) / 10.0));
        killed += usize::from(job.try_wait().unwrap().is_none());
        // It may have ended meanwhile.
        let _ = job.kill();
        job.wait().unwrap();
    }
    assert!(killed > 0, "no sweep was under way when it was to be killed");
    let last = sweep(disturbed, &plan);
    assert_eq!(last.code(), Some(0), "{last:?}");
    assert_eq!(keys(disturbed), keys(folders[0].path()));
    check_forests(&rows(disturbed));
}

#[test]
fn a_graph_that_changed_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    write_edges(folder.path());
    let plan = |ranks| sweep(folder.path(), &["-g", "edges.txt", "--ranks", ranks, "--reps", "1"]);
    assert_eq!(plan("1").code(), Some(0));
    std::fs::write(folder.path().join("edges.txt"), "0 1 5\n").unwrap();
    let changed = plan("1,2");
    assert_eq!(changed.code(), Some(3), "{changed:?}");
    assert!(changed.stderr.contains("two forests of edges.txt differ"), "{changed:?}");
}

#[test]
fn a_plan_is_printed_without_measuring() {
    let folder = tempfile::tempdir().unwrap();
    let all = sweep(folder.path(), &["--dry-run", "--ranks", "1,2"]);
    assert_eq!(all.code(), Some(0), "{all:?}");
    let has_all = |plan: &Ended| {
        ["strong: gnm:", "weak: gnm:", "crossover: gnm:n=4096,", "in all"]
            .iter()
            .all(|words| plan.stdout.contains(words))
    };
    assert!(has_all(&all), "{all:?}");
    let less = sweep(folder.path(), &["--dry-run", "--ranks", "1,2", "--budget", "5s"]);
    assert!(has_all(&less), "{less:?}");
    assert!(less.stderr.contains("the budget leaves out"), "{less:?}");
    assert!(less.stderr.contains("the budget allows at most"), "{less:?}");
    assert!(less.stdout.lines().count() < all.stdout.lines().count(), "{less:?}");
    let none = sweep(folder.path(), &["strong", "--dry-run", "--ranks", "1,2", "--budget", "1ms"]);
    assert!(none.stderr.contains("all points take about"), "{none:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_crossover_doubles_until_it_is_found_or_the_budget_ends() {
    let folder = tempfile::tempdir().unwrap();
    let ended = sweep(
        folder.path(),
        &["crossover", "gnm:n=2^8,m=8n", "--ranks", "2", "--reps", "6", "--budget", "3s"],
    );
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    let rows = rows(folder.path());
    check_forests(&rows);
    let sizes: BTreeSet<(u64, usize)> = rows.iter().map(|row| (row.m, row.ranks)).collect();
    let in_turn = (0..).flat_map(|doubling| [(2048 << doubling, 1), (2048 << doubling, 2)]);
    assert!(sizes.len() >= 4, "{sizes:?}");
    assert_eq!(sizes, in_turn.take(sizes.len()).collect());
}

#[test]
fn wrong_usage_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    write_edges(folder.path());
    #[rustfmt::skip]
    let cases: [(&[&str], &str); 10] = [
        (&["grid"],                              "grid needs a --graph"),
        (&["strong", "-g", "edges.txt"],         "--graph is for grid"),
        (&["lab", "edges.txt"],                  "only strong, weak and crossover take a GRAPH"),
        (&["weak", "edges.txt"],                 "need a graph that can grow"),
        (&["strong", "-"],                       "it cannot come from standard input"),
        (&["strong", "gnm:n=8..4,m=1"],          "is not a range of counts"),
        (&["strong", "edges.txt", "-r", "0"],    "invalid value '0'"),
        (&["--budget", "soon"],                  "expected a time like 90s, 20m or 1h30m"),
        (&["--precision", "101"],                "expected a percentage"),
        (&["--json", "--csv", "-"],              "--json and a file would both go to standard output"),
    ];
    for (arguments, message) in cases {
        let refused = sweep(folder.path(), arguments);
        assert_eq!(refused.code(), Some(2), "{refused:?}");
        assert!(refused.stderr.contains(message), "{refused:?}");
    }
}
