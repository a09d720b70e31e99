//! Input and output of the process: messages and tables, bars, files, standard input, the signal to
//! end.

mod bars;
mod cluster_file;
mod csv_file;
mod graph_file;
mod output;
mod panics;
mod print;
mod shared_file;
mod standard_input;
mod termination;

pub(crate) use bars::{Bars, StepBar};
pub(crate) use cluster_file::ClusterFormat;
pub(crate) use csv_file::{CsvFile, FIRST};
pub(crate) use graph_file::{write_alone, write_graph};
pub(crate) use output::{Output, folder_of, save};
pub use panics::report_panics_once;
pub(crate) use print::{ResultPrinter, note, print_error, write_stderr, write_stdout};
pub(crate) use standard_input::{NAME, is_named, keep};
pub(crate) use termination::catch_signal;
pub use termination::catch_sigterm;
