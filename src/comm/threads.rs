//! A world of threads in this process: for tests, simulation and machines without MPI.

use super::reduction::Reduction;
use super::{Comm, World};
use crate::error::{Error, LaunchFault, Result};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

/// The panic value that unwinds a rank because another rank has panicked; it is not reported.
#[derive(Debug)]
pub(super) struct OtherRankPanicked;

/// One rank of a world of threads.
pub(super) struct Member {
    rank: usize,
    size: usize,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Signals that a meeting is complete.
    met: Condvar,
    /// Signals mail for a rank, one per rank: one for all would need p^2 wakes.
    posted: Vec<Condvar>,
    /// The worlds of some of these ranks, which end with this one.
    parts: Mutex<Vec<Weak<Self>>>,
}

#[derive(Default)]
struct State {
    /// How many ranks have arrived at the current meeting, and how many meetings are complete.
    arrived: usize,
    meetings: u64,
    /// The words reduced so far in the current meeting, and the result of the last one.
    words: Vec<u64>,
    reduced: Arc<Vec<u64>>,
    /// What the ranks show to all in the current meeting; what they showed in the last one, and how
    /// many have not yet seen it.
    board: Vec<Arc<[u8]>>,
    shown: Arc<Vec<Arc<[u8]>>>,
    unseen: usize,
    /// Numbers announced to a rank, by their source: since the last reduction, and before it.
    announced: HashMap<usize, BTreeMap<usize, usize>>,
    heard: HashMap<usize, BTreeMap<usize, usize>>,
    /// Words brought for the reduction that follows the meeting, and its result.
    brought: Option<Vec<u64>>,
    combined: Arc<Vec<u64>>,
    /// Messages sent but not yet received, by (from, to).
    mail: HashMap<(usize, usize), VecDeque<Arc<[u8]>>>,
    /// The world of some of these ranks that is being formed.
    part: Option<Arc<Shared>>,
    /// Whether a rank has panicked: then no rank waits any longer.
    ended: bool,
}

