//! A world of MPI processes. The only file that names the `mpi` crate.
//!
//! Nothing here waits inside MPI: all calls are of the non-blocking kind, and this file does the waiting. MPI
//! libraries spin, some without ever giving way, and where ranks share cores each wait would take the
//! others' turns away.

use super::header::{HEADER_BYTES, Header};
use super::{Comm, World};
use crate::error::{Error, LaunchFault, Result};
use mpi::Threading;
use mpi::datatype::PartitionMut;
use mpi::point_to_point::{Message, Status};
use mpi::request::{Request, Scope};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Destination, Equivalence, Root, Source};
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

/// One rank of a world of MPI processes.
pub(super) struct Member {
    world: SimpleCommunicator,
}

/// The code with which a panic ends the job, as Rust's own.
const PANICKED: i32 = 101;

/// Starts MPI, runs `job` as this process's rank and ends MPI.
///
/// A panic of `job` ends the whole job at once: to unwind further would drop the universe, whose
/// `MPI_Finalize` waits for the other ranks for ever.
///
/// # Errors
/// If MPI cannot be called as it must, if this is not the world the launcher started, or if the
/// ranks run different programs; all ranks then return.
pub(super) fn run<R>(
    threads: Option<usize>,
    expected: impl FnOnce(usize) -> Result<()>,
    job: impl FnOnce(&Comm) -> R,
) -> Result<R> {
    // Funneled: the pools' threads never call MPI, for they cannot hold a `Comm`.
    let (universe, level) = mpi::initialize_with_threading(Threading::Funneled)
        .ok_or_else(|| Error::launch(LaunchFault::Mpi, "MPI was already started"))?;
    if level < Threading::Funneled {
        let what = "this MPI library does not allow threads; use one built with them";
        return Err(Error::launch(LaunchFault::Mpi, what));
    }
    let world = universe.world();
    expected(world.size() as usize)?;
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut comm = Comm::new(World::Mpi(Member { world: universe.world() }));
        comm.join(threads)?;
        let result = job(&comm);
        Ok((result, comm.finish()))
    }));
    let (result, watchdog) = outcome.unwrap_or_else(|_| world.abort(PANICKED))?;
    drop(universe);
    drop(watchdog);
    Ok(result)
}

/// The library's name and version, which it tells before it is started, too.
pub(super) fn library() -> String {
    let version = mpi::environment::library_version().unwrap_or_default();
    let first = version.trim_end_matches('\0').lines().next().unwrap_or_default();
    let name = first.split(", package").next().unwrap_or(first);
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Member {
    pub(super) fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    pub(super) fn size(&self) -> usize {
        self.world.size() as usize
    }

    pub(super) fn library(&self) -> String {
        library()
    }

    pub(super) fn meet(&self, call: Header) -> Vec<Header> {
        let mut calls = vec![[0u8; HEADER_BYTES]; self.size()];
        let (mine, all) = (bytemuck::bytes_of(&call), calls.as_flattened_mut());
        let longest = if call.may_rest() { LONG_PAUSE } else { PAUSE };
        // Always the non-blocking kind, also where this rank spins: the two kinds never match
        // each other, so a rank that rests and one that does not would wait for ever.
        mpi::request::scope(|scope| {
            complete(self.world.immediate_all_gather_into(scope, mine, all), longest);
        });
        calls.iter().map(|call| bytemuck::pod_read_unaligned(call)).collect()
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

    /// `parts` says where in `all` each rank's part starts, and its length; both fit an `i32`.
    pub(super) fn all_gather(&self, all: &mut [u8], parts: &[(usize, usize)]) {
        let (start, len) = parts[self.rank()];
        let mine = all[start..start + len].to_vec();
        // Parts may lie far from each other, where all have more than fits one call.
        let counts: Vec<i32> = parts.iter().map(|&(_, len)| len as i32).collect();
        let ends =
            parts.iter().scan(0, |end, &(_, len)| Some(std::mem::replace(end, *end + len as i32)));
        let starts: Vec<i32> = ends.collect();
        let mut received = vec![0; parts.iter().map(|(_, len)| len).sum()];
        let mut partition = PartitionMut::new(&mut received[..], &counts[..], &starts[..]);
        mpi::request::scope(|scope| {
            let (mine, all) = (&mine[..], &mut partition);
            complete(self.world.immediate_all_gather_varcount_into(scope, mine, all), PAUSE);
        });
        let mut received = received.as_slice();
        for &(start, len) in parts {
            let part = received.split_off(..len).expect("as long as all parts");
            all[start..start + len].copy_from_slice(part);
        }
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

/// How long a rank waits with its processor before it lets others have it now and then: ranks may
/// share their cores, with each other or with threads that work.
const SPIN: Duration = Duration::from_micros(200);
/// The longest pause in a wait.
const PAUSE: Duration = Duration::from_micros(100);
/// The longest pause in a rest.
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

/// Receives a message that has been found.
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
