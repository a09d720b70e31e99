//! One test suite for both worlds: every case runs on threads and under a real mpirun, with 1, 2,
//! 3, 4 and 7 ranks, and every kind of failure ends the job with one message.
//!
//! The test starts itself again as the ranks: `MST_CASE` names the case that they run.

#[path = "world/cases.rs"]
mod cases;
mod common;

use cases::{
    agreement, among, collectives, forests, long_broadcast, members, scatter, sleeping_barrier,
    traffic, uneven,
};
use common::{Ended, finish, mpirun};
use libtest_mimic::{Arguments, Failed, Trial};
use mst::comm::{self, Comm, Reduction};
use mst::{Error, Result};
use std::process::{Command, ExitCode};
use std::time::Duration;

const SIZES: [usize; 5] = [1, 2, 3, 4, 7];
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    if let Ok(case) = std::env::var("MST_CASE") {
        return run_case(&case);
    }
    let mut trials = Vec::new();
    for p in SIZES {
        for case in CASES {
            trials.push(in_both_worlds(case.0, p, |ended| expect(ended, 0, "")));
        }
    }
    for (case, exit) in FAULTS {
        let check = move |ended: &Ended| expect(ended, exit.code, exit.message);
        trials.push(in_both_worlds(case, 3, check));
    }
    trials.push(Trial::test("killed/3", || match mpirun(3) {
        Some(launcher) => expect_end(&start(launcher, "killed")),
        None => Ok(()),
    }));
    trials.push(Trial::test("another_launcher/1", another_launcher));
    trials.push(Trial::test("allocation/1", allocation));
    trials.push(Trial::test("no_room/3", no_room));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The name of a case, and what every rank does.
