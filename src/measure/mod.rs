//! Time, traffic and memory: the phases of the work, repetitions, and their statistics.

mod memory;
mod phase;
mod repetition;

pub use memory::{peak_rss, restart_peak};
pub use phase::Phase;
pub use repetition::{Repetition, Spread, repeat, time};
