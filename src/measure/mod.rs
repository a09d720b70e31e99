//! Repetitions, their statistics, and the CSV row that holds all that is needed to repeat one.

mod comparison;
mod csv_row;
mod explain;
mod job;
mod memory;
mod outcome;
mod repetition;

pub use comparison::{Comparison, Verdict, shares};
pub use csv_row::{Context, Row};
pub use explain::Explained;
use explain::explain;
pub use job::{Job, Run};
pub use memory::{peak_rss, restart_peak};
pub use outcome::{Number, Outcome, Seconds};
pub use repetition::{Repetition, Spread, repeat, time};
