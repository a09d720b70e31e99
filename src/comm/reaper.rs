//! The end of a launcher that waits for a machine that is gone: Open MPI's may do so for a quarter of an hour.

use nix::libc;
use std::fs;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::{Command, Stdio};

/// What launchers' names begin with.
const LAUNCHERS: [&str; 4] = ["mpirun", "mpiexec", "orterun", "prterun"];
/// What stands between MPICH's launcher and the ranks on its own machine.
const BETWEEN: &str = "hydra_pmi_proxy";
/// Seconds in which a launcher may end of itself.
const GRACE: u32 = 3;

/// Has the launcher of this process, if it runs on this machine, ended with what it has started, where it
/// goes on a few seconds longer. It is ended by a process of its own, since this one goes first.
pub(super) fn end_launcher_later() {
    let Some(launcher) = launcher() else { return };
    let script = format!("sleep {GRACE}; pkill -KILL -P {launcher}; kill -KILL {launcher}");
    let mut reaper = Command::new("sh");
    reaper.args(["-c", &script]).process_group(0);
    reaper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: it closes nothing, but marks what a new program must not inherit: launchers take a process for
    // running as long as somebody holds its connections.
    unsafe { libc::close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC as i32) };
    // Where it cannot be started, all is as it would be without.
    drop(reaper.spawn());
}

fn launcher() -> Option<u32> {
    let parent = parent_id();
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

/// The name of a process, 15 bytes of it.
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

    #[test]
    fn only_launchers_are_ended() {
        assert_eq!(launcher(), None, "what runs the tests is none");
        assert_eq!(parent_of(std::process::id()), Some(parent_id()));
        assert!(is_launcher("mpiexec.hydra") && is_launcher("mpirun") && !is_launcher("orted"));
        assert!(!is_launcher("slurmstepd") && !is_launcher("bash"));
    }
}
