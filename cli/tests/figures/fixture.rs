//! Plots to examine: the published ones, and others drawn from the published rows.

use crate::distributed::{self, runs::HardCase, runs::RunSummary};
use crate::drawing::{read, save};
use crate::local::{self, rows::ContestantRow};
use crate::svg::Picture;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of published results.
pub(crate) fn results(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../results").join(folder)
}

/// Tables and plots of the published rows, as if from a machine with two cores, with or without a
/// recorded spread of each time.
pub(crate) fn drawn(recorded: bool) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let machine = "CPU(s): 2\nModel name: Abacus 9\ndate: 2026-01-02\n";
    fs::write(place("machine.txt"), machine).expect("a machine");
    for name in ["traffic.csv", "weak.csv", "steps.csv"] {
        fs::copy(results("distributed").join(name), place(name)).expect("a copy");
    }
    let spread = |median: f64| (recorded.then_some(0.9 * median), recorded.then_some(1.3 * median));
    let mut runs: Vec<RunSummary> = read(&results("distributed").join("times.csv")).expect("runs");
    for run in &mut runs {
        (run.least_s, run.most_s) = spread(run.total_s);
    }
    save(&runs, &place("times.csv")).expect("runs written");
    let mut cases: Vec<HardCase> = read(&results("distributed").join("hard.csv")).expect("cases");
    for case in &mut cases {
        (case.gather_least_s, case.gather_most_s) = spread(case.gather_s);
        (case.auto_least_s, case.auto_most_s) = spread(case.auto_s);
    }
    save(&cases, &place("hard.csv")).expect("cases written");
    let mut rows: Vec<ContestantRow> = read(&results("local").join("runs.csv")).expect("rows");
    for row in &mut rows {
        (row.least_s, row.most_s) = spread(row.seconds);
    }
    save(&rows, &place("runs.csv")).expect("rows written");
    distributed::draw(folder.path(), folder.path()).expect("drawn");
    local::draw(folder.path(), folder.path()).expect("drawn");
    folder
}

/// The content of a file.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// The plot at a path, which is given without its ending.
pub(crate) fn picture(path: &Path) -> Picture {
    Picture::of(&text(&path.with_extension("svg")))
}

/// All plots, with their names: with spread, without, and as published.
pub(crate) fn pictures() -> Vec<(String, Picture)> {
    let mut all = Vec::new();
    for folder in [drawn(true), drawn(false)] {
        for name in ["times", "traffic", "weak", "speed"] {
            all.push((name.to_owned(), picture(&folder.path().join(name))));
        }
    }
    for name in ["distributed/times", "distributed/traffic", "distributed/weak", "local/speed"] {
        all.push((format!("published {name}"), picture(&results(name))));
    }
    all
}
