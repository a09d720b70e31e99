//! What scripts/bench-distributed has measured as tables and plots, and the hard cases: is what auto
//! chooses ever much slower than a gather?
//!
//! Reads its rows in `target/bench-distributed/` and writes `results/distributed/`. With `-- --draw` nothing is measured: tables and plots
//! are drawn anew from the CSV files there. `MST_BENCH_SHRINK=6` divides the sizes of the hard cases by 2^6;
//! with `-- --test`, as in CI, those alone are run and nothing is written.

#[path = "../drawing/mod.rs"]
mod drawing;
mod figures;
#[path = "../graphs/mod.rs"]
mod graphs;
mod hard;

use drawing::{Done, save};
use figures::runs::of_repetitions;
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
    let times = of_repetitions(&rows.join("times.csv"))?;
    let traffic = of_repetitions(&rows.join("traffic.csv"))?;
    std::fs::create_dir_all(&folder)?;
    save(&hard::measure(), &folder.join("hard.csv"))?;
    save(&times, &folder.join("times.csv"))?;
    save(&traffic, &folder.join("traffic.csv"))?;
    figures::draw(&folder, &folder)
}
