//! The signals that ask to end: for the job first, and once it is over for this process as ever.

use crate::console::keep_signal;
use nix::sys::signal::Signal;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const HEEDED: [Signal; 2] = [Signal::SIGINT, Signal::SIGTERM];

/// Signals that have come.
pub(super) struct Signals {
    asked: Vec<(Signal, Arc<AtomicBool>)>,
    over: Arc<AtomicBool>,
}

impl Signals {
    /// From now on SIGINT and SIGTERM are kept.
    ///
    /// # Errors
    /// If the system has no room for the handlers.
    pub(super) fn heed() -> io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let keep = |signal: Signal| {
            let asked = Arc::new(AtomicBool::new(false));
            keep_signal(signal as i32, Arc::clone(&over), Arc::clone(&asked))?;
            Ok((signal, asked))
        };
        let asked = HEEDED.into_iter().map(keep).collect::<io::Result<_>>()?;
        Ok(Self { asked, over })
    }

    /// Those that have come since the last call.
    pub(super) fn taken(&self) -> impl Iterator<Item = Signal> {
        let came = |(signal, asked): &(Signal, Arc<AtomicBool>)| {
            asked.swap(false, Relaxed).then_some(*signal)
        };
        self.asked.iter().filter_map(came)
    }

    /// From now on they end this process, as they do where nobody heeds them.
    pub(super) fn let_go(&self) {
        self.over.store(true, Relaxed);
    }
}
