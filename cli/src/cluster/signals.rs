//! The signals that ask a process to end. While a job runs they are kept for it; afterwards they
//! end this process as usual.

use crate::console::catch_signal;
use nix::sys::signal::Signal;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const CAUGHT: [Signal; 2] = [Signal::SIGINT, Signal::SIGTERM];

/// The signals that arrived.
pub(super) struct Signals {
    asked: Vec<(Signal, Arc<AtomicBool>)>,
    over: Arc<AtomicBool>,
}

impl Signals {
    /// Keeps SIGINT and SIGTERM from now on, instead of ending this process.
    ///
    /// # Errors
    /// If the handlers cannot be installed.
    pub(super) fn catch() -> io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let catch = |signal: Signal| {
            let asked = Arc::new(AtomicBool::new(false));
            catch_signal(signal as i32, Arc::clone(&over), Arc::clone(&asked))?;
            Ok((signal, asked))
        };
        let asked = CAUGHT.into_iter().map(catch).collect::<io::Result<_>>()?;
        Ok(Self { asked, over })
    }

    /// The signals that arrived since the last call.
    pub(super) fn taken(&self) -> impl Iterator<Item = Signal> {
        let came = |(signal, asked): &(Signal, Arc<AtomicBool>)| {
            asked.swap(false, Relaxed).then_some(*signal)
        };
        self.asked.iter().filter_map(came)
    }

    /// Lets the signals end this process again, as they do by default.
    pub(super) fn release(&self) {
        self.over.store(true, Relaxed);
    }
}
