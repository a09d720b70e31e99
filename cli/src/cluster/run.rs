//! Runs a job on all hosts: starts mpirun with the options that `init` found, and reports how the
//! job ends.

use super::launcher_filter::LauncherFilter;
use super::session::{self, Session};
use super::setup::ClusterSetup;
use super::signals::Signals;
use super::streams::{filter_stderr, pass_on};
use super::watch::{LauncherLimits, LauncherWatch, Reason};
use super::{addresses, hosts_file, processes};
use crate::console::{print_error, write_stderr};
use crate::doctor::Settings;
use crate::shell;
use mst::comm::Host;
use mst::error::{Error, Result};
use nix::sys::signal::Signal;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// The variable that names the file that rank 0 creates as its last action. A launcher's exit code
/// alone cannot be trusted after a connection was lost.
const MARK: &str = "MST_DONE";
const LIMITS: LauncherLimits =
    LauncherLimits { to_start: Duration::from_secs(15), to_end: Duration::from_secs(10) };
/// The interval between two looks at a job.
const TICK: Duration = Duration::from_millis(50);

/// How a job ended.
struct EndedJob {
    /// The exit code: the launcher's if that can be trusted.
    code: u8,
    /// Whether rank 0 finished its work.
    is_done: bool,
    /// Why the launcher was killed, if it was.
    reason: Option<Reason>,
    /// Whether the job was told to end by a signal that came here.
    is_interrupted: bool,
    /// What the job said on standard error, and the end of its standard output.
    filter: LauncherFilter,
    last: Vec<u8>,
}

/// Runs mst with these arguments on all hosts, one rank on each, passes on its output, and returns
/// the exit code. It says how the job ended, unless the job did.
///
/// # Errors
/// If there are no settings that can be trusted, a host has moved or does not answer, or mpirun
/// cannot be started.
pub(crate) fn run(arguments: &[OsString]) -> Result<u8> {
    let setup = ClusterSetup::read()?;
    addresses::check(&setup.settings.hosts)?;
    let scratch =
        tempfile::tempdir().map_err(Error::file("create", Path::new("a temporary folder")))?;
    let mark = scratch.path().join("done");
    // mpirun reads a copy of the hosts that were checked, whatever happens to the file.
    let hosts = scratch.path().join(hosts_file::NAME);
    fs::write(&hosts, &setup.hosts).map_err(Error::file("write", &hosts))?;
    let mut command = command(&setup.settings, &hosts, &mark, arguments);
    // Rank 0, which writes rows, runs on this host and gets this variable.
    command.env(shell::COMMAND, shell::command_line());
    let signals = Signals::catch().map_err(Error::file("install", Path::new("signal handlers")))?;
    let watch = watch(&setup, &mark);
    let end = run_launcher(command, watch, &mark, &signals, io::stdout())?;
    end.report(&Host::here().name);
    Ok(end.code)
}

/// The command for mpirun according to the settings.
fn command(settings: &Settings, hosts: &Path, mark: &Path, arguments: &[OsString]) -> Command {
    let mut command = Command::new("mpirun");
    for option in &settings.options {
        for word in option.splitn(3, ' ') {
            match word {
                hosts_file::NAME => command.arg(hosts),
                word => command.arg(word),
            };
        }
    }
    command.envs(settings.variables.iter().map(|(name, value)| (name, value))).env(MARK, mark);
    command.arg(&settings.program).args(arguments);
    command
}

fn watch(setup: &ClusterSetup, mark: &Path) -> LauncherWatch {
    let program = setup.settings.program.clone();
    let mut variable = OsString::from(format!("{MARK}="));
    variable.push(mark);
    // Rank 0 runs on this machine.
    let has_started = move || processes::is_running(&program, variable.as_encoded_bytes());
    LauncherWatch::new(mark.to_owned(), LIMITS, has_started, setup.problems(), Instant::now())
}

