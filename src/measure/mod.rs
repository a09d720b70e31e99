//! Time, traffic and memory: the phases of the work, repetitions, and their statistics.

mod interval;
mod memory;
mod phase;
mod repetition;
mod sharded_step;

pub use interval::{Interval, outliers};
pub use memory::{peak_rss, restart_peak};
pub use phase::Phase;
pub use repetition::{Repeats, Repetition, Spread, repeat, time};
pub use sharded_step::ShardedStep;
