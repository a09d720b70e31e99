//! Strangers who connect to the watchdog's port do not end a job, whether they are another user of
//! this machine or on another host, and whether all ranks have called or not. An attack also costs
//! little memory and few open files.
//!
//! The test starts itself again: as the ranks if `MST_CASE` says how they are attacked, as the
//! stranger if `MST_ATTACK` says how it attacks. The stranger reads the addresses to attack from
//! standard input, one per line.

mod common;

use common::lab::Lab;
use common::{Ended, finish, mpirun};
use libtest_mimic::{Arguments, Failed, Trial};
use mst::comm::{self, Comm};
use mst::distributed::{Plan, summarize};
use mst::graph::with_edges;
use mst::local::Algorithm;
use mst::partition::{self, Memory, Request, Source};
use mst::verify::verify_slice;
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::os::fd::AsRawFd;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(90);
const TIMEOUT: Duration = Duration::from_secs(3);
/// How long strangers can attack while one rank cannot call yet. It is shorter than the time for
/// which a rank tries.
const FIRST: Duration = Duration::from_secs(3);
/// How long an attack lasts: longer than the time limit of the watchdog.
const SIEGE: Duration = Duration::from_secs(7);
/// How long a job works after all ranks have joined.
const THEN: Duration = Duration::from_secs(14);
/// The open files and the bytes of memory that an attack may cost rank 0.
const COSTS: (usize, u64) = (400, 64 << 20);
/// The user id of `nobody`.
const NOBODY: u32 = 65534;

const ATTACKS: [&str; 6] = ["drip", "idle", "two", "sequence", "flood", "garbage"];

/// The case of a job that does not start its strangers itself.
const ELSEWHERE: &str = "elsewhere";

fn main() -> ExitCode {
    if let Ok(attack) = std::env::var("MST_ATTACK") {
        be_a_stranger(&attack);
        return ExitCode::SUCCESS;
    }
    if let Ok(case) = std::env::var("MST_CASE") {
        mst_cli::console::report_panics_once();
        let ran = comm::start(None, Some(1), |comm| be_attacked(&case, comm));
        return ran.map_or(ExitCode::from(2), |()| ExitCode::SUCCESS);
    }
    let from_here =
        ATTACKS.map(|attack| Trial::test(format!("{attack} by another user"), || here(attack)));
    let mut trials = Vec::from(from_here);
    trials.push(Trial::test("all from another host", there));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

// ---- The stranger

fn be_a_stranger(attack: &str) {
    become_nobody();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let at = line.parse().expect("an address");
        match attack {
            "drip" => drip(at),
            "two" => hold(at, 2),
            "sequence" => hold(at, 4),
            "idle" => hold(at, 40),
            "flood" => hold(at, 1000),
            _ => babble(at),
        }
    }
}

/// Sends one byte after another, slowly, until it has sent as much as a rank would.
fn drip(at: SocketAddrV4) {
    let end = Instant::now() + SIEGE;
    while let Ok(mut line) = TcpStream::connect(at) {
        while Instant::now() < end && line.write_all(&[1]).is_ok() {
            thread::sleep(Duration::from_millis(400));
        }
        if Instant::now() > end {
            break;
        }
    }
}

/// Keeps `count` silent connections open, and replaces those that the other side closes.
fn hold(at: SocketAddrV4, count: usize) {
    let end = Instant::now() + SIEGE;
    let mut lines: Vec<TcpStream> = Vec::new();
    while Instant::now() < end {
        lines.retain_mut(|line| {
            line.set_nonblocking(true).is_ok() && !matches!(line.read(&mut [0; 64]), Ok(0))
        });
        lines.extend((lines.len()..count).map_while(|_| TcpStream::connect(at).ok()));
        thread::sleep(Duration::from_millis(20));
    }
}

