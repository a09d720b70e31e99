//! What scripts/bench-distributed has measured as tables and plots, and the hard cases: is what auto
//! chooses ever much slower than a gather?
//!
//! Reads its rows in `target/bench-distributed/` and writes `results/distributed/`. `MST_BENCH_SHRINK=6` divides the sizes of the hard cases by 2^6;
//! with `-- --test`, as in CI, those alone are run and nothing is written.

#[path = "../graphs/mod.rs"]
mod graphs;
mod hard;
mod plot;
mod runs;
mod table;

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hard = hard::measure();
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (rows, folder) =
        (project.join("target/bench-distributed"), project.join("results/distributed"));
    std::fs::create_dir_all(&folder)?;
    runs::save(&hard, &folder.join("hard.csv"))?;
    let times = runs::read(&rows.join("times.csv"))?;
    let traffic = runs::read(&rows.join("traffic.csv"))?;
    runs::save(&times, &folder.join("times.csv"))?;
    runs::save(&traffic, &folder.join("traffic.csv"))?;
    std::fs::write(folder.join("tables.md"), table::all(&times, &traffic, &hard, &folder)?)?;
    plot::traffic(&traffic, &folder.join("traffic.svg"))?;
    plot::times(&times, &folder.join("times.svg"))
}
