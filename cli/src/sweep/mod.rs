//! Many measurements in one job: the points of an experiment, how long they take, and which of them
//! were measured before.

mod ahead;
mod done;
mod estimate;
mod experiments;
mod outline;
mod point;
mod run;

use ahead::Ahead;
pub(crate) use done::Done;
pub(crate) use estimate::{Pace, Trial, modelled, size, size_measured, size_within, within_budget};
pub(crate) use experiments::{Room, Ways, crossover, grid, scaling, strong, weak};
pub(crate) use outline::SweepOutline;
pub(crate) use point::{Experiment, Graph, PointKey, SweepPoint, in_order};
pub(crate) use run::{SweepOptions, measure};