/// Sends far more than a rank would, again and again.
fn babble(at: SocketAddrV4) {
    let end = Instant::now() + SIEGE;
    while Instant::now() < end {
        if let Ok(mut line) = TcpStream::connect(at) {
            line.set_write_timeout(Some(SIEGE)).expect("not zero");
            line.write_all(&[7; 1 << 16]).ok();
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Becomes a user who owns nothing here, if this process is allowed to.
fn become_nobody() {
    // SAFETY: the calls take only numbers, and no memory except an empty list.
    unsafe {
        libc::setgroups(0, std::ptr::null());
        libc::setresgid(NOBODY, NOBODY, NOBODY);
        libc::setresuid(NOBODY, NOBODY, NOBODY);
    }
}

// ---- The ranks

/// Runs a job that is attacked while rank 1 cannot call yet, and again while it works.
fn be_attacked(case: &str, comm: &Comm) {
    let before = doors();
    let stranger = (comm.rank() == 0 && case != ELSEWHERE).then(|| stranger(case));
    let attacked =
        (comm.rank() == 0).then(|| thread::spawn(move || be_besieged(&before, stranger)));
    if comm.rank() == 1 {
        open_nothing_for(FIRST);
    }
    let strangers =
        comm.watch(TIMEOUT, mst_cli::console::catch_sigterm, |what| eprintln!("mst: {what}"));
    if let Some(strangers) = strangers.expect("all ranks reach rank 0") {
        println!("{strangers}");
    }
    let end = Instant::now() + THEN;
    loop {
        let weight = weigh(comm).expect("a forest");
        if comm.rank() == 0 {
            println!("weight {weight}");
        }
        if comm.all_gather(&[u8::from(Instant::now() < end)]).concat().contains(&0) {
            break;
        }
    }
    if let Some(attacked) = attacked {
        attacked.join().expect("its assertions hold");
    }
}

/// Prevents this process from opening files for a while, so that it cannot call and has to try
/// again.
fn open_nothing_for(time: Duration) {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    let next = fs::File::open("/dev/null").expect("Linux").as_raw_fd() as u64;
    setrlimit(Resource::RLIMIT_NOFILE, next, hard).expect("a lower limit");
    thread::spawn(move || {
        thread::sleep(time);
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard).expect("not above the hard limit");
    });
}

/// Gives the address on which rank 0 listens to the stranger while rank 1 cannot call, and once
/// more after all ranks have called. Also writes it to a file, for a stranger on another host.
/// Checks the cost of the attacks, and that rank 0 stops listening.
fn be_besieged(before: &BTreeMap<u64, SocketAddrV4>, mut stranger: Option<Child>) {
    let new = || doors().into_iter().find(|(door, _)| !before.contains_key(door));
    let start = Instant::now();
    let door = loop {
        assert!(start.elapsed() < LIMIT, "rank 0 never listened");
        if let Some((_, door)) = new() {
            break door;
        }
    };
    let (files, bytes) = holds();
    fs::write("door", door.to_string()).expect("a place for the address");
    let mut most = (files, bytes);
    let mut suffer = |time: Duration| {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let (files, bytes) = holds();
            most = (most.0.max(files), most.1.max(bytes));
            thread::sleep(Duration::from_millis(5));
        }
    };
    let mut pipe = stranger.as_mut().and_then(|stranger| stranger.stdin.take());
    for _ in 0..2 {
        pipe.iter_mut().for_each(|pipe| writeln!(pipe, "{door}").expect("it listens"));
        suffer(SIEGE);
    }
    drop(pipe);
    stranger.iter_mut().for_each(|stranger| drop(stranger.wait()));
    assert!(most.0 < files + COSTS.0 && most.1 < bytes + COSTS.1, "{files} {bytes} {most:?}");
    assert_eq!(new(), None, "rank 0 still listens after all ranks have called");
}

fn stranger(attack: &str) -> Child {
    let mut stranger = Command::new(std::env::current_exe().expect("this program"));
    stranger.env("MST_ATTACK", attack).stdin(Stdio::piped()).spawn().expect("this program")
}

/// The addresses on which this process listens, by the number of the socket.
fn doors() -> BTreeMap<u64, SocketAddrV4> {
    let links = fs::read_dir("/proc/self/fd").expect("Linux").flatten();
    let links = links.filter_map(|entry| fs::read_link(entry.path()).ok());
    let number = |link: String| link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok();
    let ours: Vec<u64> = links.filter_map(|link| number(link.to_str()?.to_owned())).collect();
    let table = fs::read_to_string("/proc/self/net/tcp").expect("Linux");
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let listening = lines.filter(|line| line[3] == "0A").filter_map(|line| {
        let (host, port) = line[1].split_once(':')?;
        let host = u32::from_be(u32::from_str_radix(host, 16).ok()?);
        let port = u16::from_str_radix(port, 16).ok()?;
        Some((line[9].parse().ok()?, SocketAddrV4::new(host.into(), port)))
    });
    listening.filter(|(door, _)| ours.contains(door)).collect()
}

/// The number of open files and the bytes of memory of this process.
fn holds() -> (usize, u64) {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    (fs::read_dir("/proc/self/fd").expect("Linux").count(), 4096 * pages.expect("a number"))
}

/// The proved weight of a forest.
fn weigh(comm: &Comm) -> mst::Result<String> {
    let source = Source::Generated("gnm:n=1000,m=5000,seed=7".parse().expect("a family"));
    let memory = Memory::Unlimited;
    let request =
        Request { source: &source, from: None, descending: false, vertex_bytes: 24, memory };
    let slice = partition::load(comm, &request)?.slice;
    with_edges!(&slice.edges, mine => {
        let part = Plan::PLAIN.forest(comm, 1000, mine, Algorithm::Auto);
        let whole = comm.all_gather(&part).concat();
        verify_slice(comm, slice.n, &whole, mine, slice.weights)?;
        Ok(summarize(comm, slice.n, &part, slice.weights).weight.to_string())
    })
}

// ---- The trials

/// A job of three ranks on this host, attacked by another user of this host.
fn here(attack: &str) -> Result<(), Failed> {
    let Some(mut launcher) = mpirun(3) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let this = std::env::current_exe()?;
    launcher.arg(this).env("MST_CASE", attack).current_dir(&folder);
    judge(&finish(&mut launcher, LIMIT))
}

/// Checks that a job succeeded, and that rank 0 reported the strangers.
fn judge(ended: &Ended) -> Result<(), Failed> {
    let expected = format!("weight {}", comm::run(1, Some(1), weigh).remove(0)?);
    let weights: Vec<&str> =
        ended.stdout.lines().filter(|line| line.starts_with("weight")).collect();
    let right = !weights.is_empty() && weights.iter().all(|weight| *weight == expected);
    let refused_some = ended.stdout.contains("that did not come from ranks of this job");
    if ended.code() == Some(0) && right && refused_some && !ended.stderr.contains("mst: ") {
        return Ok(());
    }
    Err(format!("expected an end with {expected}, got {ended:#?}").into())
}

/// A job on two of three hosts, attacked from the third.
fn there() -> Result<(), Failed> {
    if mpirun(2).is_none() {
        return Ok(());
    }
    if std::env::var_os("MST_MPIRUN").is_some() {
        println!("skipped: the lab's hosts have one mpirun");
        return Ok(());
    }
    let Some(lab) = Lab::up("attacks") else { return Ok(()) };
    let this = std::env::current_exe()?;
    lab.expect(&["put", this.to_str().expect("a plain path")]);
    let program = format!("./{}", this.file_name().expect("a file").display());
    lab.root("1", "for n in 1 2; do echo vm$n slots=1; done >/home/lab/hosts");
    let mpirun = "mpirun --hostfile hosts --bind-to none --mca mpi_yield_when_idle 1";
    let job = format!("{mpirun} -x MST_CASE={ELSEWHERE} {program}");
    let mut job = lab.command(&["shell", "1", &job]);
    thread::scope(|scope| {
        let running = scope.spawn(move || finish(&mut job, LIMIT));
        let start = Instant::now();
        let door = loop {
            let shown = lab.call(&["shell", "1", "cat", "door"]);
            if shown.code() == Some(0) && !shown.stdout.is_empty() {
                break shown.stdout;
            }
            assert!(start.elapsed() < LIMIT, "rank 0 does not listen");
        };
        let attack = |attack: &str| {
            let mut stranger =
                lab.command(&["shell", "3", "env", &format!("MST_ATTACK={attack}"), &program]);
            let mut stranger = stranger.stdin(Stdio::piped()).spawn().expect("a host's shell");
            writeln!(stranger.stdin.take().expect("a pipe"), "{door}").expect("it listens");
            stranger
        };
        let mut strangers = ["drip", "flood", "garbage"].map(attack);
        let judged = judge(&running.join().expect("it was started"));
        strangers.iter_mut().for_each(|stranger| drop(stranger.wait()));
        judged
    })
}
