//! A world of MPI processes. The only file that names the `mpi` crate.
//!
//! No call here blocks inside MPI: all calls are non-blocking, and this file does the waiting. MPI
//! libraries spin, some without ever yielding, and where ranks share cores, a spinning rank would
//! take the others' time. A buffer stays borrowed until its request is complete; if this rank
//! panics before, the request is dropped before the buffer, which panics again and so ends the
//! process.

use super::reduction::Reduction;
use super::watchdog::Watchdog;
use super::{Comm, World};
use crate::error::{Error, LaunchFault, Result};
use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::datatype::{Partition, PartitionMut};
use mpi::point_to_point::{Message, Status};
use mpi::request::{Request, Scope};
use mpi::topology::{Color, SimpleCommunicator};
use mpi::traits::{Communicator, CommunicatorCollectives, Destination, Equivalence, Root, Source};
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

/// One rank of a world of MPI processes.
pub(super) struct Member {
    world: SimpleCommunicator,
}

/// The exit code after a panic, the same as Rust's own.
const PANICKED: i32 = 101;

/// Starts MPI, runs `job` as this process's rank and ends MPI.
///
/// A panic of `job` ends the whole job at once: unwinding further would drop the universe, whose
/// `MPI_Finalize` would wait for the other ranks for ever.
///
/// # Errors
/// If MPI cannot be started as needed, if the world is not the one that the launcher started, or if
/// the ranks run different programs; then all ranks return.
pub(super) fn run<R>(
    threads: Option<usize>,
    expected: impl FnOnce(usize) -> Result<()>,
    job: impl FnOnce(&Comm) -> R,
) -> Result<R> {
    // Funneled: the threads of the pools never call MPI, because they cannot hold a `Comm`.
    let (universe, level) = mpi::initialize_with_threading(Threading::Funneled)
        .ok_or_else(|| Error::launch(LaunchFault::Mpi, "MPI was already started"))?;
    if level < Threading::Funneled {
        let what = "this MPI library was built without thread support; use one built with it";
        return Err(Error::launch(LaunchFault::Mpi, what));
    }
    let world = universe.world();
    expected(world.size() as usize)?;
    let (result, watchdog) = take_part(world, threads, job)?;
    drop(universe);
    drop(watchdog);
    Ok(result)
}

/// Runs `job` on every process of a communicator of a program that has started MPI itself, by the crate
/// `mpi` 0.8, and returns what this process's rank returned. All its processes call this, from the
/// thread that has started MPI, with the same `job`; processes that are not in it go on meanwhile.
///
/// Messages go over a communicator of their own, so that they meet none of the program's. A panic of
/// `job` ends the program on all processes.
///
/// # Errors
/// [`Error::Launch`] if MPI was started without support of threads, if the processes run different
/// programs, or if the system has no room for the threads: `threads` a rank, without it the cores of
/// the host divided by its ranks.
pub fn run_on<R>(
    communicator: &impl Communicator,
    threads: Option<usize>,
    job: impl FnOnce(&Comm) -> R,
) -> Result<R> {
    if mpi::environment::threading_support() < Threading::Funneled {
        let what = "MPI was started without threads; start it with mpi::initialize_with_threading \
                    and at least Threading::Funneled";
        return Err(Error::launch(LaunchFault::Mpi, what));
    }
    take_part(communicator.duplicate(), threads, job).map(|(result, _)| result)
}

/// Runs `job` as this process's rank in a world, and leaves it together with the others.
fn take_part<R>(
    world: SimpleCommunicator,
    threads: Option<usize>,
    job: impl FnOnce(&Comm) -> R,
) -> Result<(R, Option<Watchdog>)> {
    // Not dropped before the job ends: to free a communicator, MPI may wait for the other ranks.
    let mut comm = Comm::new(World::Mpi(Member { world }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        comm.join(threads)?;
        let result = job(&comm);
        Ok((result, comm.finish()))
    }));
    outcome.unwrap_or_else(|_| {
        // Or the others would say that this rank has died.
        drop(comm.watchdog.take());
        SimpleCommunicator::world().abort(PANICKED)
    })
}

