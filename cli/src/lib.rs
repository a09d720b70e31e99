//! The program `mst`: its commands, built on the library of the same name.
//!
//! [`mod@command`] has a file for each command, [`text`] puts results into words, [`doctor`] examines
//! the hosts, `cluster` runs jobs on several of them, `sweep` measures many runs in one job,
//! [`console`] does input and output.

mod cluster;
pub mod command;
pub mod console;
pub mod doctor;
pub mod drawing;
mod report;
mod shell;
mod sweep;
pub mod text;

pub use command::main;
