//! The same colour for the same thing in every figure.

use crate::drawing::Look;
use mst::measure::Phase;
use plotters::style::RGBColor;

/// What is no measurement: the ideal, a bound, a model, a crossover.
const REFERENCE: RGBColor = RGBColor(110, 110, 110);
/// What is not part of the time that is compared.
const APART: RGBColor = RGBColor(170, 170, 170);
const SOLID: Option<(i32, i32)> = Some((1, 0));

/// Runs on one machine.
pub(super) fn local() -> Look {
    Look { line: SOLID, ..Look::new(0) }
}

/// Runs on several ranks: the series of that number, from 0, which is the main one.
pub(super) fn distributed(series: usize) -> Look {
    Look { line: SOLID, ..Look::new(1 + series) }
}

/// The main series, compared with the best local run.
pub(super) fn against_local() -> Look {
    Look { hollow: true, line: Some((3, 3)), ..local() }
}

/// What is no measurement, and so has no marks.
pub(super) fn reference() -> Look {
    Look { colour: REFERENCE, line: SOLID, ..Look::new(0) }
}

/// A phase of the work. A rank's own forest has the colour of the local run.
pub(super) fn phase(phase: Phase) -> Look {
    match phase {
        Phase::Local => Look::new(0),
        Phase::Contract => Look::new(2),
        Phase::Exchange => Look::new(3),
        Phase::Merge => Look::new(1),
        Phase::Other | Phase::Read | Phase::Verify => Look { colour: APART, ..Look::new(0) },
    }
}

/// A mark on a bar.
pub(super) fn on_bar() -> Look {
    Look { colour: RGBColor(0, 0, 0), hollow: true, ..Look::new(3) }
}
