//! A watchdog: finds ranks whose process answers no more, and ends the job.
//!
//! MPI waits for a rank whose cable was cut as it waits for one that computes. What tells them apart is
//! a thread in each process that does nothing but answer, over a connection of its own: it answers while
//! the rank computes, reads or waits, for hours, as long as the process runs at all. So a rank that is
//! merely slow is never given up; one that was killed or stopped, or whose host or cable is gone, is.

use super::Comm;
use super::peer::{Invitation, News, Peer, word};
use nix::unistd::{Pid, getppid};
use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Between two looks at the connections.
const TICK: Duration = Duration::from_millis(100);
/// The same once nothing is left but to wait for the others' end.
const LAST_TICK: Duration = Duration::from_millis(2);
/// How often a rank answers in the time after which it would be given up.
const ANSWERS: u32 = 5;
/// What a rank that has nothing to say leaves to the one that has.
const COURTESY: Duration = Duration::from_millis(500);
/// How long MPI may take to end at least, and how many times as long as a rank may be silent.
const TO_END: (Duration, u32) = (Duration::from_secs(15), 3);

/// Watches until it is dropped. Meanwhile a rank that is told to terminate, as launchers tell all ranks
/// when one has failed, takes a moment to tell the others not to wonder.
pub(super) struct Watchdog {
    done: Arc<AtomicBool>,
    leaving: Arc<AtomicBool>,
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
            thread.thread().unpark();
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
        let watch = Watch {
            rank: self.rank(),
            hosts,
            patience,
            invitation,
            listener,
            peers,
            done: done.clone(),
            leaving: leaving.clone(),
            dismissed,
            parent: getppid(),
        };
        // Before the ranks agree, since rank 0 has to take the calls of many.
        let thread = thread::Builder::new().name("watchdog".to_owned());
        let thread = thread.spawn(move || watch.until_done(say));
        let dog = Watchdog { done, leaving, thread: thread.ok() };
        let reached =
            self.all_gather(&[u8::from(reached && heeds.is_ok() && dog.thread.is_some())]).concat();
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

/// Ends this process without a goodbye to the other ranks, for which MPI might wait.
pub fn end_at_once(code: i32) -> ! {
    // SAFETY: `_exit` takes any number, and ends the process without a look at its memory. No
    // handler may run first, since those of MPI libraries wait for ranks that are gone.
    unsafe { nix::libc::_exit(code) }
}

/// What a rank knows of those it watches: rank 0 of all, the others of rank 0.
struct Watch {
    rank: usize,
    hosts: Vec<String>,
    patience: Duration,
    invitation: Invitation,
    listener: Option<TcpListener>,
    peers: Vec<Peer>,
    done: Arc<AtomicBool>,
    leaving: Arc<AtomicBool>,
    /// Whether this process was told to terminate.
    dismissed: Arc<AtomicBool>,
    /// The process that has started this one.
    parent: Pid,
}

/// Why a job ends.
#[derive(Debug, PartialEq)]
enum End {
    /// A rank is gone, and how.
    Lost(usize, News),
    /// Another rank has said why.
    Told,
    /// This process was told to terminate.
    Dismissed,
    /// What the launcher started this process with has died.
    Orphaned,
    /// All have done their work and answer, but MPI does not end.
    Unended,
}

impl Watch {
    fn until_done(mut self, say: impl Fn(&str)) {
        let Some(end) = self.watch() else { return };
        // Also a rank 0 that only stood still must not find the others dead when it goes on. An orphan has
        // nobody left to hear what it says.
        self.tell(if end == End::Orphaned { word::ORPHANED } else { word::ENDING });
        match end {
            End::Lost(lost, how) if self.rank == usize::from(lost == 0) => {
                say(&self.sentence(lost, how));
            }
            End::Unended if self.rank == 0 => say(&format!(
                "the work is done and all it made is written, but MPI does not end on every host, \
                 after {} s: MPICH 4.0 is known for that; take a newer one, or Open MPI",
                self.to_end().as_secs_f64()
            )),
            End::Dismissed | End::Orphaned => {}
            End::Lost(..) | End::Told | End::Unended => thread::sleep(COURTESY),
        }
        end_at_once(1)
    }

