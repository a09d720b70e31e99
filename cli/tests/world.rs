//! One test suite for both worlds: every case runs on threads and under a real mpirun, with 1, 2,
//! 3, 4 and 7 ranks, and every kind of failure ends the job with one message.
//!
//! The test starts itself again as the ranks: `MST_CASE` names the case that they run.

mod common;

use common::{Ended, finish, mpirun};
use libtest_mimic::{Arguments, Failed, Trial};
use mst::comm::{self, Comm, Reduction, StageCost};
use mst::distributed::Plan;
use mst::graph::Edge;
use mst::local::{Algorithm, kruskal};
use mst::measure::Phase;
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

const FAULTS: [(&str, Exit); 21] = [
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

fn list(rank: usize) -> Vec<u64> {
    (0..rank as u64 * 3 % 5).map(|i| i << 40 | rank as u64).collect()
}

/// Lists of different lengths and of two item sizes. `traffic` runs this in messages of at most 3
/// bytes.
fn collectives(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    let expected: Vec<_> = (0..p).map(list).collect();
    for root in [0, p - 1] {
        let gathered = comm.gather(root, &list(rank));
        assert_eq!(gathered, if rank == root { expected.clone() } else { vec![] });
        assert_eq!(comm.broadcast(root, list(rank + 1)), list(root + 1));
    }
    assert_eq!(comm.all_gather(&list(rank)), expected);
    let edges = [Edge { u: rank as u32, v: 9, key: u64::MAX - rank as u64 }];
    let all = comm.all_gather(&edges).concat();
    assert!(all.iter().enumerate().all(|(rank, e)| e.u == rank as u32 && e.key == !(rank as u64)));
    let mut sums = [rank as u64, 1, u64::MAX];
    comm.all_reduce(&mut sums, Reduction::Sum);
    assert_eq!(sums, [(p * (p - 1) / 2) as u64, p as u64, (p as u64).wrapping_neg()]);
    let none: [u8; 0] = [];
    assert_eq!(comm.all_gather(&none), vec![Vec::<u8>::new(); p]);
    let sent = |from: usize, to: usize| list(from + 2 * to);
    let received = comm.all_to_all((0..p).map(|to| sent(rank, to)).collect());
    assert_eq!(received, (0..p).map(|from| sent(from, rank)).collect::<Vec<_>>());
    streams(comm);
}

/// Lists of bytes that all differ in length, or most of which are empty, whole and in messages of
/// at most 3 bytes.
fn uneven(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    let text =
        |from: usize, len: usize| -> Vec<u8> { (0..len).map(|i| (i + from) as u8).collect() };
    let lens: [fn(usize, usize) -> usize; 5] = [
        |rank, _| rank * rank + 1,
        |rank, p| (p - rank) * 5,
        |rank, p| if rank + 1 == p { 17 } else { 0 },
        |rank, p| if rank == p / 2 { 0 } else { 6 },
        |_, _| 0,
    ];
    for most in [Comm::MOST_BYTES, 3] {
        comm.limit_messages(most);
        for len in lens {
            let mine = text(rank, len(rank, p));
            let expected: Vec<Vec<u8>> = (0..p).map(|rank| text(rank, len(rank, p))).collect();
            assert_eq!(comm.all_gather(&mine), expected, "at most {most}");
            for root in 0..p {
                let gathered = comm.gather(root, &mine);
                assert_eq!(gathered, if rank == root { expected.clone() } else { Vec::new() });
            }
            // Only to the next rank, only to the first, and to all.
            let goes: [fn(usize, usize, usize) -> bool; 3] =
                [|from, to, p| to == (from + 1) % p, |_, to, _| to == 0, |_, _, _| true];
            for goes in goes {
                let sent = |from: usize, to: usize| {
                    text(from + to, if goes(from, to, p) { len((from + 2 * to) % p, p) } else { 0 })
                };
                let received = comm.all_to_all((0..p).map(|to| sent(rank, to)).collect());
                let expected: Vec<Vec<u8>> = (0..p).map(|from| sent(from, rank)).collect();
                assert_eq!(received, expected, "at most {most}");
            }
        }
        let mut bits = [1 << rank, rank as u64, 1 << 40 | rank as u64];
        comm.all_reduce(&mut bits, Reduction::BitwiseOr);
        assert_eq!(bits[0], (1 << p) - 1);
        let mut least = [rank as u64 + 7, u64::MAX - rank as u64];
        comm.all_reduce(&mut least, Reduction::Minimum);
        assert_eq!(least, [7, u64::MAX - (p as u64 - 1)]);
        let mut most = [rank as u64 + 7, u64::MAX - rank as u64];
        comm.all_reduce(&mut most, Reduction::Maximum);
        assert_eq!(most, [p as u64 + 6, u64::MAX]);
        comm.all_reduce(&mut [], Reduction::Sum);
    }
}

/// All ranks get the error of the lowest rank that has one. If no rank has one, nothing is sent.
fn agreement(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    for lowest in 0..p {
        let error = match rank % 3 {
            0 => Error::usage("--ranks", format!("rank {rank} speaks")),
            1 => Error::proof(format!("rank {rank} speaks")),
            _ => Error::Found { problems: 1, what: format!("rank {rank} speaks") },
        };
        let fails = rank >= lowest && (rank - lowest) % 2 == 0;
        let agreed =
            comm.agree(if fails { Err(error) } else { Ok(()) }).expect_err("a rank has failed");
        assert_eq!(agreed.to_string(), format!("rank {lowest} speaks"));
        assert_eq!(agreed.exit_code(), [2, 3, 1][lowest % 3]);
    }
    comm.take_log();
    assert_eq!(comm.agree(Ok(rank)).expect("all is well"), rank);
    let cost = comm.take_log()[Phase::Other as usize];
    assert_eq!((cost.messages_sent, cost.messages_received), (0, 0));
}

/// Each rank except the first sends blocks to the rank with half its number, which answers.
fn streams(comm: &Comm) {
    let rank = comm.rank();
    let streams = comm.streams((rank > 0).then_some(rank / 2), rank);
    assert_eq!(streams.target(), (rank > 0).then_some(rank / 2));
    if let Some(to) = streams.target() {
        (0..rank).for_each(|block| streams.send(to, &list(block)));
    }
    let expected = (1..comm.size()).filter(|from| from / 2 == rank && *from != rank);
    let expected: Vec<_> = expected.map(|from| (from, from)).collect();
    assert_eq!(streams.sources(), expected);
    for &(from, blocks) in streams.sources() {
        (0..blocks).for_each(|block| assert_eq!(streams.receive::<u64>(from), list(block)));
        streams.send(from, &[from as u16; 3]);
    }
    if let Some(to) = streams.target() {
        assert_eq!(streams.receive::<u16>(to), [rank as u16; 3]);
    }
    // Consecutive rounds: some ranks begin the next round before others know of this one.
    for round in 0..50 {
        let (p, to) = (comm.size(), (rank + round) % comm.size());
        let from = (rank + p - round % p) % p;
        let heard = comm.streams(Some(to), rank + round).sources().to_vec();
        assert_eq!(heard, if from == rank { vec![] } else { vec![(from, from + round)] });
    }
}

/// A long broadcast is scattered first, so that no rank sends much more than the length of the
/// list.
fn long_broadcast(comm: &Comm) {
    let (p, len) = (comm.size() as u64, 100_003u64);
    let bytes = |rank: usize| (0..len).map(|i| (i * (rank as u64 + 3)) as u8).collect::<Vec<_>>();
    let root = comm.size() - 1;
    comm.enter(Phase::Exchange);
    assert_eq!(comm.broadcast(root, bytes(comm.rank())), bytes(root));
    comm.enter(Phase::Other);
    let cost = comm.take_log()[Phase::Exchange as usize];
    let received = if comm.rank() == root { 0 } else { len };
    assert!(cost.bytes_received >= received && cost.bytes_sent <= 2 * len, "{cost:?}, {p} ranks");
    assert!(cost.bytes_received <= 2 * len, "{cost:?}, {p} ranks");
}

fn scatter(comm: &Comm) {
    let mut left: Vec<usize> = (0..comm.size()).collect();
    let next = |rank: usize| {
        left[rank] = left[rank].checked_sub(1)?;
        Some(vec![rank as u8; 5])
    };
    let mut mine = Vec::new();
    comm.scatter_blocks(next, |block| mine.push(block));
    assert_eq!(mine, vec![vec![comm.rank() as u8; 5]; comm.rank()]);
}

/// The traffic counts are the same in both worlds, even if messages are split.
fn traffic(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    let most = 3;
    comm.limit_messages(most);
    collectives(comm);
    scatter(comm);
    comm.take_log();
    comm.enter(Phase::Exchange);
    comm.gather(0, &[0u8; 10]);
    comm.broadcast(0, vec![0u8; 5]);
    comm.enter(Phase::Other);
    let log = comm.take_log();
    let cost = log[Phase::Exchange as usize];
    let others = p as u64 - 1;
    let counts =
        |c: &StageCost| (c.bytes_sent, c.messages_sent, c.bytes_received, c.messages_received);
    let expected = match rank {
        0 => (5 * others, 2 * others, 10 * others, 4 * others),
        _ => (10, 4, 5, 2),
    };
    assert_eq!(counts(&cost), expected);
    assert_eq!(counts(&log[Phase::Other as usize]), (0, 0, 0, 0));
}

fn sleeping_barrier(comm: &Comm) {
    if comm.rank() == 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    comm.take_log();
    comm.sleeping_barrier();
    let waited = comm.take_log()[Phase::Other as usize].waited;
    assert!(comm.rank() == 0 || waited < 10.0);
}

fn members(comm: &Comm) {
    let members = comm.topology();
    assert_eq!((members.ranks.len(), members.hosts().len()), (comm.size(), 1));
    assert_eq!(members.threads, vec![1; comm.size()]);
    assert!(comm.library().len() > 3);
}

/// Every plan on p ranks gives exactly the forest of one rank.
/// Ranks work in worlds of some of them, each with its own order and threads, while others wait.
fn among(comm: &Comm) {
    let p = comm.size();
    let last_first: Vec<usize> = (0..p).rev().step_by(2).collect();
    for (threads, members) in [(1, vec![0]), (2, last_first), (1, (0..p).collect())] {
        let place = members.iter().position(|&member| member == comm.rank());
        let job = |part: &Comm| {
            assert_eq!((part.size(), Some(part.rank())), (members.len(), place));
            assert_eq!(part.topology().threads, vec![threads; members.len()]);
            assert_eq!(part.compute(rayon::current_num_threads), threads);
            let ranks = part.all_gather(&[comm.rank()]).concat();
            assert_eq!(ranks, members);
            collectives(part);
            threads
        };
        let worked = comm.agree(comm.among(&members, threads, job)).expect("room for the threads");
        assert_eq!(worked, place.map(|_| threads));
    }
    comm.barrier();
}

fn forests(comm: &Comm) {
    let (n, m) = (200, 1000);
    let edge = |i: u32| {
        let bits = i.wrapping_mul(2_654_435_761);
        Edge { u: bits >> 16 & 127, v: 50 + (bits >> 8 & 127), key: bits & 15 }
    };
    let edges: Vec<_> = (0..m).map(edge).collect();
    let block = |rank| m as usize * rank / comm.size();
    let mine = &edges[block(comm.rank())..block(comm.rank() + 1)];
    let order = |mut forest: Vec<Edge<u32>>| {
        forest.sort_unstable_by_key(|e| (e.key, e.u, e.v));
        forest
    };
    for plan in Plan::all() {
        let part = plan.forest(comm, n, mine, Algorithm::Auto);
        let forest = comm.all_gather(&part).concat();
        assert_eq!(order(forest), order(kruskal(n, &edges)), "{}", plan.name());
    }
}
