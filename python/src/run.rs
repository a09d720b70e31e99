//! Long work beside Python: without the interpreter's lock, on threads of its own, until Ctrl-C.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often Python may handle signals meanwhile.
const TICK: Duration = Duration::from_millis(50);
/// The most threads that can be asked for.
const MOST_THREADS: usize = 1024;

/// Threads of one process, as many as were asked for.
struct Pool {
    process: u32,
    threads: Option<usize>,
    pool: Arc<ThreadPool>,
}

/// The threads of the last call, for the next one.
static LAST: Mutex<Option<Pool>> = Mutex::new(None);

/// Runs `work` on a pool of `threads` threads; `None`: as many as there are cores for this process,
/// or as `RAYON_NUM_THREADS` says.
///
/// # Errors
/// ValueError for a number of threads that is not possible, RuntimeError if the system has no room
/// for them, and what a signal's handler raises: KeyboardInterrupt after Ctrl-C. What has begun then
/// goes on in the background, and its result is dropped.
pub(crate) fn beside<T: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (send, receive) = sync_channel(1);
    pool(threads)?.spawn(move || {
        let done = panic::catch_unwind(AssertUnwindSafe(work));
        // Nobody listens after Ctrl-C.
        let _ = send.send(done);
    });
    // A receiver may not be shared, and Python's lock is given up only for what may be.
    let receive = Mutex::new(receive);
    let wait = || receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK);
    loop {
        match py.detach(wait) {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(panic)) => panic::resume_unwind(panic),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the threads are gone"));
            }
        }
    }
}

fn pool(threads: Option<usize>) -> PyResult<Arc<ThreadPool>> {
    if let Some(threads) = threads
        && !(1..=MOST_THREADS).contains(&threads)
    {
        let what = format!("threads is {threads}; from 1 to {MOST_THREADS} are possible");
        return Err(PyValueError::new_err(what));
    }
    let process = process::id();
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some(last) if last.process == process && last.threads == threads => {
            return Ok(Arc::clone(&last.pool));
        }
        _ => {}
    }
    let builder = ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    let pool = builder.thread_name(|i| format!("spanforest-{i}")).build();
    let pool =
        pool.map_err(|why| PyRuntimeError::new_err(format!("no room for threads: {why}")))?;
    let pool = Arc::new(pool);
    if let Some(before) = last.replace(Pool { process, threads, pool: Arc::clone(&pool) })
        && before.process != process
    {
        // A fork has none of its parent's threads, so nothing can tell them to end.
        std::mem::forget(before);
    }
    Ok(pool)
}