/// Runs a launcher until it has ended.
///
/// # Errors
/// If it cannot be started, or its standard output cannot be passed on.
fn run_launcher(
    command: Command,
    mut watch: LauncherWatch,
    mark: &Path,
    signals: &Signals,
    out: impl Write + Send,
) -> Result<EndedJob> {
    let launcher = || Path::new("mpirun");
    let (job, from, err) = Session::start(command).map_err(Error::file("start", launcher()))?;
    let (over, interrupted) = (&AtomicBool::new(false), &AtomicBool::new(false));
    thread::scope(|scope| {
        let passing = scope.spawn(move || pass_on(from, out, over));
        let filtering = scope.spawn(move || filter_stderr(err, over, interrupted));
        let (reason, signal) = wait_for_end(&job, &mut watch, signals, interrupted);
        let status = job.end();
        over.store(true, Relaxed);
        signals.release();
        let (last, written) = passing.join().expect("no panic");
        let filter = filtering.join().expect("no panic");
        let code = of_job(session::code(status.map_err(Error::file("wait for", launcher()))?));
        written.map_err(Error::file("write", Path::new("standard output")))?;
        let is_done = mark.exists();
        let code = match signal {
            Some(signal) if !is_done => 128 + signal as u8,
            _ if reason.is_some() || code == 0 && !is_done => 1,
            _ => code,
        };
        Ok(EndedJob { code, is_done, reason, is_interrupted: signal.is_some(), filter, last })
    })
}

/// The exit code of a job whose launcher ended with `code`: one of those of mst, or that of a job
/// that was told to end (SIGINT, SIGTERM). Launchers have many more for a job that failed.
const fn of_job(code: u8) -> u8 {
    match code {
        0..=3 | 101 | 130 | 143 => code,
        _ => 1,
    }
}

/// Waits until a job ends, and passes signals on to it. Kills its launcher if that is needed.
/// Returns why, and the last signal that it passed on; `interrupted` is set before the first one.
fn wait_for_end(
    job: &Session,
    watch: &mut LauncherWatch,
    signals: &Signals,
    interrupted: &AtomicBool,
) -> (Option<Reason>, Option<Signal>) {
    let (mut reason, mut last) = (None, None);
    while !job.has_ended() {
        for signal in signals.taken() {
            interrupted.store(true, Relaxed);
            job.signal(signal);
            last = Some(signal);
        }
        if reason.is_none() {
            reason = watch.look(Instant::now());
            if reason.is_some() {
                job.signal(Signal::SIGKILL);
            }
        }
        thread::sleep(TICK);
    }
    (reason, last)
}

impl EndedJob {
    fn has_failed(&self) -> bool {
        self.code != 0 && !self.is_done
    }

    /// Says how the job ended, unless mst did.
    fn report(&self, here: &str) {
        if self.has_failed() && self.filter.has_reported_error() {
            return;
        }
        // Launchers call a job that was told to end a crash.
        if !self.is_interrupted {
            write_stderr(self.filter.blocks());
        }
        if let Some(sentence) = self.sentence(here) {
            print_error(&sentence);
        }
        if let Some(Reason::Unstarted(problems)) = &self.reason {
            problems.iter().for_each(|problem| write_stderr(format!("- {problem}\n")));
        }
    }

