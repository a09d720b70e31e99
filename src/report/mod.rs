//! Results in words and tables, for people. Returns text; the command line prints it.

mod plans;
mod table;
mod terminal;
mod words;

pub use plans::{chosen, tested};
pub use table::table;
pub use terminal::{compared, folded, proved, solved, written};
pub use words::{bytes, count, grouped, seconds};
