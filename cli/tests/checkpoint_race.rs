//! Pairs of jobs start on the same checkpoint folder, and some are killed: no reported forest is
//! ever wrong.

mod common;

use common::saving::*;
use common::{finish, mpirun, mst};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The number of pairs of jobs with ranks in one process. `MST_RACE_PAIRS` replaces it, and the
/// number under mpirun.
const PAIRS: usize = 60;
const MPI_PAIRS: usize = 10;
/// Time limit for a launcher to end after a rank was killed.
const END_LIMIT: Duration = Duration::from_secs(20);
const SOLVE: [&str; 6] = ["solve", "g.mst", "--json", "-t", "1", "--resume"];

fn pairs(usual: usize) -> usize {
    std::env::var("MST_RACE_PAIRS").map_or(usual, |pairs| pairs.parse().unwrap())
}

fn checksum(json: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    json["checksum"].as_str().unwrap().to_owned()
}

/// A job that may be killed.
struct RacingJob {
    child: Child,
    begin: Instant,
    /// The time after which to kill it, if at all.
    until: Option<Duration>,
    killed: Option<Instant>,
    status: Option<ExitStatus>,
    outputs: [fs::File; 2],
}

impl RacingJob {
    fn start(mut command: Command, until: Option<Duration>) -> Self {
        let outputs = [(); 2].map(|()| tempfile::tempfile().unwrap());
        command.stdin(Stdio::null()).stdout(outputs[0].try_clone().unwrap());
        let child = command.stderr(outputs[1].try_clone().unwrap()).spawn().unwrap();
        Self { child, begin: Instant::now(), until, killed: None, status: None, outputs }
    }

    /// Kills the job if it is time. Returns whether it has ended.
    fn has_ended(&mut self, kill: impl Fn(&mut Child)) -> bool {
        self.status = self.status.or_else(|| self.child.try_wait().unwrap());
        if self.status.is_none() && self.until.is_some_and(|until| self.begin.elapsed() > until) {
            kill(&mut self.child);
            (self.until, self.killed) = (None, Some(Instant::now()));
        }
        if self.killed.is_some_and(|killed| killed.elapsed() > END_LIMIT) {
            // Open MPI's mpirun has been seen to wait for its own lock after the last rank had
            // ended.
            assert!(ranks_of(self.child.id()).is_empty(), "ranks go on");
            self.child.kill().unwrap();
        }
        assert!(self.begin.elapsed() < LIMIT, "it hangs");
        self.status.is_some()
    }

    /// Its standard output and standard error.
    fn outputs(self) -> [String; 2] {
        let text = |mut file: fs::File| {
            use std::io::{Read, Seek};
            let mut text = String::new();
            file.rewind().unwrap();
            file.read_to_string(&mut text).unwrap();
            text
        };
        self.outputs.map(text)
    }
}

/// The results of some pairs of jobs.
#[derive(Debug, Default)]
struct Count {
    right: usize,
    wrong: Vec<String>,
    resumed: usize,
    /// Jobs that were refused because another job had the folder.
    refused: usize,
    killed: usize,
}

impl Count {
    fn add(&mut self, job: RacingJob, expected: &str) {
        let (code, was_killed) = (job.status.unwrap().code(), job.killed.is_some());
        let [stdout, stderr] = job.outputs();
        let locked = ["another job uses this folder", "still run"];
        self.resumed += usize::from(stderr.contains("resumed from saved"));
        match code {
            Some(0) if checksum(&stdout) == expected => self.right += 1,
            Some(0) => self.wrong.push(stdout),
            _ if was_killed => self.killed += 1,
            Some(1) if locked.iter().any(|words| stderr.contains(words)) => self.refused += 1,
            code => panic!("{code:?}: {stderr}"),
        }
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

/// A folder with the checkpoint of a job on twelve ranks that was killed, and the checksum of its forest.
fn prepared() -> (tempfile::TempDir, String) {
    let (folder, [_, binary, _]) = graphs("uniform");
    let plain = right(run(folder.path(), &["solve", &binary, "--json", "--verify"]));
    let arguments = [&SOLVE[..], &MEMORY, &SAVE, &["--ranks", "12"]].concat();
    kill_when_saved(&mut command(folder.path(), &arguments), &[folder.path()], 12, kill_process);
    fs::rename(folder.path().join("saved"), folder.path().join("first")).unwrap();
    (folder, checksum(&plain.stdout))
}

/// Replaces the checkpoint by the prepared one.
fn put_back(folder: &Path) {
    let saved = folder.join("saved");
    fs::remove_dir_all(&saved).unwrap_or_default();
    fs::create_dir(&saved).unwrap();
    for entry in fs::read_dir(folder.join("first")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), saved.join(entry.file_name())).unwrap();
    }
}

