//! What the watchdog's thread does: it listens to the other ranks, answers, and ends the job.

use super::door::Door;
use super::heartbeat::{Peer, PeerState, word};
use super::launcher;
use crate::comm::{Progress, Stage};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{Pid, getppid};
use std::collections::BTreeSet;
use std::io::PipeReader;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// The longest time between two looks at the connections.
const TICK: Duration = Duration::from_millis(100);
/// The same when a rank only waits for the others to end.
const LAST_TICK: Duration = Duration::from_millis(2);
/// How often a rank answers within `patience`.
const ANSWERS: u32 = 5;
/// How long a rank with nothing to report waits, so that the rank that reports ends first.
const COURTESY: Duration = Duration::from_millis(500);

/// Ends this process without a goodbye to the other ranks, for which MPI might wait.
pub fn end_at_once(code: i32) -> ! {
    // SAFETY: `_exit` accepts any number and ends the process without using its memory. No handler
    // may run first, because those of MPI libraries wait for ranks that are gone.
    unsafe { nix::libc::_exit(code) }
}

/// Returns what to say about strangers, if any have called.
pub(super) fn refused(strangers: &AtomicU64) -> Option<String> {
    let count = strangers.load(Relaxed);
    let connections =
        if count == 1 { "1 connection".to_owned() } else { format!("{count} connections") };
    let said = format!("rank 0 refused {connections} that did not come from ranks of this job");
    (count > 0).then_some(said)
}

/// What a rank knows of those it watches: rank 0 watches all others, and they watch rank 0.
pub(super) struct Watch {
    pub(super) rank: usize,
    pub(super) hosts: Vec<String>,
    pub(super) patience: Duration,
    /// How long MPI may take to end.
    pub(super) to_end: Duration,
    /// Where rank 0 waits for the ranks that have not called yet.
    pub(super) door: Option<Door>,
    /// How many callers were no ranks.
    pub(super) strangers: Arc<AtomicU64>,
    pub(super) peers: Vec<Peer>,
    pub(super) done: Arc<AtomicBool>,
    pub(super) leaving: Arc<AtomicBool>,
    /// Whether this process was told to terminate.
    pub(super) dismissed: Arc<AtomicBool>,
    /// Where the [`super::Watchdog`] wakes this thread.
    pub(super) woken: Option<PipeReader>,
    /// The process that started this one.
    pub(super) parent: Pid,
    /// The stage that this rank is in.
    pub(super) progress: Arc<Progress>,
}

/// Why a job ends.
#[derive(Debug, PartialEq)]
enum JobEnd {
    /// A rank is gone; the second field says how.
    Lost(usize, PeerState),
    /// Another rank has said why.
    Told,
    /// This process was told to terminate.
    Dismissed,
    /// The launcher's process that started this one has died.
    Orphaned,
    /// All ranks have done their work and answer, but MPI does not end.
    MpiDoesNotEnd,
}

impl Watch {
    /// Watches until this rank may go, or ends the job. The rank that has to report passes the
    /// reason to `say`.
    pub(super) fn until_done(mut self, say: impl Fn(&str)) {
        let Some(end) = self.watch() else { return };
        // Tell even a rank 0 that is lost: if it was only stopped, it must not find the others dead
        // when it runs again. An orphan says that it is one: nobody is left to hear its own report.
        self.tell(if end == JobEnd::Orphaned { word::ORPHANED } else { word::ENDING });
        match (self.report(&end), end) {
            (Some(reason), _) => say(&reason),
            (None, JobEnd::Dismissed | JobEnd::Orphaned) => {}
            (None, _) => thread::sleep(COURTESY),
        }
        if self.rank == 0 {
            launcher::end_launcher_later();
        }
        end_at_once(1)
    }

    /// What this rank says about the end of the job; `None` if another rank says it, or nobody.
    fn report(&self, end: &JobEnd) -> Option<String> {
        match *end {
            JobEnd::Lost(lost, how) if self.rank == usize::from(lost == 0) => {
                Some(self.sentence(lost, how))
            }
            JobEnd::MpiDoesNotEnd if self.rank == 0 => Some(format!(
                "the work is done and all results are written, but MPI has not shut down on every \
                 host within {} s; MPICH 4.0 has this known fault: use a newer one, or Open MPI",
                self.to_end.as_secs_f64()
            )),
            _ => None,
        }
    }