    /// The sentence about the end, if one is needed; `here` is the name of this host.
    fn sentence(&self, here: &str) -> Option<String> {
        match &self.reason {
            Some(Reason::Hangs) => Some(
                "the job finished, but mpirun did not end: a machine was lost at the very end, or \
                 a process there is stopped; run mst cluster status"
                    .to_owned(),
            ),
            Some(Reason::Unstarted(_)) => {
                let seconds = LIMITS.to_start.as_secs();
                Some(format!("no rank started within {seconds} s; mst doctor found:"))
            }
            None if self.has_failed() && self.is_interrupted => {
                Some("interrupted: all ranks were told to end".to_owned())
            }
            None => self.has_failed().then(|| self.filter.explanation(&self.last, here)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{JobHost, Library, Problem};
    use std::net::Ipv4Addr;

    /// Runs a script as the launcher. Returns how it ended, and its standard output.
    fn played(script: &str, problems: usize) -> (EndedJob, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("done");
        let mut command = Command::new("sh");
        command.args(["-c", script]).env(MARK, &mark);
        let problem = Problem { what: "vm3 is off".to_owned(), mend: "switch it on".to_owned() };
        let ask = move || vec![problem.clone(); problems];
        let short = Duration::from_millis(200);
        let limits = LauncherLimits { to_start: short, to_end: short };
        let watch = LauncherWatch::new(mark.clone(), limits, || false, ask, Instant::now());
        let mut out = Vec::new();
        let signals = Signals::catch().expect("room");
        let start = Instant::now();
        let end = run_launcher(command, watch, &mark, &signals, &mut out).expect("sh");
        assert!(start.elapsed() < Duration::from_secs(10), "{script}");
        (end, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn each_end_has_its_code_and_sentence() {
        let lost = "echo lost communication with a remote daemon on node vm3";
        #[rustfmt::skip]
        let cases = [
            // the launcher                                                problems  code  sentence
            ("touch $MST_DONE; echo out",                                         1, 0, None),
            ("touch $MST_DONE; exit 3",                                           1, 3, None),
            ("exit 0",                                                            1, 1, Some("the job ended before rank 0 had finished")),
            ("exit 7",                                                            1, 1, Some("the job ended before rank 0 had finished")),
            ("exit 101",                                                          1, 101, Some("the job ended before rank 0 had finished")),
            ("kill -15 $$",                                                       1, 143, Some("the job ended before rank 0 had finished")),
            ("kill -9 $$",                                                        1, 1, Some("the job ended before rank 0 had finished")),
            (&format!("{lost} >&2; exit 1"),                                      1, 1, Some("lost the machine vm3")),
            (&format!("{lost}; exit 1"),                                          1, 1, Some("lost the machine vm3")),
            ("touch $MST_DONE; sleep 60",                                         1, 1, Some("mpirun did not end")),
            ("trap '' TERM INT; touch $MST_DONE; sleep 60 & sleep 60",            1, 1, Some("mpirun did not end")),
            ("sleep 60",                                                          1, 1, Some("no rank started within 15 s")),
            ("sleep 1; touch $MST_DONE",                                          0, 0, None),
        ];
        for (script, problems, code, sentence) in cases {
            let (end, _) = played(script, problems);
            let message = end.sentence("vm1");
            assert_eq!(
                (end.code, message.is_some()),
                (code, sentence.is_some()),
                "{script}: {message:?}"
            );
            assert!(message.unwrap_or_default().contains(sentence.unwrap_or_default()), "{script}");
        }
    }

    #[test]
    fn what_a_job_says_is_kept_apart() {
        let (end, out) = played("echo out; echo mst: error: one >&2; printf two; exit 3", 0);
        assert_eq!((&*out, end.code, end.filter.has_reported_error()), ("out\ntwo", 3, true));
        let (end, _) = played("printf '%s\\n' -------- prose -------- >&2; touch $MST_DONE", 0);
        assert_eq!(end.filter.blocks(), b"--------\nprose\n--------\n");
    }

    #[test]
    fn mpirun_is_told_what_was_found() {
        let launcher = Library::named("Open MPI 4.1.4").expect("named");
        let settings = Settings {
            program: "/opt/a b/mst".into(),
            hosts: vec![JobHost { host: "vm1".to_owned(), ip: Ipv4Addr::LOCALHOST, cores: 1 }],
            options: launcher.options("-o BatchMode=yes -o ConnectTimeout=5"),
            variables: vec![("MST_TIMEOUT", "8".to_owned())],
        };
        let arguments = ["solve", "a; b", "--hostfile"].map(OsString::from);
        let command =
            command(&settings, Path::new("/scratch/hosts"), Path::new("/scratch/done"), &arguments);
        let words: Vec<&str> =
            command.get_args().map(|word| word.to_str().expect("text")).collect();
        let start = [
            "--hostfile",
            "/scratch/hosts",
            "--map-by",
            "ppr:1:node",
            "--bind-to",
            "none",
            "-x",
            "MST_TIMEOUT",
        ];
        assert_eq!(words[..8], start);
        assert_eq!(words[8..11], ["--mca", "plm_rsh_args", "-o BatchMode=yes -o ConnectTimeout=5"]);
        assert_eq!(words[words.len() - 4..], ["/opt/a b/mst", "solve", "a; b", "--hostfile"]);
        let set: Vec<_> = command
            .get_envs()
            .map(|(name, value)| (name.to_str(), value.and_then(|value| value.to_str())))
            .collect();
        assert_eq!(
            set,
            [(Some("MST_DONE"), Some("/scratch/done")), (Some("MST_TIMEOUT"), Some("8"))]
        );
    }
}