type Case = (&'static str, fn(&Comm));

const CASES: [Case; 10] = [
    ("collectives", collectives),
    ("uneven", uneven),
    ("agreement", agreement),
    ("long_broadcast", long_broadcast),
    ("scatter", scatter),
    ("traffic", traffic),
    ("sleeping_barrier", sleeping_barrier),
    ("members", members),
    ("among", among),
    ("forests", forests),
];

struct Exit {
    code: i32,
    message: &'static str,
}

const FAULTS: [(&str, Exit); 22] = [
    ("error", Exit { code: 1, message: "cannot open missing.gr" }),
    ("panic", Exit { code: 101, message: "rank 1" }),
    ("panic_in_pool", Exit { code: 101, message: "rank 1" }),
    ("mismatch", Exit { code: 101, message: "rank 1 calls barrier" }),
    ("unlike_items", Exit { code: 101, message: "8-byte items" }),
    ("rest_alone", Exit { code: 101, message: "rank 1 calls sleeping_barrier" }),
    ("left_the_resting", Exit { code: 101, message: "rank 2 calls the end of the job" }),
    ("unlike_lengths", Exit { code: 101, message: "rank 0 reduces 3 items, but rank 1 reduces 4" }),
    ("left_early", Exit { code: 101, message: "rank 2 calls the end of the job" }),
    ("left_the_agreeing", Exit { code: 101, message: "rank 2 calls the end of the job" }),
    ("gather", Exit { code: 101, message: "rank 1 calls gather (root 2, 8-byte items)" }),
    ("all_gather", Exit { code: 101, message: "rank 1 calls all_gather (root 0, 2-byte items)" }),
    ("all_to_all", Exit { code: 101, message: "rank 1 calls all_to_all (root 0, 4-byte items)" }),
    ("broadcast", Exit { code: 101, message: "rank 1 calls broadcast (root 1, 1-byte items)" }),
    ("all_reduce", Exit { code: 101, message: "rank 1 calls all_reduce (sum, 8-byte items)" }),
    ("sums_before", Exit { code: 101, message: "rank 1 calls sums_before (root 0, 8-byte items)" }),
    ("unlike_reductions", Exit { code: 101, message: "rank 1 calls all_reduce (maximum, " }),
    ("agree", Exit { code: 101, message: "rank 1 calls agree" }),
    ("streams", Exit { code: 101, message: "rank 1 calls streams" }),
    ("among_nobody", Exit { code: 101, message: "rank 1 calls among" }),
    ("panic_among", Exit { code: 101, message: "rank 1" }),
    ("scatter_blocks", Exit { code: 101, message: "rank 1 calls scatter" }),
];

/// Calls a collective. In the cases that use this, rank 1 does so while the others call another
/// one, or the same one differently.
fn call(collective: &str, comm: &Comm) {
    match collective {
        "gather" => drop(comm.gather(2, &[1u64])),
        "all_gather" => drop(comm.all_gather(&[1u16])),
        "all_to_all" => drop(comm.all_to_all(vec![vec![1u32]; comm.size()])),
        "broadcast" => drop(comm.broadcast(1, vec![1u8])),
        "all_reduce" => comm.all_reduce(&mut [1], Reduction::Sum),
        "sums_before" => drop(comm.sums_before([1])),
        "unlike_reductions" => comm.all_reduce(&mut [1], Reduction::Maximum),
        "agree" => comm.agree(Ok(())).expect("all is well"),
        "streams" => drop(comm.streams(None, 0)),
        "scatter_blocks" => comm.scatter_blocks(|_| None, |_| ()),
        "among_nobody" => drop(comm.among(&[], 1, |_| ())),
        _ => panic!("no case is called {collective}"),
    }
}

/// What every rank does in a case that must fail.
fn fault(case: &str, comm: &Comm) -> Result<()> {
    match (case, comm.rank()) {
        ("error", 0) => comm.agree(Ok(())),
        ("error", _) => {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            comm.agree(Err(Error::file("open", "missing.gr".as_ref())(missing)))
        }
        ("panic", 1) => panic!("on purpose"),
        ("panic_in_pool", 1) => comm.compute(|| panic!("on purpose")),
        // The other member waits in their world, and the rank that is none in this one.
        ("panic_among", rank) => {
            let job = |part: &Comm| match rank {
                1 => panic!("on purpose"),
                _ => part.barrier(),
            };
            comm.among(&[1, 2], 1, job)?;
            comm.barrier();
            Ok(())
        }
        ("left_early" | "left_the_resting" | "left_the_agreeing", 2) => Ok(()),
        ("left_the_agreeing", 0) => {
            comm.agree(Err(Error::usage("--ranks", "nobody hears of it, since a rank has left")))
        }
        ("left_the_agreeing", _) => comm.agree(Ok(())),
        ("rest_alone", 1) | ("left_the_resting", _) => {
            comm.sleeping_barrier();
            Ok(())
        }
        ("unlike_lengths", rank) => {
            comm.all_reduce(&mut vec![1u64; 3 + rank % 2], Reduction::Sum);
            Ok(())
        }
        ("killed", 1) => {
            // A rank that disappears without a message, as when memory runs out.
            let me = std::process::id().to_string();
            let kill = Command::new("kill").args(["-9", &me]).status();
            panic!("survived {kill:?}");
        }
        ("unlike_items", 1) => {
            comm.all_gather(&[1u64]);
            Ok(())
        }
        ("mismatch", 1) | ("panic" | "killed" | "rest_alone", _) => {
            comm.barrier();
            Ok(())
        }
        ("mismatch" | "unlike_items" | "left_early" | "panic_in_pool", _) => {
            comm.all_gather(&[1u32; 100]);
            Ok(())
        }
        (_, 1) => {
            call(case, comm);
            Ok(())
        }
        ("gather", _) => {
            comm.gather(0, &[1u64]);
            Ok(())
        }
        ("unlike_reductions", _) => {
            call("all_reduce", comm);
            Ok(())
        }
        _ => {
            comm.barrier();
            Ok(())
        }
    }
}

/// Runs a case in this process, like `mst` runs a command.
fn run_case(case: &str) -> ExitCode {
    mst_cli::console::report_panics_once();
    let right = CASES.iter().find(|(name, _)| *name == case);
    let ranks = std::env::var("MST_RANKS").ok().map(|p| p.parse().expect("a number"));
    let ran = comm::start(ranks, Some(1), |comm| {
        let ended = match right {
            Some((_, job)) => {
                job(comm);
                Ok(())
            }
            None => fault(case, comm),
        };
        if let (Err(error), 0) = (&ended, comm.rank()) {
            eprintln!("mst: error: {error}");
        }
        ended.map_or_else(|error| error.exit_code(), |()| 0)
    });
    ExitCode::from(ran.unwrap_or_else(|error| {
        eprintln!("mst: error: {error}");
        error.exit_code()
    }))
}

/// A trial that runs the case on threads, then under mpirun.
fn in_both_worlds(
    case: &'static str,
    p: usize,
    check: impl Fn(&Ended) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    Trial::test(format!("{case}/{p}"), move || {
        let mut threads = Command::new(std::env::current_exe()?);
        threads.env("MST_CASE", case).env("MST_RANKS", p.to_string());
        check(&finish(&mut threads, LIMIT))?;
        mpirun(p).map_or(Ok(()), |launcher| check(&start(launcher, case)))
    })
}

fn start(mut launcher: Command, case: &str) -> Ended {
    let this = std::env::current_exe().expect("this file");
    finish(launcher.arg(this).env("MST_CASE", case), LIMIT)
}

/// Checks the exit code, and that stderr has one line of ours with the message, or none if the
/// message is empty.
fn expect(ended: &Ended, code: i32, message: &str) -> Result<(), Failed> {
    let ours = ended.stderr.lines().filter(|line| line.starts_with("mst: ")).collect::<Vec<_>>();
    let told_once = ours.len() == usize::from(!message.is_empty());
    if ended.code() == Some(code) && told_once && ours.concat().contains(message) {
        return Ok(());
    }
    Err(format!("expected code {code} and {message:?}, got {ended:#?}").into())
}

/// Checks that a job failed soon, with any message and code of the launcher.
fn expect_end(ended: &Ended) -> Result<(), Failed> {
    match (ended.status.success(), ended.seconds < 20.0) {
        (false, true) => Ok(()),
        _ => Err(format!("a killed rank did not end the job: {ended:#?}").into()),
    }
}

/// If one rank cannot start its threads, the job ends for all ranks, with the reason.
fn no_room() -> Result<(), Failed> {
    let limited = r#"if [ "${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-1}}" = 1 ]; then ulimit -v 1500000; fi; exec "$@""#;
    let arguments =
        ["-c", limited, "sh", common::mst(), "solve", "path:n=9", "-q", "--threads", "900"];
    let mut alone = Command::new("sh");
    alone.args(arguments);
    refused_threads(&mut alone)?;
    let Some(mut launcher) = mpirun(3) else { return Ok(()) };
    refused_threads(launcher.arg("sh").args(arguments))
}

/// Checks that `command` refuses to start with 900 threads. If memory runs out just when a thread
/// has started, Rust's own start-up code aborts the process before our code runs, so this tries up
/// to five times.
fn refused_threads(command: &mut Command) -> Result<(), Failed> {
    let mut tries = 0;
    loop {
        let ended = finish(command, LIMIT);
        tries += 1;
        if tries < 5 && ended.stderr.contains("alternative stack") {
            continue;
        }
        return expect(&ended, 2, "cannot start 900 threads");
    }
}

/// The launcher of another MPI sets its variables, but this MPI creates a world of one rank.
fn another_launcher() -> Result<(), Failed> {
    let is_mpich = std::env::var("MST_MPIRUN").is_ok_and(|launcher| launcher.contains("mpich"));
    let foreign = if is_mpich { "OMPI_COMM_WORLD" } else { "PMI" };
    let message = format!("{foreign}_SIZE announces 3 ranks, but MPI sees 1");
    let mut alone = Command::new(common::mst());
    alone.args(["solve", "path:n=3"]);
    alone.env(format!("{foreign}_SIZE"), "3").env(format!("{foreign}_RANK"), "0");
    expect(&finish(&mut alone, LIMIT), 2, &message)?;
    let mut silent = Command::new(common::mst());
    silent.args(["solve", "path:n=3"]);
    silent.env(format!("{foreign}_SIZE"), "3").env(format!("{foreign}_RANK"), "1");
    expect(&finish(&mut silent, LIMIT), 2, "")
}

/// A program that is started by hand inside a Slurm allocation of several tasks is refused, unless
/// it has --ranks.
fn allocation() -> Result<(), Failed> {
    let by_hand = |ranks: &[&str]| {
        let mut command = Command::new(common::mst());
        command.args(["solve", "path:n=3", "--quiet"]).args(ranks).env("SLURM_NTASKS", "3");
        finish(&mut command, LIMIT)
    };
    expect(&by_hand(&[]), 2, "SLURM_NTASKS announces 3 ranks")?;
    expect(&by_hand(&["--ranks", "1"]), 0, "")
}
