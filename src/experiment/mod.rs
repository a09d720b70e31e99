//! Runs on a graph: a job on the given ranks, its result, the comparison of two results, and the
//! row that holds all that is needed to repeat a run.

mod comparison;
mod explain;
mod given;
mod job;
mod outcome;
mod row;

pub use comparison::{Comparison, Verdict, shares};
use explain::explain;
pub use explain::{Explained, ExplainedStep};
pub use given::prove_given;
pub use job::{Job, Run};
pub use outcome::{Number, Outcome, Seconds};
pub use row::{ByRank, ByStep, Nanoseconds, Provenance, Row};
