//! Signals that ask to end: kept for a while, in place of what they do.

use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// From now on a signal sets `asked`; once all is `over`, it ends the process as it does where nobody heeds it.
///
/// # Errors
/// If the system has no room for the handler.
pub(crate) fn keep_signal(
    signal: i32,
    over: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
) -> io::Result<()> {
    flag::register_conditional_default(signal, over)?;
    flag::register(signal, asked).map(drop)
}

/// From now on SIGTERM, by which launchers tell all ranks to end when one has failed, sets `dismissed`; once nobody watches
/// any more, since all is `done`, it ends the process as ever.
///
/// # Errors
/// If the system has no room for the handler.
pub fn heed(done: Arc<AtomicBool>, dismissed: Arc<AtomicBool>) -> io::Result<()> {
    keep_signal(SIGTERM, done, dismissed)
}
