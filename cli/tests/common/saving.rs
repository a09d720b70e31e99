//! Runs and kills jobs that save checkpoints.

use super::{Ended, finish, mst};
use serde_json::Value;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub(crate) const LIMIT: Duration = Duration::from_secs(120);
/// Too little for the graphs here, so edges are folded even without a checkpoint.
pub(crate) const MEMORY: [&str; 2] = ["--memory", "37M"];
pub(crate) const SAVE: [&str; 4] = ["--checkpoint", "saved", "--checkpoint-every", "0"];

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(mst());
    command.current_dir(folder).args(arguments);
    command
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    finish(&mut command(folder, arguments), LIMIT)
}

pub(crate) fn right(ended: Ended) -> Ended {
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    ended
}

pub(crate) fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

pub(crate) fn draw(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// The checkpoint's files, in the order of their names.
pub(crate) fn saved(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("saved")).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Kills the process with SIGKILL.
pub(crate) fn kill_process(process: &mut Child, _ranks: usize) {
    process.kill().unwrap();
}

/// Kills one of the `p` ranks of an mpirun, which then kills the others.
pub(crate) fn kill_a_rank(mpirun: &mut Child, p: usize) {
    let ranks = ranks_of(mpirun.id());
    if ranks.len() < p {
        return mpirun.kill().unwrap(); // while Open MPI starts ranks, it may overlook that one has ended
    }
    let victim = ranks[draw(ranks.len() as u64) as usize].to_string();
    Command::new("kill").args(["-9", &victim]).stderr(Stdio::null()).status().unwrap();
}

/// The processes of `mst` that a launcher has started, itself or through others, and that have not
/// ended. A zombie is left out: it has no program any more.
pub(crate) fn ranks_of(launcher: u32) -> Vec<u32> {
    let children = format!("/proc/{launcher}/task/{launcher}/children");
    let children = fs::read_to_string(children).unwrap_or_default();
    let children = children.split_whitespace().map(|child| child.parse().unwrap());
    let found = children.flat_map(|child: u32| {
        match fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default().trim() {
            "mst" if fs::read_link(format!("/proc/{child}/exe")).is_err() => Vec::new(),
            "mst" => vec![child],
            _ => ranks_of(child),
        }
    });
    found.collect()
}

/// Waits for a program that was told to end. It fails the test if that takes too long.
pub(crate) fn await_end(child: &mut Child) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begin.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("it hangs after a rank was killed");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A folder for a graph, and the graph as a generator's spec, a binary file and a text file.
pub(crate) fn graphs(weights: &str) -> (tempfile::TempDir, [String; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let graph = format!("gnm:n=2000,m=2^20,seed=5,weights={weights}");
    right(run(folder.path(), &["generate", &graph, "-o", "g.mst"]));
    right(run(folder.path(), &["convert", "g.mst", "g.txt"]));
    let mut text = "g.txt";
    if weights == "constant" {
        let whole = fs::read_to_string(folder.path().join(text)).unwrap();
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        for (part, lines) in lines.chunks(lines.len() / 5 + 1).enumerate() {
            fs::write(folder.path().join(format!("part-{part}.txt")), lines.concat()).unwrap();
        }
        text = "part-*.txt";
    }
    (folder, [graph, "g.mst".to_owned(), text.to_owned()])
}

/// Starts a job and kills it when `ranks` checkpoint files in the `folders` contain some edges.
pub(crate) fn kill_when_saved(
    command: &mut Command,
    folders: &[&Path],
    ranks: usize,
    kill: impl Fn(&mut Child, usize),
) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    let has_saved = |path: &PathBuf| {
        let whole = path.extension().is_some_and(|end| end == "ckpt");
        whole && fs::metadata(path).is_ok_and(|about| about.len() > 20_000)
    };
    while folders.iter().flat_map(|folder| saved(folder)).filter(has_saved).count() < ranks {
        assert!(begin.elapsed() < LIMIT && child.try_wait().unwrap().is_none(), "nothing saved");
    }
    kill(&mut child, ranks);
    await_end(&mut child);
}

/// A folder with the checkpoint of a job on three ranks that was killed after each had saved
/// something.
pub(crate) fn killed(weights: &str) -> (tempfile::TempDir, [String; 3]) {
    let (folder, inputs) = graphs(weights);
    let arguments = [&["solve", "g.txt", "-q", "--ranks", "3"], &MEMORY[..], &SAVE].concat();
    kill_when_saved(&mut command(folder.path(), &arguments), &[folder.path()], 3, kill_process);
    (folder, inputs)
}
