//! Runs a program in a session of its own, so that all processes that it starts can be found.

use super::processes;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, setsid};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

/// How many times to kill what is left of a session: a process may have started another one
/// meanwhile.
const ROUNDS: usize = 50;
const BETWEEN: Duration = Duration::from_millis(10);

/// A running program and its session.
pub(super) struct Session {
    child: Child,
    id: Pid,
}

impl Session {
    /// Starts a program with empty standard input, and returns the pipes of its standard output and
    /// standard error.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(super) fn start(mut command: Command) -> io::Result<(Self, ChildStdout, ChildStderr)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // SAFETY: between fork and exec only code that is safe in a signal handler may run. Only
        // one system call runs, and its error number is kept without heap memory.
        unsafe { command.pre_exec(|| setsid().map(drop).map_err(io::Error::from)) };
        let mut child = command.spawn()?;
        let out = child.stdout.take().expect("piped");
        let err = child.stderr.take().expect("piped");
        let id = Pid::from_raw(child.id() as i32);
        Ok((Self { child, id }, out, err))
    }

    /// Whether the program has ended. Its process id is not reused before [`Session::end`].
    pub(super) fn has_ended(&self) -> bool {
        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        waitid(Id::Pid(self.id), look) != Ok(WaitStatus::StillAlive)
    }

    /// Sends a signal to the program if it still runs.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = kill(self.id, signal);
    }

    /// Kills all that is left of the session, and returns how the program ended.
    ///
    /// # Errors
    /// If the program's status cannot be read.
    pub(super) fn end(mut self) -> io::Result<ExitStatus> {
        for _ in 0..ROUNDS {
            let left = processes::in_session(self.id.as_raw());
            if left.is_empty() {
                break;
            }
            for id in left {
                // It may have ended meanwhile.
                let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
            }
            thread::sleep(BETWEEN);
        }
        self.child.wait()
    }
}

/// The exit code of a program, as shells give it: 128 plus the number of the signal that killed it.
pub(super) fn code(status: ExitStatus) -> u8 {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::time::Instant;

    fn sh(script: &str) -> (Session, ChildStdout) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let (session, out, _) = Session::start(command).expect("sh");
        (session, out)
    }

    fn wait_for(what: impl Fn() -> bool) {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(10));
            thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn what_a_program_leaves_behind_ends_with_it() {
        let start = Instant::now();
        let (session, mut out) = sh("sleep 60 & (sleep 60 & sleep 60) & exit 3");
        wait_for(|| session.has_ended());
        assert!(session.has_ended(), "also when asked again");
        assert_eq!(code(session.end().expect("told")), 3);
        assert_eq!(out.read(&mut [0]).expect("a pipe"), 0, "all possible writers have ended");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_goes_on_is_killed() {
        let (session, mut out) = sh("echo up; while true; do sleep 60; done");
        out.read_exact(&mut [0; 3]).expect("up");
        assert!(!session.has_ended());
        assert_eq!(code(session.end().expect("told")), 137);
    }

    #[test]
    fn it_hears_signals() {
        let (session, mut out) = sh("trap 'exit 5' TERM; echo up; while true; do sleep 0.01; done");
        out.read_exact(&mut [0; 3]).expect("up");
        session.signal(Signal::SIGTERM);
        wait_for(|| session.has_ended());
        assert_eq!(code(session.end().expect("told")), 5);
    }

    #[test]
    fn a_program_that_is_missing_is_told() {
        assert!(Session::start(Command::new("/no/such/mpirun")).is_err());
    }
}
