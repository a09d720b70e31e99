//! Progress bars on stderr during long work, only on rank 0 and only on a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use mst::comm::{Progress, Stage};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The set of all bars, so that a line can be printed above them.
static SCREEN: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Runs `print` while the bars are hidden.
pub(crate) fn above<R>(print: impl FnOnce() -> R) -> R {
    SCREEN.suspend(print)
}

/// A thread that shows a [`Progress`] until this is dropped.
pub(crate) struct Bars {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bars {
    /// Starts to show `progress`.
    pub(crate) fn start(progress: Arc<Progress>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let bar = SCREEN.add(ProgressBar::hidden());
            while !seen.load(Relaxed) {
                show(&bar, &progress);
                thread::park_timeout(Duration::from_millis(100));
            }
            bar.finish_and_clear();
        });
        Self { stop, thread: Some(thread) }
    }
}

/// A bar of the steps of a long job, below those of the step under way.
pub(crate) struct StepBar(ProgressBar);

impl StepBar {
    /// Shows that none of `steps` is done, with a `message` behind the bar.
    pub(crate) fn start(steps: u64, message: String) -> Self {
        const STEPS: &str = "     sweep {wide_bar} {pos} of {len}  {msg}";
        let bar = SCREEN.add(ProgressBar::new(steps));
        bar.set_style(ProgressStyle::with_template(STEPS).expect("a fixed template"));
        bar.set_message(message);
        bar.tick();
        Self(bar)
    }

    /// Shows that `done` steps are done.
    pub(crate) fn show(&self, done: u64, message: String) {
        self.0.set_message(message);
        self.0.set_position(done);
    }
}

impl Drop for StepBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // If the thread panicked, the hook has reported it, and the work is not affected.
            let _ = thread.join();
        }
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    const KNOWN: &str = "{prefix:>10} {wide_bar} {percent:>3} %  {elapsed}";
    const UNKNOWN: &str = "{prefix:>10} {spinner} {msg}  {elapsed}";
    let (stage, total) = (progress.stage(), progress.total.load(Relaxed));
    if stage.number() == Stage::START.number() {
        return;
    }
    if bar.prefix() != stage.name() {
        bar.set_prefix(stage.name());
        bar.reset_elapsed();
    }
    let template = if total > 0 { KNOWN } else { UNKNOWN };
    bar.set_style(ProgressStyle::with_template(template).expect("a fixed template"));
    bar.set_length(total);
    bar.set_position(progress.done.load(Relaxed).min(total));
    bar.set_message(match progress.repetition.load(Relaxed) {
        0 => String::new(),
        repetition => format!("repetition {repetition}"),
    });
    bar.tick();
}
