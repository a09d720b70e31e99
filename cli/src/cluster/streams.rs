//! Passes on the output of a job as it arrives.

use super::launcher_filter::{LauncherFilter, is_of_launcher};
use crate::console::write_stderr;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// How long one wait for output lasts, milliseconds.
const TICK: u8 = 100;
/// Once the job is over, output ends after this many ticks without any.
const QUIET: u32 = 20;
/// How much of the end of a standard output is kept, bytes.
const LAST: usize = 4096;
/// Longer lines are passed on in parts, bytes.
const LONGEST: usize = 1 << 16;

/// Reads a stream until it ends, or, once the job is `over`, until nothing arrives any more: a
/// process that left the job's session may hold the stream open for ever.
fn listen(mut from: impl Read + AsFd, over: &AtomicBool, mut handle: impl FnMut(&[u8])) {
    let mut bytes = vec![0; 1 << 16];
    let mut quiet = 0;
    while quiet < QUIET {
        let mut ends = [PollFd::new(from.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ends, PollTimeout::from(TICK)) {
            Ok(0) | Err(Errno::EINTR) => {
                quiet = if over.load(Relaxed) { quiet + 1 } else { 0 };
                continue;
            }
            _ => quiet = 0,
        }
        match from.read(&mut bytes) {
            Ok(len) if len > 0 => handle(&bytes[..len]),
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// Passes on a standard output unchanged, and returns its end.
///
/// # Errors
/// If it cannot be written. A reader that closed the pipe is not an error. In all cases the rest of
/// the input is still read.
pub(super) fn pass_on(
    from: impl Read + AsFd,
    mut to: impl Write,
    over: &AtomicBool,
) -> (Vec<u8>, io::Result<()>) {
    let mut last = Vec::new();
    let mut written = Ok(());
    listen(from, over, |bytes| {
        if written.is_ok() {
            written = to.write_all(bytes).and_then(|()| to.flush());
        }
        last.extend_from_slice(bytes);
        last.drain(..last.len().saturating_sub(LAST));
    });
    let written = written.or_else(|why| match why.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(why),
    });
    (last, written)
}

/// Passes on the useful part of a launcher's standard error, and returns the filter with what it
/// learned. Once the job is `interrupted`, what the launcher says of its processes is not useful.
pub(super) fn filter_stderr(
    from: impl Read + AsFd,
    over: &AtomicBool,
    interrupted: &AtomicBool,
) -> LauncherFilter {
    let mut filter = LauncherFilter::default();
    let mut rest = Vec::new();
    let mut show = |line: &[u8]| {
        let is_aftermath = interrupted.load(Relaxed) && is_of_launcher(line);
        if filter.should_show(line) && !is_aftermath {
            write_stderr([line, b"\n"].concat());
        }
    };
    listen(from, over, |bytes| {
        rest.extend_from_slice(bytes);
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            show(&rest[..end]);
            rest.drain(..=end);
        }
        if rest.len() > LONGEST {
            show(&rest);
            rest.clear();
        }
    });
    if !rest.is_empty() {
        show(&rest);
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    /// A writer that reports each write.
    struct ReportingWriter(mpsc::Sender<Vec<u8>>);

    impl Write for ReportingWriter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).expect("heard");
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A writer that always fails.
    struct Shut(io::ErrorKind);

    impl Write for Shut {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn output_comes_at_once_and_whole() {
        let (from, mut to) = io::pipe().expect("a pipe");
        let (send, written) = mpsc::channel();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let passing = scope.spawn(|| pass_on(from, ReportingWriter(send), &over));
            for part in [&b"half a line"[..], b"\0\xff\r", b"\n"] {
                to.write_all(part).expect("read");
                assert_eq!(written.recv_timeout(Duration::from_secs(10)).expect("at once"), part);
            }
            to.write_all(&[b'x'; 3 * LAST]).expect("read");
            drop(to);
            let (last, written) = passing.join().expect("no panic");
            assert!(written.is_ok() && last == [b'x'; LAST]);
        });
    }

    #[test]
    fn a_reader_that_has_enough_is_no_error_and_the_job_goes_on() {
        for (kind, is_error) in
            [(io::ErrorKind::BrokenPipe, false), (io::ErrorKind::StorageFull, true)]
        {
            let (from, mut to) = io::pipe().expect("a pipe");
            let writing = thread::spawn(move || to.write_all(&[0; 1 << 20]));
            let (last, written) = pass_on(from, Shut(kind), &AtomicBool::new(false));
            assert_eq!((last.len(), written.is_err()), (LAST, is_error), "{kind}");
            writing.join().expect("no panic").expect("all was read");
        }
    }

    #[test]
    fn a_stream_that_somebody_holds_ends_soon_after_the_job() {
        let (from, to) = io::pipe().expect("a pipe");
        let start = Instant::now();
        let (last, written) = pass_on(from, io::sink(), &AtomicBool::new(true));
        assert!(last.is_empty() && written.is_ok());
        assert!((1..5).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
        drop(to);
    }
}
