//! Shared by the whole-program tests: runs programs with a time limit and under mpirun.

#![expect(dead_code, reason = "each test uses a part of this module")]

pub(crate) mod lab;
pub(crate) mod place;
pub(crate) mod saving;

use std::io::{ErrorKind, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The output of a program, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) seconds: f64,
}

impl Ended {
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }
}

/// Runs a program until it ends. If it takes longer than `limit`, it is killed and the test fails.
pub(crate) fn finish(command: &mut Command, limit: Duration) -> Ended {
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = loop {
        match command.spawn() {
            Ok(child) => break child,
            // For a moment, a child of another test may hold the file that this test has just
            // written.
            Err(why) if why.kind() == ErrorKind::ExecutableFileBusy => thread::yield_now(),
            Err(why) => panic!("{command:?}: {why}"),
        }
    };
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |from: &mut dyn Read| {
        let mut text = Vec::new();
        from.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    };
    let stdout = thread::spawn(move || read(&mut out));
    let stderr = thread::spawn(move || read(&mut err));
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > limit {
            // Kill also the processes that it started, which would keep its pipes open.
            let group = format!("-{}", child.id());
            Command::new("kill").args(["-9", "--", &group]).status().unwrap();
            let (out, err) = (stdout.join().unwrap(), stderr.join().unwrap());
            panic!("{command:?} hangs\n--- stdout\n{out}\n--- stderr\n{err}");
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    Ended { status, stdout, stderr, seconds: start.elapsed().as_secs_f64() }
}

/// `mpirun` for `p` ranks of a program on this host, without binding. `MST_MPIRUN` names another
/// launcher.
///
/// Without MPI in the build or on the machine, prints "skipped" and why, and returns `None`. In CI
/// a missing launcher is a failure.
pub(crate) fn mpirun(p: usize) -> Option<Command> {
    if !cfg!(feature = "mpi") {
        println!("skipped: this build has no MPI");
        return None;
    }
    let launcher = std::env::var("MST_MPIRUN").unwrap_or_else(|_| "mpirun".to_owned());
    let Ok(version) = Command::new(&launcher).arg("--version").output() else {
        assert!(std::env::var_os("CI").is_none(), "CI must have {launcher}");
        println!("skipped: there is no {launcher}");
        return None;
    };
    let mut command = Command::new(launcher);
    if String::from_utf8_lossy(&version.stdout).contains("Open MPI") {
        // More ranks than cores are allowed, since these tests look at answers, not at times.
        command.args(["--oversubscribe", "--bind-to", "none"]);
        command.args(["--mca", "mpi_yield_when_idle", "1"]);
        command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    }
    command.args(["-n", &p.to_string()]);
    Some(command)
}

/// The program under test.
pub(crate) fn mst() -> &'static str {
    env!("CARGO_BIN_EXE_mst")
}

/// A graph with known answers.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}
