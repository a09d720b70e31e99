//! The memory that a process may still use: what its host has free, and what its control groups leave it.
//!
//! Slurm and containers limit jobs by control groups (cgroups(7), both versions), and kill a
//! process that goes beyond the limit without a message, however much memory the host has free.

use crate::comm::Comm;
use crate::error::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The names of one version's files: the limit, the memory in use, and the line of the statistics
/// that says how much of that is only cache.
struct Version {
    limit: &'static str,
    used: &'static str,
    cached: &'static str,
}

const FIRST: Version = Version {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cached: "total_inactive_file",
};
const SECOND: Version =
    Version { limit: "memory.max", used: "memory.current", cached: "inactive_file" };

/// Refuses a demand of `bytes` on each of the host's ranks if the host has less left: a header or a
/// spec may claim any size.
///
/// # Errors
/// [`Error::TooLarge`].
pub(crate) fn fits(comm: &Comm, what: &str, bytes: u128) -> Result<()> {
    let ranks = comm.topology().sharing(comm.rank());
    let needed = bytes * ranks as u128;
    match left_if_less(needed) {
        Some(left) => {
            let what = format!(
                "{what} takes {:.1} GB ({:.1} GB on each rank), but this host has {:.1} GB left \
                 for it; use fewer ranks per host, or a smaller graph, or renumber the vertices \
                 so that ids have no gaps",
                needed as f64 / 1e9,
                bytes as f64 / 1e9,
                left as f64 / 1e9
            );
            Err(Error::TooLarge { needed: Some(needed), left: Some(left), what })
        }
        None => Ok(()),
    }
}

/// The bytes that this process can still get, if they are fewer than `needed`.
pub fn left_if_less(needed: u128) -> Option<u64> {
    available_memory().filter(|left| needed > u128::from(*left))
}

/// The bytes that a rank may take by default: its part of four fifths of what its host has left;
/// `u64::MAX` if the system does not tell.
pub fn fair_share(comm: &Comm) -> u64 {
    let ranks = comm.topology().sharing(comm.rank()) as u64;
    available_memory().map_or(u64::MAX, |bytes| bytes / 5 * 4 / ranks)
}

/// The bytes that this process can still get: what Linux estimates for the host, but no more than
/// the limits of its control groups leave; `None` if neither is known.
pub fn available_memory() -> Option<u64> {
    let of_host = || {
        let told = fs::read_to_string("/proc/meminfo").ok()?;
        let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
    };
    let told = |name: &str| fs::read_to_string(name).unwrap_or_default();
    let of_groups = left_by_groups(&told("/proc/self/cgroup"), &told("/proc/self/mountinfo"));
    [of_host(), of_groups].into_iter().flatten().min()
}

/// The least that any of the control groups, or a group above it, has left; `None` if none has a
/// limit.
///
/// `groups` and `mounts` are what `/proc/self/cgroup` and `/proc/self/mountinfo` say.
fn left_by_groups(groups: &str, mounts: &str) -> Option<u64> {
    let left = groups.lines().filter_map(|group| {
        let (_, rest) = group.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let is_second = controllers.is_empty();
        if !is_second && !controllers.split(',').any(|name| name == "memory") {
            return None;
        }
        let (mounted, root) = mount(mounts, is_second)?;
        // In a container the path may be the one that the host sees; the mount then begins at it.
        let below = Path::new(path).strip_prefix(root).unwrap_or(Path::new(path));
        let folder = mounted.join(below.strip_prefix("/").unwrap_or(below));
        let version = if is_second { &SECOND } else { &FIRST };
        let above = folder.ancestors().take_while(|folder| folder.starts_with(&mounted));
        above.filter_map(|folder| left(folder, version)).min()
    });
    left.min()
}

/// Where the groups of a version are mounted, and which group is mounted there.
fn mount(mounts: &str, is_second: bool) -> Option<(PathBuf, &str)> {
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let (kind, options) = (after.split(' ').next()?, after.rsplit(' ').next()?);
        let fits = match is_second {
            true => kind == "cgroup2",
            false => kind == "cgroup" && options.split(',').any(|option| option == "memory"),
        };
        let mut fields = before.split(' ').skip(3);
        let (root, mounted) = (fields.next()?, fields.next()?);
        fits.then(|| (PathBuf::from(mounted), root))
    })
}

/// The bytes that a group has left; `None` if it has no limit.
fn left(folder: &Path, version: &Version) -> Option<u64> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok(); // "max" is no limit
    let (limit, used) = (number(version.limit)?, number(version.used)?);
    let statistics = read("memory.stat").unwrap_or_default();
    let cached = statistics.lines().find_map(|line| {
        let (name, bytes) = line.split_once(' ')?;
        (name == version.cached).then(|| bytes.parse::<u64>().ok()).flatten()
    });
    let in_use = used.saturating_sub(cached.unwrap_or(0));
    Some(limit.saturating_sub(in_use))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(folder: PathBuf, files: &[(&str, &str)]) {
        fs::create_dir_all(&folder).expect("made");
        files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).expect("written"));
    }

    #[test]
    fn the_tightest_group_above_counts() {
        let root = tempfile::tempdir().expect("a folder");
        let at = |path: &str| root.path().join(path);
        let name = root.path().display();
        group(
            at("v2/slurm/job"),
            &[
                ("memory.max", "1000\n"),
                ("memory.current", "300\n"),
                ("memory.stat", "anon 1\ninactive_file 100\n"),
            ],
        );
        group(at("v2/slurm/job/step"), &[("memory.max", "max\n"), ("memory.current", "300\n")]);
        group(at("v2/slurm"), &[("memory.max", "5000\n"), ("memory.current", "9000\n")]);
        group(
            at("v1/docker"),
            &[
                ("memory.limit_in_bytes", "700\n"),
                ("memory.usage_in_bytes", "600\n"),
                ("memory.stat", "total_inactive_file 50\n"),
            ],
        );
        let mounts = format!(
            "31 23 0:28 / {name} rw - tmpfs tmpfs rw\n32 31 0:29 / {name}/v2 rw,nosuid - cgroup2 cgroup2 rw\n\
             33 31 0:30 /docker {name}/v1/docker rw - cgroup cgroup rw,memory\n"
        );
        let cases = [
            ("0::/slurm/job/step\n", Some(0)),
            ("4:cpu,memory:/docker\n0::/\n", Some(150)),
            ("4:cpu:/docker\n0::/\n", None),
            ("4:memory:/elsewhere\n", Some(150)), // seen from another namespace: what is mounted is ours
            ("", None),
        ];
        for (groups, expected) in cases {
            assert_eq!(left_by_groups(groups, &mounts), expected, "{groups}");
        }
        fs::remove_file(at("v2/slurm/memory.max")).expect("removed");
        assert_eq!(left_by_groups("0::/slurm/job/step\n", &mounts), Some(800));
        assert!(available_memory().is_some_and(|bytes| bytes > 0));
    }
}
