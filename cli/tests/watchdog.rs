//! If a rank dies or stops under mpirun, the job ends soon, with one sentence that names the rank.
//! A rank that is only slow does not end the job.
//!
//! The test starts itself again as the ranks: `MST_CASE` names what rank 1, or rank 0, does.

mod common;

use common::{Ended, finish, mpirun, mst};
use libtest_mimic::{Arguments, Failed, Trial};
use mst::comm::{self, Comm};
use mst::measure::Phase;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(2);

/// A case, whether the job succeeds, and a part of the expected message.
const CASES: [(&str, bool, &str); 8] = [
    ("killed", false, "rank 1 on "),
    ("first killed", false, "rank 0 on "),
    ("stopped", false, "has not answered for 2 s (phase: merge)"),
    ("stopped at the end", false, "has not answered for 2 s"),
    ("orphaned", false, "the process of mpirun that started rank 1 on "),
    ("panics", false, "rank 1 on "),
    ("slow", true, ""),
    ("busy", true, ""),
];

fn main() -> ExitCode {
    if let Ok(case) = std::env::var("MST_CASE") {
        mst_cli::console::report_panics_once();
        let ran = comm::start(None, Some(1), |comm| be_watched(&case, comm));
        return ran.map_or(ExitCode::from(2), |()| ExitCode::SUCCESS);
    }
    let trials =
        CASES.map(|(case, well, message)| Trial::test(case, move || run(case, well, message)));
    let mut trials = Vec::from(trials);
    trials.push(Trial::test("stopped before they meet", stopped_before_they_meet));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn be_watched(case: &str, comm: &Comm) {
    comm.enter(Phase::Merge);
    comm.watch(TIMEOUT, mst_cli::console::catch_sigterm, |what| eprintln!("mst: {what}"))
        .expect("ranks on one host");
    match (case, comm.rank()) {
        ("killed", 1) | ("first killed", 0) => signal("-9", std::process::id()),
        ("stopped", 1) => signal("-STOP", std::process::id()),
        ("orphaned", 1) => signal("-9", std::os::unix::process::parent_id()),
        ("stopped at the end", 1) => comm.compute(|| STOPS.with(|_| ())),
        ("panics", 1) => panic!("on purpose"),
        ("slow", 1) => thread::sleep(3 * TIMEOUT),
        ("busy", 1) => {
            let end = std::time::Instant::now() + 3 * TIMEOUT;
            comm.compute(|| while std::time::Instant::now() < end {});
        }
        _ => {}
    }
    comm.barrier();
}

/// A process between the launcher and a rank.
const PARENT: &str = r#""$@" & wait"#;

/// Stops the process when a thread that used this value ends. A rank's threads end after all work
/// is done, while MPI ends.
struct Stops;

impl Drop for Stops {
    fn drop(&mut self) {
        signal_hook::low_level::raise(signal_hook::consts::SIGSTOP).unwrap();
    }
}

thread_local! {
    static STOPS: Stops = const { Stops };
}

fn signal(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "cannot send {signal} to {process}");
}

/// If a rank stops before MPI has started, the others wait in MPI for ever, and no watchdog runs
/// yet.
fn stopped_before_they_meet() -> Result<(), Failed> {
    let Some(mut launcher) = mpirun(3) else { return Ok(()) };
    let stopped =
        r#"if [ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" = 1 ]; then kill -STOP $$; fi; exec "$@""#;
    launcher.args(["sh", "-c", stopped, "sh", mst(), "solve", "path:n=9", "-q", "--timeout", "2"]);
    judge(&finish(&mut launcher, LIMIT), false, "the other ranks did not answer within 15 s")
}

fn run(case: &str, well: bool, message: &str) -> Result<(), Failed> {
    let Some(mut launcher) = mpirun(3) else { return Ok(()) };
    let this = std::env::current_exe()?;
    if case == "orphaned" {
        launcher.args(["sh", "-c", PARENT, "sh"]);
    }
    judge(&finish(launcher.arg(this).env("MST_CASE", case), LIMIT), well, message)
}

fn judge(ended: &Ended, well: bool, message: &str) -> Result<(), Failed> {
    let ours: Vec<&str> = ended.stderr.lines().filter(|line| line.starts_with("mst: ")).collect();
    let reported = ours.len() == usize::from(!well) && ours.concat().contains(message);
    // MPICH's launcher kills the others at once, and says itself which rank was killed. Any
    // launcher may do so if a process that it started directly is killed.
    let mpich = message.ends_with(" on ") && ended.stdout.contains("Killed (signal 9)");
    let other = message.starts_with("what mpirun") && ended.stderr.contains("exited on signal 9");
    let reported = reported || mpich || other;
    if ended.status.success() == well && reported && ended.seconds < 25.0 {
        return Ok(());
    }
    let expected = if well { "an end" } else { "a failure" };
    Err(format!("expected {expected} and {message:?}, got {ended:#?}").into())
}
