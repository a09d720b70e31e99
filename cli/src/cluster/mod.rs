//! Runs jobs on several real machines: finds out which options mpirun needs, and starts it with
//! them.
//!
//! [`init`] writes what it found to two files of the folder, which the other commands read as data.
//! [`run`] starts mpirun and watches it, since launchers take long to notice that a machine is
//! gone, and longer to say so.

mod addresses;
mod copy;
mod folder;
mod hosts_file;
mod init;
mod launcher_filter;
mod processes;
mod push;
mod run;
mod session;
mod settings_file;
mod setup;
mod signals;
mod streams;
mod watch;

pub(crate) use init::init;
pub(crate) use push::push;
pub(crate) use run::run;
pub(crate) use setup::status;

use mst::error::Error;

/// The error for a problem that prevents a job. `what` also says what to do.
fn refusal(what: impl Into<String>) -> Error {
    Error::Found { problems: 1, what: what.into() }
}