/// Returns the name and version of the MPI library. MPI need not be started for it.
pub(super) fn library() -> String {
    let version = mpi::environment::library_version().unwrap_or_default();
    let first = version.trim_end_matches('\0').lines().next().unwrap_or_default();
    let name = first.split(", package").next().unwrap_or(first);
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Member {
    /// Returns this rank's place in a world of some ranks of this one, if it has one there. Called
    /// by every rank, right after all have met: MPI has no non-blocking call for this.
    pub(super) fn part(&self, place: Option<usize>, _size: usize) -> Option<Self> {
        let color = place.map_or(Color::undefined(), |_| Color::with_value(0));
        let world = self.world.split_by_color_with_key(color, place.unwrap_or(0) as i32)?;
        Some(Self { world })
    }

    pub(super) fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    pub(super) fn size(&self) -> usize {
        self.world.size() as usize
    }

    pub(super) fn library(&self) -> String {
        library()
    }

    /// Always uses the non-blocking call, even if this rank does not rest: blocking and
    /// non-blocking calls never match each other, so a rank that sleeps and one that does not would
    /// wait for ever.
    pub(super) fn reduce(&self, words: &mut [u64], reduction: Reduction, sleeps: bool) {
        let operation = match reduction {
            Reduction::Sum => SystemOperation::sum(),
            Reduction::Minimum => SystemOperation::min(),
            Reduction::Maximum => SystemOperation::max(),
            Reduction::BitwiseOr => SystemOperation::bitwise_or(),
        };
        // MPICH 4.0 compares unsigned words as if they were signed, so send signed words that have
        // the same order.
        let turned = match reduction {
            Reduction::Minimum | Reduction::Maximum => 1 << 63,
            Reduction::Sum | Reduction::BitwiseOr => 0,
        };
        let mine: Vec<i64> = words.iter().map(|word| (word ^ turned) as i64).collect();
        let mut all = vec![0i64; words.len()];
        let longest = if sleeps { LONG_PAUSE } else { PAUSE };
        mpi::request::scope(|scope| {
            let (mine, all) = (&mine[..], &mut all[..]);
            complete(self.world.immediate_all_reduce_into(scope, mine, all, operation), longest);
        });
        words.iter_mut().zip(all).for_each(|(word, found)| *word = found as u64 ^ turned);
    }

    /// Does nothing: under MPI no data goes to other ranks before the meeting.
    pub(super) fn bring(&self, _words: &[u64], _reduction: Reduction) {}

    /// Combines the words of all ranks, at most `most` of them in one call.
    pub(super) fn combine(&self, words: &mut [u64], reduction: Reduction, most: usize) {
        words.chunks_mut(most).for_each(|part| self.reduce(part, reduction, false));
    }

    pub(super) fn send(&self, to: usize, bytes: &[u8]) {
        mpi::request::scope(|scope| {
            complete(self.world.process_at_rank(to as i32).immediate_send(scope, bytes), PAUSE);
        });
    }

    pub(super) fn receive(&self, from: usize, bytes: &mut [u8]) {
        take(self.probe(from).0, bytes);
    }

    pub(super) fn receive_any(&self, from: usize) -> Vec<u8> {
        let (message, status) = self.probe(from);
        let mut bytes = vec![0; status.count(u8::equivalent_datatype()) as usize];
        take(message, &mut bytes);
        bytes
    }

    pub(super) fn exchange(&self, to: usize, bytes: &[u8], from: usize) -> Vec<u8> {
        mpi::request::scope(|scope| {
            let sent = self.world.process_at_rank(to as i32).immediate_send(scope, bytes);
            let received = self.receive_any(from);
            complete(sent, PAUSE);
            received
        })
    }

    fn probe(&self, from: usize) -> (Message, Status) {
        let from = self.world.process_at_rank(from as i32);
        wait_for(PAUSE, || from.immediate_matched_probe())
    }

    /// Fills `all` with the bytes of all ranks, in rank order. `lens` gives their lengths; without
    /// it, all are equally long.
    pub(super) fn all_gather(&self, mine: &[u8], all: &mut [u8], lens: Option<&[usize]>) {
        let Some(lens) = lens else {
            return mpi::request::scope(|scope| {
                complete(self.world.immediate_all_gather_into(scope, mine, all), PAUSE);
            });
        };
        let (mine, (counts, starts)) = (to_send(mine), places(lens));
        let mut all = PartitionMut::new(all, counts, starts);
        mpi::request::scope(|scope| {
            let all = &mut all;
            complete(self.world.immediate_all_gather_varcount_into(scope, mine, all), PAUSE);
        });
    }

    /// As [`Member::all_gather`], but on rank `root` only; `all` is empty on the others.
    pub(super) fn gather(&self, root: usize, mine: &[u8], all: &mut [u8], lens: Option<&[usize]>) {
        let (at_root, mine) = (self.rank() == root, to_send(mine));
        let root = self.world.process_at_rank(root as i32);
        match (at_root, lens) {
            (false, None) => mpi::request::scope(|scope| {
                complete(root.immediate_gather_into(scope, mine), PAUSE);
            }),
            (false, Some(_)) => mpi::request::scope(|scope| {
                complete(root.immediate_gather_varcount_into(scope, mine), PAUSE);
            }),
            (true, None) => mpi::request::scope(|scope| {
                complete(root.immediate_gather_into_root(scope, mine, all), PAUSE);
            }),
            (true, Some(lens)) => {
                let (counts, starts) = places(lens);
                let mut all = PartitionMut::new(all, counts, starts);
                mpi::request::scope(|scope| {
                    let all = &mut all;
                    complete(root.immediate_gather_varcount_into_root(scope, mine, all), PAUSE);
                });
            }
        }
    }

    /// Sends bytes to each rank and receives bytes from each. `lens` gives the lengths sent and
    /// received; without it, all are equally long.
    pub(super) fn all_to_all(
        &self,
        sent: &[u8],
        received: &mut [u8],
        lens: Option<(&[usize], &[usize])>,
    ) {
        let Some((sends, arrives)) = lens else {
            return mpi::request::scope(|scope| {
                complete(self.world.immediate_all_to_all_into(scope, sent, received), PAUSE);
            });
        };
        let (counts, starts) = places(sends);
        let sent = Partition::new(to_send(sent), counts, starts);
        let (counts, starts) = places(arrives);
        let mut somewhere = [0];
        let mut received = PartitionMut::new(to_fill(received, &mut somewhere), counts, starts);
        mpi::request::scope(|scope| {
            let (sent, received) = (&sent, &mut received);
            complete(self.world.immediate_all_to_all_varcount_into(scope, sent, received), PAUSE);
        });
    }

    pub(super) fn broadcast(&self, root: usize, bytes: &mut [u8]) {
        let root = self.world.process_at_rank(root as i32);
        mpi::request::scope(|scope| {
            complete(root.immediate_broadcast_into(scope, bytes), PAUSE);
        });
    }

    /// Waits for another rank to end the job, and ends it if that rank could not.
    pub(super) fn await_end(&self) -> ! {
        thread::sleep(Duration::from_secs(10));
        self.world.abort(PANICKED)
    }
}

/// How long a wait spins before it sleeps between polls: ranks may share their cores, with each
/// other or with threads that work.
const SPIN: Duration = Duration::from_micros(200);
/// The longest sleep between polls in a wait.
const PAUSE: Duration = Duration::from_micros(100);
/// The longest sleep between polls in a rest.
const LONG_PAUSE: Duration = Duration::from_millis(5);

fn wait_for<T>(longest: Duration, mut poll: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = poll() {
            return found;
        }
        let waited = start.elapsed();
        if waited > SPIN {
            thread::sleep((waited / 16).min(longest));
        }
    }
}

