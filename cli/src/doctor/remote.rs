//! Runs a script of `sh` on a host, over ssh and with a time limit.

use crate::shell;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A host to run scripts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    /// The name or address for ssh, which may have a user before it.
    pub(crate) host: String,
    /// Whether it is this host, which needs no ssh.
    pub(crate) here: bool,
}

/// The output of a script, and how it ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ScriptOutput {
    /// Its exit code; 255 is from ssh itself. `None` if it exceeded its time limit.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(super) stderr: String,
    /// When it started, in seconds since 1970.
    pub(super) started: f64,
    /// How long it took, seconds.
    pub(super) seconds: f64,
}

/// The rest of a longer output is dropped.
const MOST_BYTES: u64 = 1 << 20;

/// The options of every ssh, including mpirun's: it asks nothing, and soon gives up a machine that
/// does not answer.
pub(super) const OPTIONS: [&str; 4] =
    ["BatchMode=yes", "ConnectTimeout=5", "ServerAliveInterval=2", "ServerAliveCountMax=4"];

impl Remote {
    /// The command with which the user's shell on the host runs `line`. It never asks for anything.
    pub(crate) fn ssh(&self, line: &str) -> Command {
        let mut ssh = Command::new("ssh");
        for option in OPTIONS.iter().chain(&["StrictHostKeyChecking=yes"]) {
            ssh.args(["-o", option]);
        }
        ssh.args(["-T", "-x", "--", &self.host, line]);
        ssh.env("LC_ALL", "C"); // since its messages are parsed
        ssh
    }

    /// A command that runs the script on its standard input.
    fn command(&self) -> Command {
        let mut command = if self.here { Command::new("sh") } else { self.ssh("sh") };
        command.env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a script until it ends or `limit` is over.
    ///
    /// # Errors
    /// If ssh cannot be started.
    pub(crate) fn run(&self, script: &str, limit: Duration) -> io::Result<ScriptOutput> {
        run(self.command(), script, limit)
    }

    /// Starts a script, made of complete lines, that ends when its input ends. Waits for its first
    /// output, up to `limit`, and returns it.
    ///
    /// # Errors
    /// If ssh cannot be started.
    pub(super) fn start(&self, script: &str, limit: Duration) -> io::Result<(Running, String)> {
        let mut child = self.command().spawn()?;
        let mut input = child.stdin.take();
        let mut stdout = child.stdout.take().expect("piped");
        let running = |input| Running { child, _input: input };
        if let Some(input) = &mut input {
            // A script that has already ended prints nothing, and the caller sees that.
            let _ = input.write_all(script.as_bytes());
        }
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            let mut words = [0; 4096];
            let len = stdout.read(&mut words).unwrap_or(0);
            let _ = send.send(String::from_utf8_lossy(&words[..len]).into_owned());
            let _ = io::copy(&mut stdout.take(MOST_BYTES), &mut io::sink());
        });
        Ok((running(input), receive.recv_timeout(limit).unwrap_or_default()))
    }
}

