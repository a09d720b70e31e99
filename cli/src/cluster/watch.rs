//! Decides when a launcher must be killed because it would wait for minutes, or for ever.

use crate::doctor::Problem;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Why a launcher is killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It still runs although rank 0 has left its mark: it may wait for ever for a process that was
    /// stopped at the very end.
    Hangs,
    /// No rank started in time, for these reasons: it may wait for minutes for a machine that
    /// cannot reach it.
    Unstarted(Vec<Problem>),
}

/// Time limits for a launcher.
#[derive(Clone, Copy, Debug)]
pub(super) struct LauncherLimits {
    /// Until a rank runs on this host.
    pub(super) to_start: Duration,
    /// From rank 0's mark until the launcher ends.
    pub(super) to_end: Duration,
}

/// The state of a job that is watched.
pub(super) struct LauncherWatch {
    /// The file that rank 0 creates as its last action.
    mark: PathBuf,
    has_started: Box<dyn Fn() -> bool>,
    ask: Arc<dyn Fn() -> Vec<Problem> + Send + Sync>,
    limits: LauncherLimits,
    state: JobState,
}

enum JobState {
    /// No rank has been seen since this time.
    Starting(Instant),
    /// The doctor looks for the reason.
    Asking(JoinHandle<Vec<Problem>>),
    /// A rank has been seen, or the doctor found nothing.
    Running,
    /// Rank 0's mark was first seen at this time.
    Done(Instant),
}

impl LauncherWatch {
    /// Watches a job that begins `now`. `has_started` returns whether a rank of it runs on this
    /// host; `ask`, which takes long, returns what is wrong with the hosts.
    pub(super) fn new(
        mark: PathBuf,
        limits: LauncherLimits,
        has_started: impl Fn() -> bool + 'static,
        ask: impl Fn() -> Vec<Problem> + Send + Sync + 'static,
        now: Instant,
    ) -> Self {
        let state = JobState::Starting(now);
        Self { mark, has_started: Box::new(has_started), ask: Arc::new(ask), limits, state }
    }

    /// Looks at the job. Returns why its launcher must be killed, if it must.
    pub(super) fn look(&mut self, now: Instant) -> Option<Reason> {
        if let JobState::Done(since) = self.state {
            return (now.duration_since(since) >= self.limits.to_end).then_some(Reason::Hangs);
        }
        if self.mark.exists() {
            self.state = JobState::Done(now);
            return None;
        }
        if matches!(self.state, JobState::Running) || (self.has_started)() {
            self.state = JobState::Running;
            return None;
        }
        match &self.state {
            JobState::Starting(since) if now.duration_since(*since) >= self.limits.to_start => {
                let ask = Arc::clone(&self.ask);
                self.state = JobState::Asking(thread::spawn(move || ask()));
                None
            }
            JobState::Asking(asked) if asked.is_finished() => self.answered(),
            _ => None,
        }
    }

    fn answered(&mut self) -> Option<Reason> {
        match std::mem::replace(&mut self.state, JobState::Running) {
            JobState::Asking(asked) => {
                asked.join().ok().filter(|problems| !problems.is_empty()).map(Reason::Unstarted)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    const SECOND: Duration = Duration::from_secs(1);
    const LIMITS: LauncherLimits =
        LauncherLimits { to_start: Duration::from_secs(15), to_end: Duration::from_secs(10) };

    struct WatchedJob {
        folder: tempfile::TempDir,
        is_started: Arc<AtomicBool>,
        start: Instant,
        watch: LauncherWatch,
    }

    impl WatchedJob {
        /// A job for which the doctor finds this number of problems.
        fn new(problems: usize) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let is_started = Arc::new(AtomicBool::new(false));
            let started = Arc::clone(&is_started);
            let problem =
                Problem { what: "vm3 is off".to_owned(), mend: "switch it on".to_owned() };
            let ask = move || vec![problem.clone(); problems];
            let start = Instant::now();
            let mark = folder.path().join("done");
            let watch = LauncherWatch::new(mark, LIMITS, move || started.load(Relaxed), ask, start);
            Self { folder, is_started, start, watch }
        }

        fn at(&mut self, seconds: u32) -> Option<Reason> {
            self.watch.look(self.start + seconds * SECOND)
        }

        fn leave_mark(&self) {
            fs::write(self.folder.path().join("done"), "").expect("written");
        }

        /// Waits for the doctor, then looks once more.
        fn answer(&mut self) -> Option<Reason> {
            while matches!(&self.watch.state, JobState::Asking(asked) if !asked.is_finished()) {
                thread::yield_now();
            }
            self.at(16)
        }
    }

    #[test]
    fn a_job_that_does_not_start_is_ended_with_the_doctors_reason() {
        let mut job = WatchedJob::new(1);
        assert_eq!((job.at(0), job.at(14), job.at(15)), (None, None, None));
        assert!(matches!(job.answer(), Some(Reason::Unstarted(problems)) if problems.len() == 1));
    }

    #[test]
    fn without_a_reason_it_is_left_alone() {
        let mut job = WatchedJob::new(0);
        assert_eq!((job.at(15), job.answer(), job.at(1000)), (None, None, None));
    }

    #[test]
    fn a_rank_that_starts_while_the_doctor_looks_saves_it() {
        let mut job = WatchedJob::new(1);
        assert_eq!(job.at(15), None);
        job.is_started.store(true, Relaxed);
        assert_eq!(job.answer(), None);
    }

    #[test]
    fn a_running_job_has_no_time_limit() {
        let mut job = WatchedJob::new(1);
        job.is_started.store(true, Relaxed);
        assert_eq!(job.at(1), None);
        job.is_started.store(false, Relaxed); // it has ended, and the launcher is about to end, too
        assert_eq!((job.at(20), job.at(100_000)), (None, None));
    }

    #[test]
    fn after_the_mark_a_launcher_has_to_end() {
        for is_started in [false, true] {
            let mut job = WatchedJob::new(1);
            job.is_started.store(is_started, Relaxed);
            assert_eq!(job.at(1), None);
            job.leave_mark();
            assert_eq!(
                (job.at(20), job.at(29)),
                (None, None),
                "counted from when the mark is seen"
            );
            assert_eq!(job.at(30), Some(Reason::Hangs));
        }
    }
}
