//! A watchdog: finds ranks whose process no longer answers, and ends the job.
//!
//! MPI waits for a rank whose cable was cut just as for one that computes. To tell them apart, each
//! process has a thread that does nothing but answer, over a connection of its own: it answers
//! while the rank computes, reads or waits, for hours, as long as the process runs at all. So a
//! rank that is merely slow is never given up; one that was killed or stopped, or whose host or
//! cable is gone, is.
//!
//! Until all ranks have called, rank 0 listens at those of its addresses that they need
//! ([`network`]). It draws a secret of 256 bits and sends it to them over MPI. With the secret, a
//! rank and rank 0 prove to each other who they are, by answers to questions that are never asked
//! twice ([`secret`]). So nobody without it, another user of the host or another host, can pose as
//! a rank or as rank 0, not even with recorded messages; and strangers keep no rank waiting
//! ([`door`]).
//!
//! What MPI does not protect is not protected here either: who can read MPI's messages on their way
//! has the secret; who can change packets on their way can end the job, or pass on calls and change
//! what follows them; so can root, or the user, on one of the hosts. If so many strangers call that
//! no rank gets through for seconds, the job goes on without a watchdog and says so.

mod door;
mod heartbeat;
mod invitation;
mod launcher;
mod monitor;
mod network;
mod secret;

use super::Comm;
use door::Door;
use heartbeat::Peer;
use invitation::Invitation;
pub use monitor::end_at_once;
use monitor::{Watch, refused};
use network::Network;
use nix::unistd::getppid;
use std::io::{self, PipeWriter};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The least time that MPI may take to end, and how many times `patience` it may take.
const TO_END: (Duration, u32) = (Duration::from_secs(15), 3);

/// Watches until it is dropped. Until then, a rank that is told to terminate first tells the others
/// that the job ends, so that they do not report it. (Launchers tell all ranks to terminate when
/// one has failed.)
pub(super) struct Watchdog {
    done: Arc<AtomicBool>,
    leaving: Arc<AtomicBool>,
    /// Wakes the thread when it is dropped.
    waker: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Says that all ranks have done their work. Only MPI's own end remains, which waits for all
    /// ranks once more. Drop the result after that: rank 0 then waits until the processes of the
    /// others have ended.
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
            // The thread has nothing left to do that could fail.
            thread.join().ok();
        }
    }
}

impl Comm {
    /// Makes rank 0 and the other ranks watch each other until MPI has ended. A rank that has died,
    /// or has not answered for `patience`, ends the job with exit code 1, after `say` was told
    /// which one: on rank 0, or on rank 1 if rank 0 is the one. An end of MPI that takes far longer
    /// ends the job, too. Called by all ranks.
    ///
    /// `heed` gets two flags and must make SIGTERM set the second one: by SIGTERM, launchers tell
    /// all ranks to end. Once the first flag is set, nobody watches any more, and the signal may
    /// end the process as usual.
    ///
    /// Nothing is watched if all ranks are in one process. Returns, on rank 0, a sentence about
    /// strangers that have called there, if any have.
    ///
    /// # Errors
    /// Names, on all ranks, those that cannot watch or cannot reach rank 0 outside MPI. Nobody is
    /// watched then.
    pub fn watch(
        &self,
        patience: Duration,
        heed: impl FnOnce(Arc<AtomicBool>, Arc<AtomicBool>) -> io::Result<()>,
        say: impl Fn(&str) + Send + 'static,
    ) -> Result<Option<String>, String> {
        if self.topology().one_process || self.size() == 1 {
            return Ok(None);
        }
        let strangers = Arc::new(AtomicU64::new(0));
        let (door, peers) = self.call_rank_0(&strangers);
        let reached = !peers.is_empty() || door.is_some();
        let hosts = self.topology().ranks.iter().map(|host| host.name.clone()).collect();
        let [done, leaving, dismissed] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
        let heeds = heed(done.clone(), dismissed.clone());
        let (woken, waker) = io::pipe().ok().unzip();
        let watch = Watch {
            rank: self.rank(),
            hosts,
            patience,
            to_end: (TO_END.1 * patience).max(TO_END.0),
            door,
            strangers: strangers.clone(),
            peers,
            done: done.clone(),
            leaving: leaving.clone(),
            dismissed,
            woken,
            parent: getppid(),
            progress: self.progress().clone(),
        };
        // The thread starts before the ranks agree, because rank 0 has to take the calls of many.
        let thread = thread::Builder::new().name("watchdog".to_owned());
        let thread = thread.spawn(move || watch.until_done(say));
        let dog = Watchdog { done, leaving, waker, thread: thread.ok() };
        let reached = reached && heeds.is_ok() && dog.waker.is_some() && dog.thread.is_some();
        let unreached = self.unreached(reached);
        let refused = refused(&strangers);
        if !unreached.is_empty() {
            // Rank 0 leaves last: those that it has not let in yet would take its end for its death.
            let dog = (self.rank() == 0).then_some(dog);
            self.barrier();
            drop(dog);
            let refused = refused.map(|refused| format!(" ({refused})")).unwrap_or_default();
            return Err(unreached + &refused);
        }
        self.watchdog.replace(Some(dog));
        Ok(refused)
    }