/// Runs pairs of jobs, which `start` makes for a number of ranks. Some are killed after a time
/// below `longest`. After each pair, a third job runs to its end.
fn race(
    pairs: usize,
    (folder, expected): (&Path, &str),
    longest: Duration,
    start: impl Fn(usize) -> Command,
    kill: impl Fn(&mut Child, usize),
) -> Count {
    let mut count = Count::default();
    let time = |longest: Duration| Duration::from_micros(draw(longest.as_micros() as u64));
    let until = || (draw(3) == 0).then(|| time(longest));
    for _ in 0..pairs {
        put_back(folder);
        let p = 1 + draw(2) as usize;
        let kill = |child: &mut Child| kill(child, p);
        let mut first = RacingJob::start(start(p), until());
        let wait = time(if draw(4) == 0 { longest } else { longest / 20 });
        while first.begin.elapsed() < wait {
            first.has_ended(kill);
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut second = RacingJob::start(start(p), until());
        while !(first.has_ended(kill) & second.has_ended(kill)) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut third = RacingJob::start(start(1 + draw(3) as usize), None);
        while !third.has_ended(kill) {
            std::thread::sleep(Duration::from_millis(1));
        }
        [first, second, third].into_iter().for_each(|job| count.add(job, expected));
    }
    count
}

/// The arguments of a job, half of the time with --no-verify, when only the lock protects it.
fn solve() -> Vec<&'static str> {
    [&SOLVE[..], &MEMORY, &SAVE, if draw(2) == 0 { &["--no-verify"] } else { &[] }].concat()
}

#[test]
fn two_jobs_on_one_folder_never_give_a_wrong_forest() {
    let (folder, expected) = prepared();
    let folder = folder.path();
    let start = |p: usize| {
        let mut command = command(folder, &solve());
        command.args(["--ranks", &p.to_string()]);
        command
    };
    let longest = Duration::from_secs_f64(1.5 * finish(&mut start(2), LIMIT).seconds);
    let count = race(pairs(PAIRS), (folder, &expected), longest, start, kill_process);
    println!("{count:?}");
    assert!(count.wrong.is_empty(), "{count:?}");
    assert!(count.right > pairs(PAIRS) && count.resumed > 0, "{count:?}");
}

#[test]
fn two_jobs_on_one_folder_never_give_a_wrong_forest_under_mpirun() {
    if mpirun(1).is_none() {
        return;
    }
    let (folder, expected) = prepared();
    let folder = folder.path();
    let start = |p: usize| {
        let mut command = mpirun(1 + p).expect("it was there before");
        command.current_dir(folder).arg(mst()).args(solve());
        command
    };
    let longest = Duration::from_secs_f64(1.5 * finish(&mut start(1), LIMIT).seconds);
    let kill = |child: &mut Child, p: usize| kill_a_rank(child, 1 + p);
    let count = race(pairs(MPI_PAIRS), (folder, &expected), longest, start, kill);
    println!("{count:?}");
    assert!(count.wrong.is_empty(), "{count:?}");
    assert!(count.right > pairs(MPI_PAIRS) && count.resumed > 0, "{count:?}");
}
