//! Finds processes of this machine in /proc.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The process ids of a session, without those that have ended.
pub(super) fn in_session(leader: i32) -> Vec<i32> {
    let belongs = |id: &i32| {
        let stat = fs::read(folder(*id).join("stat")).unwrap_or_default();
        session(&stat) == Some(leader)
    };
    all().filter(belongs).collect()
}

/// Whether a process runs a program, under any name of its file, and was started with `variable`,
/// which is `NAME=value`, in its environment.
pub(super) fn is_running(program: &Path, variable: &[u8]) -> bool {
    let file = |path: &Path| path.metadata().ok().map(|about| (about.dev(), about.ino()));
    let Some(program) = file(program) else { return false };
    let runs = |id: i32| {
        file(&folder(id).join("exe")) == Some(program)
            && fs::read(folder(id).join("environ"))
                .is_ok_and(|all| all.split(|&byte| byte == 0).any(|one| one == variable))
    };
    all().any(runs)
}

fn all() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn folder(id: i32) -> PathBuf {
    Path::new("/proc").join(id.to_string())
}

/// The session in a process's `stat`, unless the process has ended. The process's name, in
/// parentheses, may contain any character.
fn session(stat: &[u8]) -> Option<i32> {
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    let mut fields = str::from_utf8(&stat[end + 1..]).ok()?.split_ascii_whitespace();
    let state = fields.next()?;
    fields.nth(2)?.parse().ok().filter(|_| !matches!(state, "Z" | "X"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, id};
    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn a_session_is_known_whatever_a_process_is_called() {
        assert_eq!(session(b"12 (a) b) R 1 12 7 0 -1"), Some(7));
        assert_eq!(session(b"12 (sh) Z 1 12 7 0 -1"), None, "it has ended");
        assert_eq!(session(b"12 (sh"), None);
        assert_eq!(session(b""), None);
    }

    #[test]
    fn a_program_is_found_by_its_file_and_variable() {
        let mark = format!("MST_TEST_MARK=a b {}", id());
        let (name, value) = mark.split_once('=').expect("one");
        let mut sleep = Command::new("sleep").arg("60").env(name, value).spawn().expect("sleep");
        let sleeps = folder(sleep.id() as i32).join("exe").read_link().expect("running");
        // The kernel says that a program has started a moment before it shows its variables.
        let start = Instant::now();
        while !is_running(&sleeps, mark.as_bytes()) && start.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(1));
        }
        let other = std::env::current_exe().expect("this test");
        let found = [
            is_running(&sleeps, mark.as_bytes()),
            is_running(&sleeps, &mark.as_bytes()[..mark.len() - 1]),
            is_running(&other, mark.as_bytes()),
            is_running(Path::new("/no/such"), mark.as_bytes()),
        ];
        sleep.kill().expect("ours");
        sleep.wait().expect("ours");
        assert_eq!(found, [true, false, false, false]);
    }
}
