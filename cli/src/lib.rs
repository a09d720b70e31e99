//! The program `mst`: its commands, built on the library of the same name.
//!
//! [`mod@command`] has a file for each command, [`report`] shows results, [`doctor`] examines the
//! hosts, `cluster` runs jobs on several of them, [`console`] does input and output.

mod cluster;
pub mod command;
pub mod console;
pub mod doctor;
pub mod report;
mod shell;
mod sweep;

pub use command::main;
