//! Publishes the measurements of scripts/bench-distributed as tables and plots, and measures the
//! hard cases: is the plan that `auto` chooses ever much slower than a gather?
//!
//! Reads the script's rows from `target/bench-distributed/` and writes `results/distributed/`: all of
//! them, or with `-- --timed` only times and with `-- --counted` only bytes and messages. With `-- --draw`
//! it measures nothing and redraws tables and plots from the CSV files there. `MST_BENCH_SHRINK=6` divides
//! the sizes of the hard cases by 2^6. With `-- --test`, as in CI, it runs only them and writes nothing.

#[path = "../drawing/mod.rs"]
mod drawing;
mod figures;
#[path = "../graphs/mod.rs"]
mod graphs;
mod hard;

use drawing::{Done, read, save};
use figures::runs::{StepRun, WeakRun, of_repetitions};
use mst::experiment::Row;
use std::path::Path;

fn main() -> Done {
    let asked = |option: &str| std::env::args().any(|argument| argument == option);
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = project.join("results/distributed");
    if asked("--draw") {
        return figures::draw(&folder, &folder);
    }
    if asked("--test") {
        hard::measure();
        return Ok(());
    }
    let rows = project.join("target/bench-distributed");
    std::fs::create_dir_all(&folder)?;
    if !asked("--timed") {
        publish_counts(&rows, &folder)?;
    }
    if !asked("--counted") {
        save(&hard::measure(), &folder.join("hard.csv"))?;
        save(&of_repetitions(&rows.join("times.csv"))?, &folder.join("times.csv"))?;
    }
    figures::draw(&folder, &folder)
}

/// Publishes what is the same on every machine: bytes and messages.
fn publish_counts(rows: &Path, folder: &Path) -> Done {
    let traffic = of_repetitions(&rows.join("traffic.csv"))?;
    let weak: Vec<Row> = read(&rows.join("weak.csv"))?;
    let steps: Vec<StepRun> = weak.iter().flat_map(StepRun::of).collect();
    let weak: Vec<WeakRun> = weak.iter().map(WeakRun::from).collect();
    save(&traffic, &folder.join("traffic.csv"))?;
    save(&steps, &folder.join("steps.csv"))?;
    save(&weak, &folder.join("weak.csv"))
}
