//! Runs of a graph: a job on the ranks at hand, what came of it, two of them compared, and the row that holds all that is
//! needed to repeat one.

mod comparison;
mod explain;
mod job;
mod outcome;
mod row;

pub use comparison::{Comparison, Verdict, shares};
pub use explain::Explained;
use explain::explain;
pub use job::{Job, Run};
pub use outcome::{Number, Outcome, Seconds};
pub use row::{ByRank, Provenance, Row};
