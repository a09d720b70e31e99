//! SIGTERM, by which launchers tell all ranks to end when one has failed.

use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// From now on SIGTERM sets `dismissed`; once nobody watches any more, since all is `done`, it ends the process as ever.
///
/// # Errors
/// If the system has no room for the handler.
pub fn heed(done: Arc<AtomicBool>, dismissed: Arc<AtomicBool>) -> io::Result<()> {
    flag::register_conditional_default(SIGTERM, done)?;
    flag::register(SIGTERM, dismissed).map(drop)
}
