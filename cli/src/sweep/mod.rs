//! Many measurements in one job: the points of an experiment, how long they take, and which of them
//! were measured before.

mod done;
mod estimate;
mod plan;
mod point;
mod run;

pub(crate) use done::Done;
pub(crate) use estimate::{Pace, Trial, size, size_within, within_budget};
pub(crate) use plan::{Plans, Room, crossover, grid, scaling, strong, weak};
pub(crate) use point::{Experiment, Graph, Key, Point, in_order};
pub(crate) use run::{Options, measure};
