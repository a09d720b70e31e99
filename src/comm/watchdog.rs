//! A watchdog: finds ranks whose process answers no more, and ends the job.
//!
//! MPI waits for a rank whose cable was cut as it waits for one that computes. What tells them apart is
//! a thread in each process that does nothing but answer, over a connection of its own: it answers while
//! the rank computes, reads or waits, for hours, as long as the process runs at all. So a rank that is
//! merely slow is never given up; one that was killed or stopped, or whose host or cable is gone, is.

use super::Comm;
use super::peer::{Invitation, Peer};
use super::watch::Watch;
use nix::unistd::getppid;
use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::io::{self, PipeWriter};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long MPI may take to end at least, and how many times as long as a rank may be silent.
const TO_END: (Duration, u32) = (Duration::from_secs(15), 3);

/// Watches until it is dropped. Meanwhile a rank that is told to terminate, as launchers tell all ranks
/// when one has failed, takes a moment to tell the others not to wonder.
pub(super) struct Watchdog {
    done: Arc<AtomicBool>,
    leaving: Arc<AtomicBool>,
    /// Wakes the thread when it is dropped.
    waker: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// All ranks have done their work. What remains is MPI's own end, which waits for all once more: when
    /// what is returned is dropped after that, rank 0 waits until the others' processes have ended.
    pub(super) fn leave(self) -> Self {
        self.leaving.store(true, Relaxed);
        self
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.done.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            self.waker = None;
            // It has nothing left to fail at.
            thread.join().ok();
        }
    }
}

impl Comm {
    /// Has rank 0 and the others watch each other until MPI has ended. A rank that has died, or has not
    /// answered for `patience`, ends the job with exit code 1, after `say` was told which one: on rank 0,
    /// or on rank 1 if that is the one. So does an end of MPI that takes far longer. Called by all ranks.
    ///
    /// Nothing is watched where all ranks are of one process.
    ///
    /// # Errors
    /// If a rank cannot reach rank 0 beside MPI, on all ranks alike: which ones. Nobody is watched then.
    pub fn watch(
        &self,
        patience: Duration,
        say: impl Fn(&str) + Send + 'static,
    ) -> Result<(), String> {
        if self.members().one_process || self.size() == 1 {
            return Ok(());
        }
        let invited = (self.rank() == 0).then(Invitation::new).transpose().ok().flatten();
        let words = invited.as_ref().map(|(invitation, _)| invitation.to_words());
        let invitation = Invitation::from_words(&self.broadcast(0, words.unwrap_or_default()));
        let peers: Vec<Peer> = match self.rank() {
            0 => Vec::new(),
            rank => invitation.accept(rank).into_iter().collect(),
        };
        let reached = !peers.is_empty() || invited.is_some();
        let hosts = self.members().ranks.iter().map(|host| host.name.clone()).collect();
        let [done, leaving, dismissed] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
        // Once nobody watches any more, the signal ends the process as ever.
        let heeds = flag::register_conditional_default(SIGTERM, done.clone())
            .and_then(|_| flag::register(SIGTERM, dismissed.clone()));
        let listener = invited.map(|(_, listener)| listener);
        let (woken, waker) = io::pipe().ok().unzip();
        let watch = Watch {
            rank: self.rank(),
            hosts,
            patience,
            to_end: (TO_END.1 * patience).max(TO_END.0),
            invitation,
            listener,
            peers,
            done: done.clone(),
            leaving: leaving.clone(),
            dismissed,
            woken,
            parent: getppid(),
            progress: self.progress().clone(),
        };
        // Before the ranks agree, since rank 0 has to take the calls of many.
        let thread = thread::Builder::new().name("watchdog".to_owned());
        let thread = thread.spawn(move || watch.until_done(say));
        let dog = Watchdog { done, leaving, waker, thread: thread.ok() };
        let reached = reached && heeds.is_ok() && dog.waker.is_some() && dog.thread.is_some();
        let reached = self.all_gather(&[u8::from(reached)]).concat();
        let unreached =
            |(rank, _): (usize, &u8)| format!("rank {rank} on {}", self.members().ranks[rank].name);
        let unreached: Vec<String> = reached
            .iter()
            .enumerate()
            .filter(|(_, reached)| **reached == 0)
            .map(unreached)
            .collect();
        if !unreached.is_empty() {
            return Err(unreached.join(", "));
        }
        self.watchdog.replace(Some(dog));
        Ok(())
    }
}
