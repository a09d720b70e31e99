//! Makes the published tables and plots from the CSV files beside them.

pub(crate) mod by_ranks;
pub(crate) mod kamsta;
pub(crate) mod runs;
pub(crate) mod simulated;
pub(crate) mod steps;
pub(crate) mod table;
pub(crate) mod times;
pub(crate) mod traffic;
pub(crate) mod weak;

use crate::drawing::{Done, Machine, read};
use kamsta::KAMSTA_RESULTS;
use runs::{HardCase, Pbgl, RunSummary, StepRun, WeakRun};
use std::path::Path;

/// All measurements.
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) times: Vec<RunSummary>,
    pub(crate) traffic: Vec<RunSummary>,
    pub(crate) weak: Vec<WeakRun>,
    pub(crate) steps: Vec<StepRun>,
    pub(crate) hard: Vec<HardCase>,
    /// Empty where the Parallel BGL is not installed.
    pub(crate) pbgl: Vec<Pbgl>,
}

impl Results {
    /// Reads the CSV files of a folder.
    pub(crate) fn read(folder: &Path) -> Done<Self> {
        let pbgl = folder.join("pbgl.csv");
        Ok(Self {
            machine: Machine::read(folder)?,
            times: read(&folder.join("times.csv"))?,
            traffic: read(&folder.join("traffic.csv"))?,
            weak: read(&folder.join("weak.csv"))?,
            steps: read(&folder.join("steps.csv"))?,
            hard: read(&folder.join("hard.csv"))?,
            pbgl: if pbgl.exists() { read(&pbgl)? } else { Vec::new() },
        })
    }
}

/// Writes tables and plots of the results in one folder into another.
pub(crate) fn draw(from: &Path, to: &Path) -> Done {
    let results = Results::read(from)?;
    std::fs::write(to.join("tables.md"), table::all(&results, &KAMSTA_RESULTS)?)?;
    times::draw(&results, &KAMSTA_RESULTS, &to.join("times.svg"))?;
    traffic::draw(&results, &to.join("traffic.svg"))?;
    weak::draw(&results, &to.join("weak.svg"))
}