    /// Watches until this rank is done, or returns why the job ends.
    fn watch(&mut self) -> Option<JobEnd> {
        let mut answered: Option<Instant> = None;
        let mut left: Option<Instant> = None;
        while !self.is_done() {
            if let Some(door) = &mut self.door {
                self.peers.extend(door.guests());
            }
            self.door.take_if(|door| door.is_done());
            if answered.is_none_or(|last| last.elapsed() >= self.patience / ANSWERS) {
                self.tell(word::HERE);
                answered = Some(Instant::now());
            }
            for peer in &mut self.peers {
                match peer.news(self.patience) {
                    PeerState::Fine => {}
                    PeerState::Ending => return Some(JobEnd::Told),
                    gone => return Some(JobEnd::Lost(peer.rank, gone)),
                }
            }
            if self.dismissed.load(Relaxed) {
                return Some(JobEnd::Dismissed);
            }
            if getppid() != self.parent {
                return Some(JobEnd::Orphaned);
            }
            if left.is_none() && self.leaving.load(Relaxed) {
                self.tell(word::BYE);
                left = Some(Instant::now());
            }
            // One rank has to report this.
            if self.rank == 0 && left.is_some_and(|left| left.elapsed() > self.to_end) {
                return Some(JobEnd::MpiDoesNotEnd);
            }
            self.pause();
        }
        self.tell(word::BYE);
        None
    }

    /// Waits for news, at most one tick. It wakes at once, because of several ranks that end, the
    /// first is the one for which all the others were ended.
    fn pause(&self) {
        let done = self.done.load(Relaxed);
        let streams = self.peers.iter().filter(|peer| !peer.has_ended()).map(Peer::as_fd);
        let woken = self.woken.as_ref().filter(|_| !done).map(AsFd::as_fd);
        let heard = streams.chain(self.door.iter().flat_map(Door::sources)).chain(woken);
        let mut heard: Vec<PollFd<'_>> =
            heard.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        let tick = if done { LAST_TICK } else { TICK };
        // Whatever `poll` returns, everything is looked at again.
        poll(&mut heard, PollTimeout::try_from(tick).expect("short")).ok();
    }

    /// Whether this rank may go. Rank 0 goes last: only it reports a rank that does not end.
    fn is_done(&self) -> bool {
        let last = self.rank == 0 && self.leaving.load(Relaxed);
        self.done.load(Relaxed) && (!last || self.peers.iter().all(Peer::has_ended))
    }

    /// Whether ranks on several other hosts have all fallen silent at about the same time: then the
    /// fault is here.
    fn is_alone(&self) -> bool {
        let others =
            self.peers.iter().filter(|peer| self.hosts[peer.rank] != self.hosts[self.rank]);
        let (hosts, silent): (BTreeSet<&str>, Vec<bool>) = others
            .map(|peer| (&*self.hosts[peer.rank], peer.silence() > self.patience / 2))
            .unzip();
        hosts.len() > 1 && silent.iter().all(|&silent| silent)
    }

    fn tell(&mut self, word: u8) {
        self.peers.iter_mut().for_each(|peer| peer.tell(word));
    }

    /// Returns what to say about a rank that is gone, and about strangers, which may be the reason.
    fn sentence(&self, lost: usize, how: PeerState) -> String {
        let reason = self.reason(lost, how);
        match refused(&self.strangers) {
            Some(refused) => format!("{reason} ({refused})"),
            None => reason,
        }
    }

    fn reason(&self, lost: usize, how: PeerState) -> String {
        let who = format!("rank {lost} on {}", self.hosts[lost]);
        let during = match self.progress.stage() {
            stage if stage.number() == Stage::START.number() => String::new(),
            stage => format!(" (phase: {})", stage.name()),
        };
        match how {
            PeerState::Silent if self.is_alone() => format!(
                "no rank on another host has answered for {} s{during}: check the network cable \
                 of {}, where rank 0 runs, then run again",
                self.patience.as_secs_f64(),
                self.hosts[0]
            ),
            PeerState::Silent => format!(
                "{who} has not answered for {} s{during}: its process is stopped, or its host or \
                 network is down; fix that, then run again",
                self.patience.as_secs_f64()
            ),
            PeerState::Orphaned => format!(
                "the process of mpirun that started {who} has died{during}: find out on that host \
                 what ended it (`dmesg | tail` shows whether memory ran out), then run again"
            ),
            _ => format!(
                "{who} has died{during}: find out on that host what ended it (`dmesg | tail` \
                 shows whether memory ran out), then run again"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
