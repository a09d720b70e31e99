//! The hostfile for mpirun, `hosts`, and the names that it may contain.

use super::refusal;
use crate::doctor::{Hostfile, JobHost, is_host};
use mst::error::{Error, Result, quoted};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The file's name, which also appears in mpirun's options.
pub(super) const NAME: &str = "hosts";

/// Checks a host's name for use with ssh and mpirun: it is neither an option nor special to a
/// shell.
///
/// # Errors
/// If it is not a host's name.
pub(super) fn checked(name: &OsStr) -> Result<&str> {
    let plain = name.to_str().filter(|name| is_host(name.as_bytes()));
    plain.ok_or_else(|| {
        refusal(format!(
            "{} is not a valid host name: use letters, digits, dots and dashes, and do not start \
             with a dash",
            quoted(name.as_bytes())
        ))
    })
}

/// Parses a hostfile for mpirun, which starts the hosts by ssh.
///
/// # Errors
/// If a line does not name a host, or no line does.
pub(super) fn parse(text: &[u8]) -> Result<Hostfile> {
    let wrong = |why| match why {
        Error::Line { place, .. } => {
            let number = place.line;
            let line = text.split(|&byte| byte == b'\n').nth(number as usize - 1);
            let line = quoted(line.unwrap_or_default());
            refusal(format!(
                "{NAME}:{number}: {line} does not name a host (example: vm1 slots=1); correct it, \
                 or run init again"
            ))
        }
        why => why,
    };
    Hostfile::parse(Path::new(NAME), text).map_err(wrong)
}

/// The text of a hostfile with these hosts and numbers of slots, for MPICH or Open MPI.
pub(super) fn text<'a>(
    hosts: impl IntoIterator<Item = (&'a str, usize)>,
    is_mpich: bool,
) -> String {
    let sign = if is_mpich { ":" } else { " slots=" };
    hosts.into_iter().map(|(host, slots)| format!("{host}{sign}{slots}\n")).collect()
}

/// A host of a job, with one slot for each of its cores.
pub(super) fn with_cores(job_host: &JobHost) -> (&str, usize) {
    (&job_host.host, job_host.cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_for_either_mpi() {
        let hosts = [("vm1", 4), ("lab@vm2", 2), ("10.0.0.3", 1)];
        for is_mpich in [false, true] {
            let written = text(hosts, is_mpich);
            let read = parse(written.as_bytes()).expect("as it was written");
            let read = read.entries.iter().map(|entry| (&*entry.host, entry.slots, entry.colon));
            let expected = hosts.map(|(host, slots)| (host, Some(slots as u64), is_mpich));
            assert_eq!(read.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_line_that_names_no_host_is_told_by_its_number() {
        for (text, line) in [
            (
                "vm1 slots=1\n-oProxyCommand=reboot slots=1\n",
                "hosts:2: \"-oProxyCommand=reboot slots=1\"",
            ),
            (
                "$(reboot)\n",
                "hosts:1: \"$(reboot)\" does not name a host (example: vm1 slots=1); correct it",
            ),
            ("vm1\n\nvm2 vm3", "hosts:3: \"vm2 vm3\" does not name a host"),
            ("vm1 \u{1b}[2J\n", "hosts:1: \"vm1 \\u{1b}[2J\""),
            ("# none\n", "hosts: it names no host"),
        ] {
            let message = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(message.starts_with(line), "{message}");
        }
    }

    #[test]
    fn options_and_commands_are_no_names() {
        for name in [
            "",
            "-oProxyCommand=x",
            "lab@-x",
            "-l@vm2",
            "vm2;x",
            "vm2 x",
            "$(x)",
            "vm2\nx",
            "\u{e9}",
        ] {
            let message = checked(OsStr::new(name)).unwrap_err().to_string();
            assert!(
                message.contains("is not a valid host name") && !message.contains('\n'),
                "{message}"
            );
        }
        assert!(checked(OsStr::from_bytes(b"vm\xff")).is_err());
        for name in ["vm1", "lab@vm-2.local", "10.0.0.3", "lab@[::1]"] {
            assert_eq!(checked(OsStr::new(name)).expect(name), name);
        }
    }
}
