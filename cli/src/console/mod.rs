//! Input and output of the process: messages and tables, bars, files, standard input, the signal to
//! end.

mod bars;
mod output;
mod panics;
mod sheet;
mod speech;
mod standard_input;
mod termination;

pub(crate) use bars::Bars;
pub(crate) use output::{Output, folder_of};
pub use panics::tell_panics_once;
pub(crate) use sheet::Sheet;
pub(crate) use speech::{Voice, aside, say, tell, write_aside};
pub(crate) use standard_input::{NAME, is_named, keep};
pub use termination::heed;
pub(crate) use termination::keep_signal;
