//! Ends a launcher that waits for a machine that is gone: Open MPI's may wait for a quarter of an
//! hour.
//!
//! It is ended seconds later. By then it may have ended by itself and another process may have its
//! id, so a process is identified by its id and its start time. A shell compares both right before
//! it kills; it could only hit another process if the system handed out all other ids in between. A
//! handle of the process (`pidfd`) would leave no gap at all, but a shell cannot use one, and a copy
//! of this process would hold all its memory meanwhile.

use nix::libc;
use std::fs;
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::{Child, Command, Stdio};

/// How the names of launchers begin.
const LAUNCHERS: [&str; 4] = ["mpirun", "mpiexec", "orterun", "prterun"];
/// The process between MPICH's launcher and the ranks on the launcher's machine.
const BETWEEN: &str = "hydra_pmi_proxy";
/// How many seconds a launcher has to end by itself.
const GRACE: u32 = 3;
/// After `$3` seconds, kills process `$1`, if it is the one that started at `$2`, and its children.
/// It looks up the children first: if the process is still the same after that, they are its own.
const SCRIPT: &str = r#"sleep "$3"
children=$(pgrep -P "$1")
[ "$(sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20)" = "$2" ] && kill -KILL "$1" $children"#;

/// A process, distinguished from a later one with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    /// In the system's clock ticks.
    start: u64,
}

impl Process {
    fn of(id: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // A name may contain anything, so count the fields from the end of the name.
        let start = stat.rsplit(") ").next()?.split(' ').nth(19)?.parse().ok()?;
        Some(Self { id, start })
    }
}

/// Ends the launcher of this process, with what it has started, if it runs on this machine and goes
/// on for a few more seconds. A separate process does this, because this one ends first.
pub(super) fn end_launcher_later() {
    let Some(launcher) = launcher() else { return };
    // SAFETY: the call closes nothing; it only marks the descriptors that a new program must not
    // inherit. Launchers take a process for running as long as somebody holds its connections. The C
    // library has a function for it only from glibc 2.34 on.
    unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    // An error changes nothing: the launcher then waits as it would anyway.
    drop(end_later(launcher, GRACE));
}

