//! The program `mst`: its commands over the library of that name.
//!
//! [`mod@command`] has a file for each command, [`report`] says what came out, [`doctor`] looks at the hosts, `cluster` runs on
//! several of them, [`console`] is the way in and out of the process.

mod cluster;
pub mod command;
pub mod console;
pub mod doctor;
pub mod report;
mod shell;

pub use command::main;
