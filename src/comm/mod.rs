//! The communicator: one struct over two worlds, threads of this process or MPI processes.
//!
//! A world has few operations: send, receive, both at once, broadcast, reduce, gather on one rank
//! or on all, all-to-all, and end the job. Under MPI each is one call of the library. Splitting
//! long messages, counting traffic and checking that all ranks make the same call (the meeting) are
//! built on top, so that both worlds behave and count alike.

/// Calls an operation on the world in use.
macro_rules! on_world {
    ($comm:expr, $member:ident => $body:expr) => {
        match &$comm.world {
            World::Threads($member) => $body,
            #[cfg(feature = "mpi")]
            World::Mpi($member) => $body,
        }
    };
}

mod agree;
mod among;
mod clock;
mod collective;
mod header;
mod launch;
mod link;
mod meeting;
#[cfg(feature = "mpi")]
mod mpi;
mod progress;
mod reduction;
mod short;
mod streams;
mod threads;
mod topology;
mod transfer;
mod watchdog;

#[cfg(feature = "mpi")]
pub use self::mpi::run_on;
pub use clock::{Log, Stage, StageCost};
pub use launch::{Launcher, is_started, launcher, start};
pub use link::Link;
pub use progress::Progress;
pub use reduction::Reduction;
pub use streams::Streams;
pub use threads::run;
pub use topology::{Host, Topology, fingerprint};
pub use watchdog::end_at_once;

use crate::error::Result;
use clock::Clock;
use header::{CallHeader, Op};
use std::cell::{Cell, OnceCell, RefCell};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;
use watchdog::Watchdog;

/// Returns the name of the MPI library that this program has loaded, whether a job runs or not.
pub fn linked_library() -> String {
    #[cfg(feature = "mpi")]
    return mpi::library();
    #[cfg(not(feature = "mpi"))]
    "none: built without MPI".to_owned()
}

/// What one rank works with: the other ranks, its own threads, its clock.
///
/// Every rank calls every collective in the same order; a call that differs ends the job with a
/// message that names the ranks. `Comm` is `!Send`: MPI is called from the thread that started it.
///
/// ```compile_fail
/// fn goes_to_another_thread<T: Send>() {}
/// goes_to_another_thread::<mst::comm::Comm>();
/// ```
pub struct Comm {
    world: World,
    most_bytes: Cell<usize>,
    pool: OnceCell<rayon::ThreadPool>,
    topology: OnceCell<Topology>,
    clock: RefCell<Clock>,
    progress: Arc<Progress>,
    watchdog: RefCell<Option<Watchdog>>,
    here: PhantomData<*const ()>,
}

enum World {
    Threads(threads::Member),
    #[cfg(feature = "mpi")]
    Mpi(mpi::Member),
}

impl Comm {
    /// The largest payload of one message, in bytes. MPI counts in `i32`, so longer messages are
    /// split.
    pub const MOST_BYTES: usize = 1 << 30;

    fn new(world: World) -> Self {
        Self {
            world,
            most_bytes: Cell::new(Self::MOST_BYTES),
            pool: OnceCell::new(),
            topology: OnceCell::new(),
            clock: RefCell::default(),
            progress: Arc::default(),
            watchdog: RefCell::default(),
            here: PhantomData,
        }
    }

    /// Returns a world of this rank alone, with a pool of `threads` threads. It reports to
    /// `progress`.
    ///
    /// # Errors
    /// [`crate::Error::Launch`] if the system has no room for the threads.
    pub fn solo(threads: usize, progress: Arc<Progress>) -> Result<Self> {
        let mut comm = Self::new(World::Threads(threads::Member::solo()));
        comm.progress = progress;
        comm.join(Some(threads))?;
        Ok(comm)
    }

    /// Limits the payload of each message of this rank to `bytes` from now on. Every rank must set
    /// the same limit. The default is what MPI can count; tests set less.
    pub fn limit_messages(&self, bytes: usize) {
        self.most_bytes.set(bytes);
    }

    /// This rank, from 0.
    pub fn rank(&self) -> usize {
        on_world!(self, member => member.rank())
    }

    /// How many ranks there are.
    pub fn size(&self) -> usize {
        on_world!(self, member => member.size())
    }

