//! Formats results as words and tables for people. Returns text; the command line prints it.

mod compared;
#[cfg(test)]
mod fixture;
mod plans;
mod swept;
mod table;
mod terminal;
mod words;

pub use compared::compared;
pub use plans::{chosen, tested};
pub use swept::{PlannedPoint, planned, repetitions, swept};
pub use table::table;
pub use terminal::{added, clustered, dendrogram, folded, gaps, lost, proved, solved, written};
pub use words::{bytes, count, grouped, minutes, seconds};