/// Runs `job` on `p` ranks, each an OS thread with its own pool of `threads` threads, and returns
/// what each rank returned, in rank order.
///
/// # Panics
/// With the panic of the lowest rank that panicked; the others are woken and end silently. Also if
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
                        shared.end(); // no rank waits for ranks that never start
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
        outcome.as_ref().is_err_and(|why| !why.is::<OtherRankPanicked>())
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
        let (state, parts) = (Mutex::default(), Mutex::default());
        Self { state, met: Condvar::new(), posted, parts }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.lock().ended = true;
        self.met.notify_all();
        self.posted.iter().for_each(Condvar::notify_all);
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.iter().filter_map(Weak::upgrade).for_each(|part| part.end());
    }

    /// Waits on `changed` until `ready` returns something; unwinds if another rank panics first.
    fn wait<T>(
        &self,
        mut state: MutexGuard<'_, State>,
        changed: &Condvar,
        ready: impl Fn(&mut State) -> Option<T>,
    ) -> T {
        loop {
            if state.ended {
                drop(state);
                panic::resume_unwind(Box::new(OtherRankPanicked));
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

    /// Returns this rank's place in a world of `size` ranks of this one, if it has one there. Called
    /// by every rank.
    pub(super) fn part(&self, place: Option<usize>, size: usize) -> Option<Self> {
        let complete = |state: &mut State| {
            let part = Arc::new(Shared::of(size));
            let mut parts = self.shared.parts.lock().unwrap_or_else(PoisonError::into_inner);
            parts.retain(|part| part.strong_count() > 0);
            parts.push(Arc::downgrade(&part));
            state.part = Some(part);
        };
        let shared = self.meet(|_| (), complete, |state| state.part.clone());
        place.map(|rank| Self { rank, size, shared: shared.expect("the last to arrive formed it") })
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

    /// Waits until all ranks have arrived. Each calls `bring` as it arrives, the last one then
    /// calls `complete`, and each calls `read` before the next meeting can be complete.
    fn meet<T>(
        &self,
        bring: impl FnOnce(&mut State),
        complete: impl FnOnce(&mut State),
        read: impl Fn(&mut State) -> T,
    ) -> T {
        let mut state = self.shared.lock();
        let this = state.meetings;
        bring(&mut state);
        state.arrived += 1;
        if state.arrived == self.size {
            complete(&mut state);
            state.arrived = 0;
            state.meetings += 1;
            self.shared.met.notify_all();
        }
        let read = |state: &mut State| (state.meetings > this).then(|| read(state));
        self.shared.wait(state, &self.shared.met, read)
    }

    /// Condition variables sleep, so a rank that may rest needs nothing more.
    pub(super) fn reduce(&self, words: &mut [u64], reduction: Reduction, _sleeps: bool) {
        let bring = |state: &mut State| match state.arrived {
            0 => state.words.extend_from_slice(words),
            _ => reduction.combine(&mut state.words, words),
        };
        let complete = |state: &mut State| {
            state.reduced = Arc::new(mem::take(&mut state.words));
            state.heard = mem::take(&mut state.announced);
            state.combined = Arc::new(state.brought.take().unwrap_or_default());
        };
        words.copy_from_slice(&self.meet(bring, complete, |state| Arc::clone(&state.reduced)));
    }

    /// Brings words to combine with those of the other ranks when the next reduction is complete.
    pub(super) fn bring(&self, words: &[u64], reduction: Reduction) {
        match &mut self.shared.lock().brought {
            Some(brought) => reduction.combine(brought, words),
            none => *none = Some(words.to_vec()),
        }
    }

    /// Sets `words` to the combined words that all ranks brought before the last reduction.
    pub(super) fn combine(&self, words: &mut [u64], _reduction: Reduction, _most: usize) {
        let combined = Arc::clone(&self.shared.lock().combined);
        words.copy_from_slice(&combined);
    }

    /// Announces a number to rank `to`, which can read it after the next reduction.
    pub(super) fn announce(&self, to: usize, len: usize) {
        self.shared.lock().announced.entry(to).or_default().insert(self.rank, len);
    }

    /// Returns what ranks announced to this one before the last reduction, in rank order.
    pub(super) fn announced(&self) -> Vec<(usize, usize)> {
        self.shared.lock().heard.remove(&self.rank).into_iter().flatten().collect()
    }

    /// Shows bytes to all ranks, and returns those of each rank.
    fn show(&self, mine: &[u8]) -> Arc<Vec<Arc<[u8]>>> {
        let mine: Arc<[u8]> = Arc::from(mine);
        let bring = |state: &mut State| {
            state.board.resize_with(self.size, Arc::default);
            state.board[self.rank] = mine;
        };
        let complete = |state: &mut State| {
            state.shown = Arc::new(mem::take(&mut state.board));
            state.unseen = self.size;
        };
        self.meet(bring, complete, |state| {
            state.unseen -= 1;
            match state.unseen {
                0 => mem::take(&mut state.shown), // no rank holds it for longer than it needs
                _ => Arc::clone(&state.shown),
            }
        })
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

    /// Fills `all` with the bytes of all ranks, in rank order. Each rank's list has its own length.
    pub(super) fn all_gather(&self, mine: &[u8], all: &mut [u8], _lens: Option<&[usize]>) {
        fill(all, self.show(mine).iter().map(|part| &part[..]));
    }

    /// As [`Member::all_gather`], but on rank `root` only; `all` is empty on the others.
    pub(super) fn gather(&self, root: usize, mine: &[u8], all: &mut [u8], lens: Option<&[usize]>) {
        if self.rank != root {
            return if !mine.is_empty() {
                self.send(root, mine)
            };
        }
        let len = |rank: usize| lens.map_or(mine.len(), |lens| lens[rank]);
        let part = |rank| match len(rank) {
            0 => Arc::default(),
            _ if rank == root => Arc::from(mine),
            _ => self.take(rank),
        };
        let parts: Vec<Arc<[u8]>> = (0..self.size).map(part).collect();
        fill(all, parts.iter().map(|part| &part[..]));
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
            let (shown, len) = (self.show(sent), sent.len() / self.size);
            let own = self.rank * len..(self.rank + 1) * len;
            return fill(received, shown.iter().map(|sent| &sent[own.clone()]));
        };
        let mut rest = sent;
        for (to, &len) in sends.iter().enumerate() {
            let part = rest.split_off(..len).expect("`sent` has all parts");
            if len > 0 {
                self.send(to, part);
            }
        }
        let mut rest = received;
        for (from, &len) in arrives.iter().enumerate().filter(|(_, len)| **len > 0) {
            self.receive(
                from,
                rest.split_off_mut(..len).expect("`received` has room for all parts"),
            );
        }
    }

    pub(super) fn broadcast(&self, root: usize, bytes: &mut [u8]) {
        if self.rank != root {
            return self.receive(root, bytes);
        }
        let copy: Arc<[u8]> = Arc::from(&*bytes);
        (0..self.size).filter(|&to| to != root).for_each(|to| self.post(to, Arc::clone(&copy)));
    }

    /// Waits for another rank's panic to end this one.
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

/// Fills `all` with its parts, one after another.
fn fill<'a>(all: &mut [u8], parts: impl Iterator<Item = &'a [u8]>) {
    let mut rest = all;
    for part in parts {
        rest.split_off_mut(..part.len())
            .expect("`all` has room for all parts")
            .copy_from_slice(part);
    }
}