/// Returns `bytes`, or an empty list at a valid address: an empty list may have address 1, which
/// Open MPI takes for `MPI_IN_PLACE`.
fn to_send(bytes: &[u8]) -> &[u8] {
    static SOMEWHERE: [u8; 1] = [0];
    if bytes.is_empty() { &SOMEWHERE[..0] } else { bytes }
}

/// As [`to_send`]; `somewhere` is a byte of the caller, whose address an empty list gets.
fn to_fill<'a>(bytes: &'a mut [u8], somewhere: &'a mut [u8; 1]) -> &'a mut [u8] {
    if bytes.is_empty() { &mut somewhere[..0] } else { bytes }
}

/// Returns the lengths of consecutive parts, and where each starts. Their sum must fit in an `i32`.
fn places(lens: &[usize]) -> (Vec<i32>, Vec<i32>) {
    let counts: Vec<i32> = lens.iter().map(|&len| len as i32).collect();
    let next = |end: &mut i32, &count: &i32| Some(std::mem::replace(end, *end + count));
    let starts = counts.iter().scan(0, next).collect();
    (counts, starts)
}

/// Receives a message that a probe has found.
fn take(message: Message, bytes: &mut [u8]) {
    mpi::request::scope(|scope| {
        complete(message.immediate_matched_receive_into(scope, bytes), PAUSE);
    });
}

fn complete<'a, B: ?Sized, S: Scope<'a>>(request: Request<'a, B, S>, longest: Duration) {
    let mut request = Some(request);
    wait_for(longest, || match request.take().expect("until it is complete").test() {
        Ok(_) => Some(()),
        Err(unfinished) => {
            request = Some(unfinished);
            None
        }
    });
}