    /// Returns, on rank 0, the door; on the other ranks, their connection to rank 0.
    fn call_rank_0(&self, strangers: &Arc<AtomicU64>) -> (Option<Door>, Vec<Peer>) {
        let told = serde_json::to_vec(&Network::here()).expect("plain fields");
        let networks = self.all_gather(&told).into_iter();
        let networks: Vec<Network> =
            networks.map(|told| serde_json::from_slice(&told).expect("one program")).collect();
        let ranks = &self.topology().ranks;
        let addresses = |rank: usize| -> Vec<Ipv4Addr> {
            networks[0].addresses_for(&networks[rank], ranks[rank].is(&ranks[0]))
        };
        let open = || {
            let addresses = (1..self.size()).flat_map(addresses).collect();
            Door::open(&addresses, self.size(), strangers.clone()).ok()
        };
        let (door, invitation) = (self.rank() == 0).then(open).flatten().unzip();
        let told = invitation.as_ref().map(Invitation::to_bytes).unwrap_or_default();
        let invitation = Invitation::from_bytes(&self.broadcast(0, told));
        let peer = match self.rank() {
            0 => None,
            rank => invitation.call(rank, &addresses(rank)),
        };
        (door, peer.into_iter().collect())
    }

    /// Names the ranks that have not `reached` rank 0; the same on all ranks.
    fn unreached(&self, reached: bool) -> String {
        let reached = self.all_gather(&[u8::from(reached)]).concat();
        let unreached = reached.iter().enumerate().filter(|(_, reached)| **reached == 0);
        let unreached: Vec<String> =
            unreached.map(|(rank, _)| self.topology().name(rank)).collect();
        unreached.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm::{World, run};
    use std::io::{ErrorKind, Read};
    use std::time::Instant;

    /// Longer than any pause of this machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Runs `job` on `p` ranks that take each other for processes, and then ends their world.
    fn run_apart<R: Send>(p: usize, job: impl Fn(&Comm) -> R + Sync) -> Vec<R> {
        run(p, Some(1), |comm| {
            let member = match &comm.world {
                World::Threads(member) => member.part(Some(comm.rank()), p).expect("a member"),
                #[cfg(feature = "mpi")]
                World::Mpi(_) => unreachable!("ranks are threads here"),
            };
            let mut part = Comm::new(World::Threads(member));
            part.join(Some(1)).expect("room for the threads");
            part.topology.get_mut().expect("it has joined").one_process = false;
            let result = job(&part);
            drop(part.finish());
            result
        })
    }

    #[test]
    fn nobody_is_watched_in_one_process() {
        let watch = |comm: &Comm| comm.watch(PATIENCE, |_, _| unreachable!(), |_| ());
        assert_eq!(run(2, Some(1), watch), [Ok(None), Ok(None)]);
        assert_eq!(run_apart(1, watch), [Ok(None)]);
    }

    #[test]
    fn ranks_that_reach_each_other_are_watched() {
        let watched = run_apart(3, |comm| {
            let said = comm.watch(PATIENCE, |_, _| Ok(()), |_| ());
            (said, comm.watchdog.borrow().is_some())
        });
        assert_eq!(watched, [(Ok(None), true), (Ok(None), true), (Ok(None), true)]);
    }

    #[test]
    fn all_ranks_hear_who_cannot_watch() {
        let heard = run_apart(3, |comm| {
            let heed = |_, _| match comm.rank() {
                1 => Err(ErrorKind::Other.into()),
                _ => Ok(()),
            };
            let heard = comm.watch(PATIENCE, heed, |_| ());
            (heard == Err(comm.topology().name(1)), comm.watchdog.borrow().is_none())
        });
        assert_eq!(heard, [(true, true); 3]);
    }

    #[test]
    fn rank_0_has_the_door_and_the_others_each_a_connection_to_it() {
        let met = run(3, Some(1), |comm| {
            let (mut door, peers) = comm.call_rank_0(&Arc::default());
            let peers: Vec<usize> = peers.iter().map(|peer| peer.rank).collect();
            let (mut guests, start) = (Vec::new(), Instant::now());
            while let Some(door) = door.as_mut().filter(|door| !door.is_done()) {
                assert!(start.elapsed() < PATIENCE / 6, "only {guests:?} have come");
                guests.extend(door.guests().iter().map(|guest| guest.rank));
                thread::sleep(Duration::from_millis(1));
            }
            guests.sort_unstable();
            comm.barrier();
            (peers, guests)
        });
        assert_eq!(met, [(vec![], vec![1, 2]), (vec![0], vec![]), (vec![0], vec![])]);
    }

    #[test]
    fn ranks_that_are_not_reached_are_named() {
        let named = run(3, Some(1), |comm| {
            let names = |ranks: &[usize]| -> Vec<String> {
                ranks.iter().map(|&rank| comm.topology().name(rank)).collect()
            };
            [&[][..], &[1], &[0, 2]].map(|unreached| {
                comm.unreached(!unreached.contains(&comm.rank())) == names(unreached).join(", ")
            })
        });
        assert_eq!(named, [[true; 3]; 3]);
    }

    #[test]
    fn a_watchdog_that_is_dropped_wakes_its_thread_and_waits_for_it() {
        let (mut woken, waker) = io::pipe().unwrap();
        let [done, leaving, ended] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
        let thread = thread::spawn({
            let (done, ended) = (done.clone(), ended.clone());
            move || {
                woken.read_to_end(&mut Vec::new()).unwrap();
                ended.store(done.load(Relaxed), Relaxed);
            }
        });
        let (waker, thread) = (Some(waker), Some(thread));
        let dog = Watchdog { done: done.clone(), leaving: leaving.clone(), waker, thread }.leave();
        assert!(leaving.load(Relaxed) && !done.load(Relaxed));
        drop(dog);
        assert!(ended.load(Relaxed));
    }
}