/// A script that runs until this is dropped.
pub(super) struct Running {
    child: Child,
    _input: Option<ChildStdin>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // The script ends when its input ends, but ssh itself may wait for a host that is gone.
        self._input = None;
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(500) {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command until it ends or `limit` is over.
///
/// # Errors
/// If it cannot be started.
pub(crate) fn run(mut command: Command, input: &str, limit: Duration) -> io::Result<ScriptOutput> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let start = Instant::now();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    // A command that has already ended reads nothing; its exit code says more.
    thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let stdout = read(child.stdout.take().expect("piped"));
    let stderr = read(child.stderr.take().expect("piped"));
    // Both pipes close when the command has ended, but a child of it may keep them open.
    let left = || limit.saturating_sub(start.elapsed());
    let stdout = stdout.recv_timeout(left());
    let stderr = stderr.recv_timeout(left().max(Duration::from_millis(50)));
    let over = stdout == Err(RecvTimeoutError::Timeout);
    let code = loop {
        match child.try_wait()? {
            Some(status) => break status.code().filter(|_| !over),
            None if left().is_zero() => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    Ok(ScriptOutput {
        code,
        stdout: stdout.unwrap_or_default(),
        stderr: stderr.unwrap_or_default(),
        started,
        seconds,
    })
}

/// Reads a pipe to its end on a separate thread.
fn read(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.take(MOST_BYTES).read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

/// The command, for the user to paste, that runs the `sh` line `line` on a host.
pub(super) fn on_host(host: &str, line: &str) -> String {
    let line =
        if shell::is_plain_line(line) { line.to_owned() } else { shell::quoted_if_needed(line) };
    format!("ssh {} {line}", shell::quoted_if_needed(host))
}

/// The same for a `line` that needs root: sudo may ask for a password, so it needs a terminal.
pub(super) fn on_host_as_root(host: &str, line: &str) -> String {
    on_host(host, &format!("sudo {line}")).replacen("ssh ", "ssh -t ", 1)
}

/// The command, for the user to paste, that makes a folder on a host.
pub(super) fn make_folder(path: &Path, host: &str) -> String {
    match path.to_str() {
        Some(plain) if shell::quoted_if_needed(plain) == plain => {
            on_host(host, &format!("mkdir -p {plain}"))
        }
        _ => pack_over("--no-recursion ", path, host),
    }
}

/// The command, for the user to paste, that copies a file to the same path on a host.
pub(super) fn copy(path: &Path, host: &str) -> String {
    match path.to_str() {
        Some(plain) if shell::quoted_if_needed(plain) == plain => {
            format!("scp {plain} {}:{plain}", shell::quoted_if_needed(host))
        }
        _ => pack_over("", path, host),
    }
}

/// The command that copies what is at `path` to the same path on a host, without its name in the
/// remote command.
fn pack_over(option: &str, path: &Path, host: &str) -> String {
    let path = shell::quoted_if_needed(&path.to_string_lossy());
    format!("tar -cPf - {option}{path} | {}", on_host(host, "tar -xPf -"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Remote {
        Remote { host: "here".to_owned(), here: true }
    }

    #[test]
    fn a_script_is_run_and_heard() {
        let output =
            here().run("echo out; echo err >&2; exit 3", Duration::from_secs(10)).expect("sh");
        assert_eq!((output.code, &*output.stdout, &*output.stderr), (Some(3), "out\n", "err\n"));
        let word = "it's $HOME; `true`\n";
        let output =
            here().run(&format!("printf %s {}", shell::quoted(word)), Duration::from_secs(10));
        assert_eq!(output.expect("sh").stdout, word);
    }

    #[test]
    fn commands_keep_names_from_shells() {
        assert_eq!(on_host("vm2", "ethtool 'a b'"), r"ssh vm2 'ethtool '\''a b'\'''");
        assert_eq!(copy(Path::new("/opt/mst"), "vm2"), "scp /opt/mst vm2:/opt/mst");
        let odd = "tar -cPf - '/opt/a b' | ssh vm2 tar -xPf -";
        assert_eq!(copy(Path::new("/opt/a b"), "vm2"), odd);
        assert_eq!(make_folder(Path::new("/opt"), "vm2"), "ssh vm2 mkdir -p /opt");
        let odd = "tar -cPf - --no-recursion '/a b' | ssh vm2 tar -xPf -";
        assert_eq!(make_folder(Path::new("/a b"), "vm2"), odd);
    }

    #[test]
    fn a_script_that_hangs_is_ended() {
        let start = Instant::now();
        let output = here().run("sleep 60", Duration::from_millis(100)).expect("sh");
        assert_eq!(output.code, None);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_running_script_ends_with_its_input() {
        let start = Instant::now();
        let (running, words) =
            here().start("echo ready; cat >/dev/null\n", Duration::from_secs(10)).expect("sh");
        assert_eq!(words, "ready\n");
        drop(running);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
