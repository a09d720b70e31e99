//! Figures: what each shows ([`Plot`]), how it is drawn, and its data as CSV.

mod axis;
mod cost;
mod draw;
mod legend;
mod looks;
mod picture;
mod plot;
mod scaling;
mod size;

pub(crate) use cost::{bound, imbalance, of_phase, phases, traffic};
pub(crate) use draw::svg;
pub(crate) use picture::Painter;
pub(crate) use plot::Plot;
pub(crate) use scaling::{prediction, serial_fraction, speedup, time, weak};
pub(crate) use size::{crossing, rate, rate_of};
