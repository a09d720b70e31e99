//! Catches signals that ask the process to end, for as long as they are needed.

use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Makes a signal set `asked` instead of its default action; once `over` is set, the signal ends
/// the process as by default.
///
/// # Errors
/// If the handler cannot be installed.
pub(crate) fn catch_signal(
    signal: i32,
    over: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
) -> io::Result<()> {
    flag::register_conditional_default(signal, over)?;
    flag::register(signal, asked).map(drop)
}

/// Makes SIGTERM, which launchers send to all ranks when one has failed, set `dismissed`. Once
/// `done` is set, and so nobody watches any more, it ends the process as by default.
///
/// # Errors
/// If the handler cannot be installed.
pub fn catch_sigterm(done: Arc<AtomicBool>, dismissed: Arc<AtomicBool>) -> io::Result<()> {
    catch_signal(SIGTERM, done, dismissed)
}
