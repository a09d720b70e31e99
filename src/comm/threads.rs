//! A world of threads in this process: for tests, simulation and machines without MPI.

use super::header::Header;
use super::{Comm, World};
use crate::error::{Error, LaunchFault, Result};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What unwinds a rank whose world has ended because of another rank: no news to tell.
#[derive(Debug)]
pub(super) struct Bystander;

/// One rank of a world of threads.
pub(super) struct Member {
    rank: usize,
    size: usize,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// A meeting is complete.
    met: Condvar,
    /// There is mail for a rank: one each, since to wake all for one message would take p^2 wakes.
    posted: Vec<Condvar>,
}

#[derive(Default)]
struct State {
    arrived: Vec<Option<Header>>,
    /// Meetings that are complete, and the calls of the last.
    meetings: u64,
    calls: Arc<[Header]>,
    /// Messages under way, by (from, to).
    mail: HashMap<(usize, usize), VecDeque<Arc<[u8]>>>,
    /// A rank has panicked: nobody waits any longer.
    ended: bool,
}

/// Runs `job` on `p` ranks, each an OS thread with a pool of `threads` of its own, and returns
/// what each rank returned, in rank order.
///
/// # Panics
/// With the panic of the lowest rank that panicked; the others are woken and end in silence. If
/// the system has no room for the threads.
pub fn run<R: Send>(p: usize, threads: Option<usize>, job: impl Fn(&Comm) -> R + Sync) -> Vec<R> {
    try_run(p, threads, job).expect("room for the threads")
}

/// As [`run`].
///
/// # Errors
/// [`Error::Launch`] if the system has no room for the threads.
///
/// # Panics
/// With the panic of the lowest rank that panicked.
pub(super) fn try_run<R: Send>(
    p: usize,
    threads: Option<usize>,
    job: impl Fn(&Comm) -> R + Sync,
) -> Result<Vec<R>> {
    let shared = Arc::new(Shared::of(p));
    let rank_main = |rank: usize| {
        let member = Member { rank, size: p, shared: Arc::clone(&shared) };
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            let mut comm = Comm::new(World::Threads(member));
            comm.join(threads)?;
            let result = job(&comm);
            comm.finish();
            Ok(result)
        }));
        if outcome.is_err() {
            shared.end();
        }
        outcome
    };
    let (outcomes, started): (Vec<thread::Result<Result<R>>>, io::Result<()>) =
        thread::scope(|scope| {
            let rank_main = &rank_main;
            let (mut handles, mut started) = (Vec::new(), Ok(()));
            for rank in 0..p {
                let builder = thread::Builder::new().name(format!("rank {rank}"));
                match builder.spawn_scoped(scope, move || rank_main(rank)) {
                    Ok(handle) => handles.push(handle),
                    Err(why) => {
                        shared.end(); // nobody waits for ranks that never start
                        started = Err(why);
                        break;
                    }
                }
            }
            let joined =
                handles.into_iter().map(|handle| handle.join().and_then(|outcome| outcome));
            (joined.collect(), started)
        });
    started.map_err(|why| {
        Error::launch(LaunchFault::Threads, format!("cannot start {p} ranks as threads: {why}"))
    })?;
    let told = |outcome: &thread::Result<Result<R>>| {
        outcome.as_ref().is_err_and(|why| !why.is::<Bystander>())
    };
    if outcomes.iter().any(told) {
        let why = outcomes.into_iter().find(told).and_then(thread::Result::err);
        panic::resume_unwind(why.expect("found above"));
    }
    outcomes.into_iter().map(|outcome| outcome.expect("no rank panicked")).collect()
}

impl Shared {
    fn of(p: usize) -> Self {
        let posted = (0..p).map(|_| Condvar::new()).collect();
        Self { state: Mutex::default(), met: Condvar::new(), posted }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.lock().ended = true;
        self.met.notify_all();
        self.posted.iter().for_each(Condvar::notify_all);
    }

    /// Waits at `changed` until `ready` gives something; unwinds if the world ends first.
    fn wait<T>(
        &self,
        mut state: MutexGuard<'_, State>,
        changed: &Condvar,
        ready: impl Fn(&mut State) -> Option<T>,
    ) -> T {
        loop {
            if state.ended {
                drop(state);
                panic::resume_unwind(Box::new(Bystander));
            }
            if let Some(found) = ready(&mut state) {
                return found;
            }
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Member {
    pub(super) fn solo() -> Self {
        Self { rank: 0, size: 1, shared: Arc::new(Shared::of(1)) }
    }

    pub(super) fn rank(&self) -> usize {
        self.rank
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn library(&self) -> String {
        "none: ranks are threads of one process".to_owned()
    }

    /// Condition variables sleep, so a rest needs nothing else.
    pub(super) fn meet(&self, call: Header) -> Vec<Header> {
        let mut state = self.shared.lock();
        state.arrived.resize(self.size, None);
        state.arrived[self.rank] = Some(call);
        let this = state.meetings;
        if state.arrived.iter().all(Option::is_some) {
            state.calls = state.arrived.drain(..).flatten().collect();
            state.meetings += 1;
            self.shared.met.notify_all();
        }
        let complete =
            |state: &mut State| (state.meetings > this).then(|| Arc::clone(&state.calls));
        self.shared.wait(state, &self.shared.met, complete).to_vec()
    }

    pub(super) fn send(&self, to: usize, bytes: &[u8]) {
        self.post(to, Arc::from(bytes));
    }

    pub(super) fn receive(&self, from: usize, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.take(from));
    }

    pub(super) fn receive_any(&self, from: usize) -> Vec<u8> {
        self.take(from).to_vec()
    }

    pub(super) fn exchange(&self, to: usize, bytes: &[u8], from: usize) -> Vec<u8> {
        self.send(to, bytes);
        self.receive_any(from)
    }

    /// `parts` says where in `all` each rank's part starts, and its length.
    pub(super) fn all_gather(&self, all: &mut [u8], parts: &[(usize, usize)]) {
        let others = || parts.iter().enumerate().filter(|&(rank, _)| rank != self.rank);
        let (start, len) = parts[self.rank];
        if len > 0 {
            let mine: Arc<[u8]> = Arc::from(&all[start..start + len]);
            others().for_each(|(to, _)| self.post(to, Arc::clone(&mine)));
        }
        others().filter(|(_, (_, len))| *len > 0).for_each(|(from, &(start, len))| {
            self.receive(from, &mut all[start..start + len]);
        });
    }

    pub(super) fn broadcast(&self, root: usize, bytes: &mut [u8]) {
        if self.rank != root {
            return self.receive(root, bytes);
        }
        let copy: Arc<[u8]> = Arc::from(&*bytes);
        (0..self.size).filter(|&to| to != root).for_each(|to| self.post(to, Arc::clone(&copy)));
    }

    /// Waits for the panic of another rank.
    pub(super) fn await_end(&self) -> ! {
        self.shared.wait(self.shared.lock(), &self.shared.met, |_| None)
    }

    fn take(&self, from: usize) -> Arc<[u8]> {
        let key = (from, self.rank);
        let first = |state: &mut State| state.mail.get_mut(&key).and_then(VecDeque::pop_front);
        self.shared.wait(self.shared.lock(), &self.shared.posted[self.rank], first)
    }

    fn post(&self, to: usize, bytes: Arc<[u8]>) {
        self.shared.lock().mail.entry((self.rank, to)).or_default().push_back(bytes);
        self.shared.posted[to].notify_all();
    }
}