/// Starts the shell that ends `process` after `grace` seconds.
fn end_later(process: Process, grace: u32) -> io::Result<Child> {
    let mut reaper = Command::new("sh");
    reaper.args(["-c", SCRIPT, "reaper"]);
    reaper.args([process.id.to_string(), process.start.to_string(), grace.to_string()]);
    reaper.process_group(0);
    reaper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

fn launcher() -> Option<Process> {
    let id = launcher_above(parent_id())?;
    let launcher = Process::of(id)?;
    // As long as it is above this process, no other process has its id.
    (launcher_above(parent_id()) == Some(id)).then_some(launcher)
}

/// The launcher that is `parent`, or the one above it, if only a launcher's helper is between.
fn launcher_above(parent: u32) -> Option<u32> {
    let name = name(parent)?;
    if is_launcher(&name) {
        return Some(parent);
    }
    let above = parent_of(parent).filter(|_| name == BETWEEN)?;
    Some(above).filter(|&above| self::name(above).is_some_and(|name| is_launcher(&name)))
}

fn is_launcher(name: &str) -> bool {
    LAUNCHERS.iter().any(|launcher| name.starts_with(launcher))
}

/// Returns the name of a process, of which the system keeps 15 bytes.
fn name(process: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

fn parent_of(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::unix::process::ExitStatusExt;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    #[test]
    fn only_launchers_are_ended() {
        assert_eq!(launcher(), None, "what runs the tests is none");
        assert_eq!(parent_of(std::process::id()), Some(parent_id()));
        assert!(is_launcher("mpiexec.hydra") && is_launcher("mpirun") && !is_launcher("orted"));
        assert!(!is_launcher("slurmstepd") && !is_launcher("bash"));
    }

    #[test]
    fn a_launcher_is_found_by_its_name_above_a_process() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["mpirun", BETWEEN, "other"] {
            std::os::unix::fs::symlink("/bin/sh", folder.path().join(name)).unwrap();
        }
        // What is above what, and which of them is the launcher of the lowest one's children.
        let cases = [
            (["mpirun", "mpirun"], Some(1)),
            (["mpirun", BETWEEN], Some(0)),
            (["mpirun", "other"], None),
            (["other", BETWEEN], None),
            (["other", "mpirun"], Some(1)),
        ];
        for ([above, below], expected) in cases {
            let mut command = Command::new(folder.path().join(above));
            // A shell gives its jobs in the background no standard input.
            let program = r#"exec 3<&0; "$0" -c 'echo $$; read line <&3' & wait"#;
            command.args(["-c", program]);
            command.arg(folder.path().join(below)).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut told = String::new();
            io::BufRead::read_line(
                &mut io::BufReader::new(child.stdout.take().unwrap()),
                &mut told,
            )
            .unwrap();
            let ids = [child.id(), told.trim().parse().unwrap()];
            assert_eq!(name(ids[0]).as_deref(), Some(above));
            let found = launcher_above(ids[1]);
            drop(child.stdin.take());
            child.wait().unwrap();
            assert_eq!(found, expected.map(|place: usize| ids[place]), "{below} under {above}");
        }
    }

    fn start(program: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", program]).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Whether `child` still runs half a second after it was to be ended.
    fn outlives(mut child: Child, told: &io::Result<Child>) -> bool {
        assert!(told.is_ok());
        sleep(Duration::from_millis(500));
        let lives = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        lives
    }

    #[test]
    fn a_launcher_is_ended_with_its_children() {
        let mut launcher = start("sleep 60 & wait");
        let begin = Instant::now();
        let mut reaper = end_later(Process::of(launcher.id()).unwrap(), 1).unwrap();
        // Reading ends only when no process can write any more.
        launcher.stdout.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
        assert!(begin.elapsed() > Duration::from_secs(1), "not before its time");
        assert!(begin.elapsed() < Duration::from_secs(30), "its child has lived on");
        launcher.wait().unwrap();
        reaper.wait().unwrap();
    }

    #[test]
    fn a_process_that_started_at_another_time_is_let_alone() {
        let other = start("exec sleep 60");
        let process = Process::of(other.id()).unwrap();
        let told = end_later(Process { start: process.start - 1, ..process }, 0);
        assert!(outlives(other, &told));
    }

    /// Only root may choose the next process id, so without that right the test is skipped.
    #[test]
    fn a_process_that_has_taken_the_launchers_id_is_let_alone() {
        let mut gone = start("exec sleep 60");
        let launcher = Process::of(gone.id()).unwrap();
        gone.kill().unwrap();
        gone.wait().unwrap();
        sleep(Duration::from_millis(20)); // start times are in hundredths of a second
        for _ in 0..200 {
            let last = (launcher.id - 1).to_string();
            if let Err(why) = fs::write("/proc/sys/kernel/ns_last_pid", last) {
                return println!("skipped: {why}");
            }
            let mut next = start("exec sleep 60");
            if next.id() == launcher.id {
                let told = end_later(launcher, 0);
                return assert!(outlives(next, &told));
            }
            next.kill().unwrap();
            next.wait().unwrap();
        }
        panic!("the id was not free");
    }

    /// Set in the process that the test below starts under a launcher.
    const LAUNCHED: &str = "MST_TEST_LAUNCHED";

    #[test]
    fn the_launcher_of_this_process_is_ended() {
        if std::env::var_os(LAUNCHED).is_some() {
            // Whatever is wrong, no other process may be ended.
            assert_eq!(launcher().map(|launcher| launcher.id), Some(parent_id()));
            return end_launcher_later();
        }
        let folder = tempfile::tempdir().unwrap();
        let mpirun = folder.path().join("mpirun");
        std::os::unix::fs::symlink("/bin/sh", &mpirun).unwrap();
        let mut command = Command::new(mpirun);
        command.args(["-c", r#""$0" the_launcher_of_this_process_is_ended && sleep 20"#]);
        command.arg(std::env::current_exe().unwrap()).env(LAUNCHED, "").stdout(Stdio::null());
        let begin = Instant::now();
        let ended = command.status().unwrap();
        assert_eq!(ended.signal(), Some(libc::SIGKILL));
        assert!(begin.elapsed() >= Duration::from_secs(GRACE.into()), "not before its time");
    }
}