    /// Watches until this rank is done, or something ends the job.
    fn watch(&mut self) -> Option<End> {
        let mut answered: Option<Instant> = None;
        let mut left: Option<Instant> = None;
        while !self.is_done() {
            if let Some(listener) = &self.listener {
                self.peers.extend(self.invitation.guest(listener));
            }
            if answered.is_none_or(|last| last.elapsed() >= self.patience / ANSWERS) {
                self.tell(word::HERE);
                answered = Some(Instant::now());
            }
            for peer in &mut self.peers {
                match peer.news(self.patience) {
                    News::Fine => {}
                    News::Ending => return Some(End::Told),
                    gone => return Some(End::Lost(peer.rank, gone)),
                }
            }
            if self.dismissed.load(Relaxed) {
                return Some(End::Dismissed);
            }
            if getppid() != self.parent {
                return Some(End::Orphaned);
            }
            if left.is_none() && self.leaving.load(Relaxed) {
                self.tell(word::BYE);
                left = Some(Instant::now());
            }
            if left.is_some_and(|left| left.elapsed() > self.to_end()) {
                return Some(End::Unended);
            }
            thread::park_timeout(if self.done.load(Relaxed) { LAST_TICK } else { TICK });
        }
        self.tell(word::BYE);
        None
    }

    /// Whether this rank may go. Rank 0 is the last one: it alone says when another one does not end.
    fn is_done(&self) -> bool {
        let last = self.rank == 0 && self.leaving.load(Relaxed);
        self.done.load(Relaxed) && (!last || self.peers.iter().all(Peer::has_ended))
    }

    /// How long MPI may take to end.
    fn to_end(&self) -> Duration {
        (TO_END.1 * self.patience).max(TO_END.0)
    }

    fn tell(&mut self, word: u8) {
        self.peers.iter_mut().for_each(|peer| peer.tell(word));
    }

    fn sentence(&self, lost: usize, how: News) -> String {
        let who = format!("rank {lost} on {}", self.hosts[lost]);
        match how {
            News::Silent => format!(
                "{who} has not answered for {} s: its process is stopped, or its host or cable is gone; \
                 see to that, then run again",
                self.patience.as_secs_f64()
            ),
            News::Orphaned => format!(
                "what mpirun started {who} with has died: see there what ended it (`dmesg | tail` tells \
                 whether memory ran out), then run again"
            ),
            _ => format!(
                "{who} has died: see there what ended it (`dmesg | tail` tells whether memory ran out), \
                 then run again"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpStream;

    const PATIENCE: Duration = Duration::from_millis(600);

    /// What rank 0 of two makes of a rank 1 that does `as_rank_1`.
    fn seen(as_rank_1: impl FnOnce(&Invitation) + Send) -> Option<End> {
        let (invitation, listener) = Invitation::new().unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let mut watch = Watch {
            rank: 0,
            hosts: vec!["a".to_owned(), "b".to_owned()],
            patience: PATIENCE,
            invitation: invitation.clone(),
            listener: Some(listener),
            peers: Vec::new(),
            done: done.clone(),
            leaving: Arc::default(),
            dismissed: Arc::default(),
            parent: getppid(),
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                as_rank_1(&invitation);
                thread::sleep(PATIENCE * 2);
                done.store(true, Relaxed);
            });
            watch.watch()
        })
    }

    #[test]
    fn a_rank_that_answers_is_let_alone_however_long_it_takes() {
        let end = seen(|invitation| {
            let mut peer = invitation.accept(1).unwrap();
            for _ in 0..30 {
                peer.tell(word::HERE);
                assert_eq!(peer.news(PATIENCE), News::Fine);
                thread::sleep(PATIENCE / 10);
            }
            peer.tell(word::BYE);
        });
        assert_eq!(end, None);
    }

    #[test]
    fn a_dead_rank_is_told_from_a_silent_one() {
        let died = seen(|invitation| drop(invitation.accept(1).unwrap()));
        assert_eq!(died, Some(End::Lost(1, News::Dead)));
        let silent = seen(|invitation| {
            let peer = invitation.accept(1).unwrap();
            thread::sleep(PATIENCE * 2);
            drop(peer);
        });
        assert_eq!(silent, Some(End::Lost(1, News::Silent)));
        let orphaned = seen(|invitation| invitation.accept(1).unwrap().tell(word::ORPHANED));
        assert_eq!(orphaned, Some(End::Lost(1, News::Orphaned)));
    }

    #[test]
    fn who_says_goodbye_may_go_but_not_stop_half_way() {
        let bye = |invitation: &Invitation| {
            let mut peer = invitation.accept(1).unwrap();
            peer.tell(word::BYE);
            peer
        };
        assert_eq!(seen(|invitation| drop(bye(invitation))), None);
        let stopped = seen(|invitation| {
            let peer = bye(invitation);
            thread::sleep(PATIENCE * 2);
            drop(peer);
        });
        assert_eq!(stopped, Some(End::Lost(1, News::Silent)));
    }

    #[test]
    fn strangers_are_not_heard() {
        let end = seen(|invitation| {
            let mut peer = invitation.accept(1).unwrap();
            peer.tell(word::BYE);
            drop(peer);
            let mut stranger = TcpStream::connect(invitation.addresses()[0]).unwrap();
            stranger.write_all(&[7; 16]).unwrap();
        });
        assert_eq!(end, None);
    }
}
