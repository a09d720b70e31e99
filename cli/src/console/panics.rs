//! Reports a panic, which is a bug of ours, in one line that names the rank.

use super::print::{print_error, write_stderr};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic;
use std::thread;

/// Makes a panic print one line with its rank, or with its thread if it has no rank.
pub fn report_panics_once() {
    panic::set_hook(Box::new(|panic| {
        let thread = thread::current();
        let rank =
            mst::comm::launcher(|name| std::env::var(name).ok()).map(|launched| launched.rank);
        let name = match (thread.name(), rank) {
            (Some(name), _) if name.starts_with("rank") => name.to_owned(),
            (_, Some(rank)) => format!("rank {rank}"),
            (name, None) => name.unwrap_or("a thread").to_owned(),
        };
        let host = mst::comm::Host::here().name;
        let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
        let what = panic.payload_as_str().unwrap_or("no message");
        print_error(&format_args!(
            "{name} on {host} panicked{place}: {what}; this is a bug, please report it"
        ));
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            write_stderr(format!("{trace}\n"));
        }
    }));
}
