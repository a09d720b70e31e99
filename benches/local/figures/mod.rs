//! Makes the published table and plot from the CSV file beside them.

pub(crate) mod rows;
pub(crate) mod speed;
pub(crate) mod table;

use crate::drawing::{Done, Machine, read};
use rows::ContestantRow;
use std::path::Path;

/// Writes table and plot of the results in one folder into another.
pub(crate) fn draw(from: &Path, to: &Path) -> Done {
    let (machine, rows) = (Machine::read(from)?, read::<ContestantRow>(&from.join("runs.csv"))?);
    std::fs::write(to.join("table.md"), table::markdown(&machine, &rows)?)?;
    speed::draw(&machine, &rows, &to.join("speed.svg"))
}
