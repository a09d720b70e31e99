//! The claims of `mst compare`: it compares with the best local run, says which algorithm ran on
//! each side, and claims no more than it measured.

mod common;

use common::{Ended, finish, mst};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn compare(folder: &Path, more: &[&str]) -> Ended {
    let mut command = Command::new(mst());
    command.current_dir(folder).args(["compare", "gnm:n=2^12,m=2^17", "--ranks", "3"]).args(more);
    finish(&mut command, Duration::from_secs(60))
}

#[test]
fn an_algorithm_that_was_asked_for_is_beside_the_best() {
    let folder = tempfile::tempdir().unwrap();
    let ended = compare(folder.path(), &["-a", "kruskal", "--combine", "filter", "--reps", "3"]);
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    let header = ended.stdout.lines().find(|line| line.contains("distributed")).unwrap();
    assert!(header.contains("local, kruskal"), "{ended:?}");
    let words = |row: &str| {
        let line = ended.stdout.lines().find(|line| line.starts_with(row)).unwrap();
        line[row.len()..].split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words("algorithm"), ["auto", "kruskal", "kruskal"]);
    assert_eq!(words("which ran"), ["filter-kruskal", "kruskal", "kruskal"]);
    assert!(ended.stdout.contains("9 rows added to mst.csv"), "{ended:?}");
    let mut reader = csv::Reader::from_path(folder.path().join("mst.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let ran: Vec<_> = reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| ["run", "algorithm", "ran", "combine"].map(|name| row[column(name)].to_owned()))
        .collect();
    let expected = [
        ["local", "auto", "filter-kruskal", "none"],
        ["local", "kruskal", "kruskal", "none"],
        ["distributed", "kruskal", "kruskal", "filter"],
    ];
    for (rows, expected) in ran.chunks(3).zip(expected) {
        assert!(rows.iter().all(|row| row == &expected.map(str::to_owned)), "{ran:?}");
    }
}

#[test]
fn a_factor_stands_only_where_the_ranges_are_apart() {
    let folder = tempfile::tempdir().unwrap();
    let json = compare(folder.path(), &["-a", "kruskal", "--json", "--reps", "3"]);
    let comparison: Value =
        serde_json::from_str(&json.stdout).unwrap_or_else(|why| panic!("{why}: {json:?}"));
    let spread =
        |run: &str| ["least", "most"].map(|end| comparison[run]["total"][end].as_f64().unwrap());
    let median = |run: &str| comparison[run]["total"]["median"].as_f64().unwrap();
    let best = if median("local_as_asked") < median("local") { "local_as_asked" } else { "local" };
    let ([least, most], [other_least, other_most]) = (spread(best), spread("distributed"));
    let apart = other_most < least || most < other_least;
    assert_eq!(comparison["speedup"].is_number(), apart, "{comparison}");
    assert_eq!(comparison["verdict"] == "no-clear-difference", !apart, "{comparison}");
    if let Some(speedup) = comparison["speedup"].as_f64() {
        assert!((speedup - median(best) / median("distributed")).abs() < 1e-9, "{comparison}");
    }
    let once = compare(folder.path(), &["--reps", "1"]);
    assert!(once.stdout.contains("cannot show a difference"), "{once:?}");
    assert!(
        !once.stdout.contains(" times as fast") && !once.stdout.contains(" times slower"),
        "{once:?}"
    );
}

#[test]
fn integers_beyond_floats_are_told_in_text_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("g.txt"), "0 1 9007199254740993\n1 2 1\n").unwrap();
    let mut command = Command::new(mst());
    let ended = finish(
        command.current_dir(folder.path()).args(["solve", "g.txt", "--json"]),
        Duration::from_secs(60),
    );
    let outcome: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(outcome["weight_text"], "9007199254740994");
    assert_eq!(
        (&outcome["graph"], &outcome["repetitions"]),
        (&Value::from("g.txt"), &Value::from(1))
    );
}
