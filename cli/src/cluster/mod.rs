//! Several real machines as one: finds out what mpirun has to be told, and tells it.
//!
//! [`init`] keeps what it has found in two files of the folder, which the others read as data. [`run`] starts mpirun
//! and stays with it, since launchers are long in noticing that a machine is gone, and longer in saying so.

mod addresses;
mod copy;
mod folder;
mod found;
mod hosts_file;
mod init;
mod launcher_words;
mod processes;
mod push;
mod run;
mod session;
mod settings_file;
mod signals;
mod streams;
mod watch;

pub(crate) use found::status;
pub(crate) use init::init;
pub(crate) use push::push;
pub(crate) use run::run;

use mst::error::Error;

/// What stands in the way of a job, and what to do about it.
fn refusal(what: impl Into<String>) -> Error {
    Error::Found { problems: 1, what: what.into() }
}
