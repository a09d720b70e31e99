//! Finds out whether the locks of a file system reach other hosts, as far as its mount shows.

use std::fs;

/// File systems that several hosts share, but whose locks stay on each host.
const LOCAL: [&str; 6] = ["9p", "vboxsf", "prl_fs", "virtiofs", "fuse.sshfs", "fuse.vmhgfs-fuse"];
/// Mount options that keep the locks of other file systems on each host.
const OPTIONS: [&str; 6] =
    ["nolock", "local_lock=all", "local_lock=posix", "localflock", "localflocks", "nobrl"];

/// The name of the file system on the device `dev`, if it is one whose locks other hosts may not see.
pub(super) fn kept_to_host(dev: u64) -> Option<String> {
    let device = format!("{}:{}", nix::libc::major(dev), nix::libc::minor(dev));
    kept(&fs::read_to_string("/proc/self/mountinfo").ok()?, &device)
}

/// The same, from `mounts`, the text of `/proc/self/mountinfo`.
fn kept(mounts: &str, device: &str) -> Option<String> {
    mounts.lines().find_map(|line| {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        let (mount, system) = line.split_once(" - ")?;
        mount.split(' ').nth(2).filter(|&found| found == device)?;
        let mut fields = system.split(' ');
        let (kind, options) = (fields.next()?, fields.nth(1).unwrap_or_default());
        if LOCAL.contains(&kind) {
            return Some(kind.to_owned());
        }
        let option = options.split(',').find(|option| OPTIONS.contains(option))?;
        Some(format!("{kind}, {option}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_tell_whether_locks_reach_other_hosts() {
        let mounts = "\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:40 / /home rw shared:5 master:1 - nfs4 vm1:/home rw,vers=4.2,local_lock=none,addr=192.168.56.1
41 27 0:41 / /old rw - nfs vm1:/old rw,vers=3,nolock,local_lock=all
42 27 0:42 / /vm rw - vboxsf share rw,nodev
43 27 0:43 / /lustre rw - lustre vm1@tcp:/l rw,flock
44 27 0:44 / /far rw - fuse.sshfs vm1:/ rw
";
        #[rustfmt::skip]
        let cases = [
            ("254:0", None),
            ("0:40", None),
            ("0:41", Some("nfs, nolock")),
            ("0:42", Some("vboxsf")),
            ("0:43", None),
            ("0:44", Some("fuse.sshfs")),
            ("0:45", None),
        ];
        for (device, expected) in cases {
            assert_eq!(kept(mounts, device).as_deref(), expected, "{device}");
        }
    }
}