    /// The hosts, cores and threads of all ranks.
    pub fn topology(&self) -> &Topology {
        self.topology.get().expect("set when the rank joined")
    }

    /// The name of the MPI library, or a text that says that there is none.
    pub fn library(&self) -> String {
        on_world!(self, member => member.library())
    }

    /// Runs `work` on this rank's threads and returns what it returns.
    ///
    /// `work` cannot hold the communicator, so no collective is ever called from a pool's thread.
    pub fn compute<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.get().expect("set when the rank joined").install(work)
    }

    /// Runs `work` on this rank's threads while the calling thread runs `talk`, which may
    /// communicate.
    pub fn compute_while<A: Send, B>(
        &self,
        work: impl FnOnce() -> A + Send,
        talk: impl FnOnce() -> B,
    ) -> (A, B) {
        let mut worked = None;
        let talked = self.pool.get().expect("set when the rank joined").in_place_scope(|scope| {
            scope.spawn(|_| worked = Some(work()));
            talk()
        });
        (worked.expect("the scope waits for it"), talked)
    }

    /// Charges time and traffic to `stage` from now on.
    pub fn enter(&self, stage: impl Into<Stage>) {
        let stage = stage.into();
        self.clock.borrow_mut().enter(stage);
        self.progress.enter(stage);
    }

    /// Returns what each stage has cost this rank since the last call.
    pub fn take_log(&self) -> Log {
        self.clock.borrow_mut().take()
    }

    /// The stage under way and how far it is, for a progress bar.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Waits for all ranks.
    #[track_caller]
    pub fn barrier(&self) {
        self.meet(&CallHeader::new(Op::Barrier, 0, 0, 0, Location::caller()));
    }

    /// Waits for all ranks without using the processor, for long waits while another rank works.
    #[track_caller]
    pub fn sleeping_barrier(&self) {
        self.meet(&CallHeader::new(Op::SleepingBarrier, 0, 0, 0, Location::caller()));
    }

    /// The last call of every rank: ranks that still wait would notice one that left early. Returns
    /// the watchdog, if there is one; keep it until MPI has ended.
    #[track_caller]
    fn finish(&self) -> Option<Watchdog> {
        self.meet(&CallHeader::new(Op::Finish, 0, 0, 0, Location::caller()));
        self.watchdog.take().map(Watchdog::leave)
    }

    /// Ends the job for a reason that all ranks know. Only rank 0 panics with the message.
    ///
    /// # Panics
    /// Always.
    fn end_with(&self, why: &str) -> ! {
        if self.rank() != 0 {
            on_world!(self, member => member.await_end());
        }
        panic!("{why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_timed_and_shown() {
        let logs = run(2, Some(1), |comm| {
            comm.enter(Stage::new(3, "three"));
            comm.all_gather(&[7u8; 5]);
            (comm.progress().stage().name(), comm.take_log(), comm.take_log())
        });
        for (name, log, again) in logs {
            assert_eq!((name, log[3].bytes_sent, log[3].bytes_received), ("three", 5, 5));
            assert_eq!(again[3].bytes_sent, 0);
        }
    }

    /// Ranks that another one's panic has ended are not reported.
    #[test]
    fn a_world_ends_with_the_panic_of_the_rank_that_panicked() {
        let world = || {
            run(3, Some(1), |comm| match comm.rank() {
                1 => panic!("on purpose"),
                _ => comm.barrier(),
            })
        };
        let why = std::panic::catch_unwind(world).expect_err("it has ended");
        assert_eq!(why.downcast_ref(), Some(&"on purpose"));
    }

    #[test]
    fn ranks_are_named_with_their_host() {
        let topology = run(2, Some(1), |comm| comm.topology().clone()).remove(1);
        let host = Host::here().name;
        assert!(!host.is_empty());
        assert_eq!(topology.name(1), format!("rank 1 on {host}"));
    }

    #[test]
    fn ranks_of_one_process_have_no_library() {
        let libraries = run(2, Some(1), Comm::library);
        assert!(libraries.iter().all(|name| name.starts_with("none")), "{libraries:?}");
        #[cfg(feature = "mpi")]
        assert!(linked_library().contains("MPI"), "{}", linked_library());
        #[cfg(not(feature = "mpi"))]
        assert_eq!(linked_library(), "none: built without MPI");
    }
}
