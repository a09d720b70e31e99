//! The steps of the sharded algorithm beside those of the simulation that it was designed by.

use super::by_ranks::family;
use super::runs::{StepRun, WeakRun};
use super::simulated::{SIMULATED, Simulated};
use super::table::names;
use std::fmt::Write;

/// The table: for each step the bytes of all ranks, for each vertex, measured and simulated; at the end
/// their sum and what the busiest rank moves.
pub(crate) fn write(text: &mut String, steps: &[StepRun], weak: &[WeakRun]) -> std::fmt::Result {
    if steps.is_empty() {
        return Ok(());
    }
    write!(
        text,
        "\nEach step of `sharded` beside the simulation by which it was designed: bytes that ranks send for each vertex of \
         the graph, then those of the busiest rank for each of its vertices. Weak scaling, as above.\n\n| step |"
    )?;
    for Simulated { family: name, ranks, .. } in SIMULATED {
        write!(text, " {}, {ranks} ranks | simulated |", family(name))?;
    }
    write!(text, "\n|---|{}\n", "---|".repeat(2 * SIMULATED.len()))?;
    let only_simulated = SIMULATED[0].steps.iter().map(|(step, _)| *step);
    for step in names(steps.iter().map(|run| run.step.as_str()).chain(only_simulated)) {
        write_line(text, step, |simulated| {
            let is_it =
                |run: &&StepRun| run.step == step && simulated.is_of(&run.family, run.ranks);
            let run = steps.iter().find(is_it);
            let simulated = simulated.steps.iter().find(|(name, _)| *name == step);
            [
                run.map(|run| run.bytes_total as f64 / run.n as f64),
                simulated.map(|(_, bytes)| *bytes),
            ]
        })?;
    }
    write_line(text, "**all**", |simulated| {
        let runs = steps.iter().filter(|run| simulated.is_of(&run.family, run.ranks));
        let sent: f64 = runs.map(|run| run.bytes_total as f64 / run.n as f64).sum();
        [Some(sent), Some(simulated.steps.iter().map(|(_, bytes)| bytes).sum())]
    })?;
    write_line(text, "**busiest rank**", |simulated| {
        let is_it =
            |run: &&WeakRun| run.combine == "sharded" && simulated.is_of(&run.family, run.ranks);
        let run = weak.iter().find(is_it);
        [run.map(WeakRun::bytes_per_vertex), Some(simulated.busiest)]
    })
}

/// A line of the table, with what was measured and what simulated in each case.
fn write_line(
    text: &mut String,
    name: &str,
    bytes: impl Fn(&Simulated) -> [Option<f64>; 2],
) -> std::fmt::Result {
    write!(text, "| {name} |")?;
    for bytes in SIMULATED.iter().flat_map(bytes) {
        let shown = bytes.map_or_else(String::new, |bytes| format!("{bytes:.2}"));
        write!(text, " {shown} |")?;
    }
    writeln!(text)
}
