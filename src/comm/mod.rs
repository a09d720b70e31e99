//! The communicator: one struct over two worlds, threads of this process and processes of MPI.
//!
//! A world knows a few things: to send, to receive, to do both at once, to broadcast, to reduce, to gather on one rank or
//! all, to send from all to all, and to end the job. Under MPI each is one call of the library's. The splitting of long
//! messages, the counting of traffic and the check that all ranks make the same call (the meeting) stand above it, so
//! that both worlds behave and count alike.

/// Calls one of the primitives on whichever world there is.
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
use header::{Header, Op};
use std::cell::{Cell, OnceCell, RefCell};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;
use watchdog::Watchdog;

/// The MPI library that this program has loaded, whether a job runs or not.
pub fn linked_library() -> String {
    #[cfg(feature = "mpi")]
    return mpi::library();
    #[cfg(not(feature = "mpi"))]
    "none: built without MPI".to_owned()
}

/// One rank's means: the other ranks, its own threads, its clock.
///
/// Every collective is called by every rank in the same order; a call that differs ends the job
/// with a message that names the ranks. It is `!Send`: MPI is called from the thread that started it.
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
    /// The most payload of one message. MPI counts in `i32`, so longer ones are split.
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

    /// A world of this rank alone, with a pool of `threads`. Its progress is `progress`.
    ///
    /// # Errors
    /// [`crate::Error::Launch`] if the system has no room for the threads.
    pub fn solo(threads: usize, progress: Arc<Progress>) -> Result<Self> {
        let mut comm = Self::new(World::Threads(threads::Member::solo()));
        comm.progress = progress;
        comm.join(Some(threads))?;
        Ok(comm)
    }

    /// From now on no message has more than `bytes` of payload, on this rank; called alike on all.
    /// The default is what MPI can count; tests split sooner.
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

    /// Who the ranks are: hosts, cores, threads.
    pub fn topology(&self) -> &Topology {
        self.topology.get().expect("set when the rank joined")
    }

    /// The MPI library, or what stands for it.
    pub fn library(&self) -> String {
        on_world!(self, member => member.library())
    }

    /// Runs `work` on this rank's threads and returns what it returns.
    ///
    /// `work` cannot hold the communicator, so no collective is ever called from a pool's thread.
    pub fn compute<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.get().expect("set when the rank joined").install(work)
    }

    /// Runs `work` on this rank's threads while this one talks with other ranks.
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

    /// From now on, time and traffic count for `stage`.
    pub fn enter(&self, stage: impl Into<Stage>) {
        let stage = stage.into();
        self.clock.borrow_mut().enter(stage);
        self.progress.enter(stage);
    }

    /// What each stage has cost this rank since the last call.
    pub fn take_log(&self) -> Log {
        self.clock.borrow_mut().take()
    }

    /// What is under way, for a bar to show.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Waits for all ranks.
    #[track_caller]
    pub fn barrier(&self) {
        self.meet(&Header::new(Op::Barrier, 0, 0, 0, Location::caller()));
    }

    /// Waits for all ranks without using the processor, for long waits while another rank works.
    #[track_caller]
    pub fn rest(&self) {
        self.meet(&Header::new(Op::Rest, 0, 0, 0, Location::caller()));
    }

    /// The last call of every rank: one that left early would be found by those still waiting. Returns the
    /// watchdog, if there is one, for as long as MPI still has to end.
    #[track_caller]
    fn finish(self) -> Option<Watchdog> {
        self.meet(&Header::new(Op::Finish, 0, 0, 0, Location::caller()));
        self.watchdog.take().map(Watchdog::leave)
    }

    /// Ends the job because of something that all ranks see alike: rank 0 says it, once.
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
