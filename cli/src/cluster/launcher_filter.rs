//! Filters the messages of launchers, which are long, and finds in them why a job died.

/// Filters a job's standard error, line by line.
///
/// It keeps back the long blocks between lines of dashes that launchers print, and what ssh says
/// when a connection ends: they are only shown if mst itself reported no error.
#[derive(Debug, Default)]
pub(super) struct LauncherFilter {
    inside: bool,
    blocks: Vec<u8>,
    has_reported_error: bool,
    signs: DeathSigns,
}

impl LauncherFilter {
    /// Takes a line. Returns whether to show it now.
    pub(super) fn should_show(&mut self, line: &[u8]) -> bool {
        self.signs.read_line(&String::from_utf8_lossy(line));
        let own = line.strip_prefix(b"mst: ").unwrap_or(line);
        self.has_reported_error |= own.starts_with(b"error: ");
        if line.starts_with(b"mst:") {
            return true;
        }
        if is_noise(line) {
            return false;
        }
        let is_edge = line.starts_with(b"--------");
        if is_edge {
            self.inside = !self.inside;
        }
        let is_kept = self.inside || is_edge || is_of_ssh(line);
        if is_kept {
            self.blocks.extend_from_slice(line);
            self.blocks.push(b'\n');
        }
        !is_kept
    }

    /// Whether mst itself reported an error.
    pub(super) fn has_reported_error(&self) -> bool {
        self.has_reported_error
    }

    /// The blocks that were kept back.
    pub(super) fn blocks(&self) -> &[u8] {
        &self.blocks
    }

    /// One sentence about why the job died. Some launchers say that on standard output; `last` is
    /// the end of it, and `here` the name of this host.
    pub(super) fn explanation(&self, last: &[u8], here: &str) -> String {
        let mut signs = self.signs.clone();
        String::from_utf8_lossy(last).lines().for_each(|line| signs.read_line(line));
        signs.explanation(here)
    }
}

/// Whether a line tells nothing: Open MPI 4 warns of it in jobs that succeed.
fn is_noise(line: &[u8]) -> bool {
    const WARNING: &[u8] = b" plm:rsh: Warning: setpgid(";
    line.windows(WARNING.len()).any(|part| part == WARNING)
}

/// Whether a process of a launcher or MPI library says this line: it begins with the process and its
/// host, as in `[vm1:1234]` or `[mpiexec@vm1]`.
pub(super) fn is_of_launcher(line: &[u8]) -> bool {
    let process = line.strip_prefix(b"[").and_then(|rest| rest.split(|&c| c == b']').next());
    process.is_some_and(|process| {
        process.len() + 1 < line.len()
            && process.iter().any(|c| b":@".contains(c))
            && !process.iter().any(u8::is_ascii_whitespace)
    })
}

/// Whether ssh says in this line that a connection has ended.
fn is_of_ssh(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let closed: [&[u8]; 2] = [b" closed by remote host.", b" closed."];
    line.starts_with(b"Timeout, server ") && line.ends_with(b" not responding.")
        || line.starts_with(b"Connection to ") && closed.iter().any(|end| line.ends_with(end))
        || line.starts_with(b"client_loop: send disconnect: ")
}

/// What a launcher said about a job's end.
#[derive(Clone, Debug, Default)]
struct DeathSigns {
    /// The first rank that a signal killed, and its host.
    killed: Option<(String, String)>,
    /// Whether the launcher lost its helper process on a host.
    lost: bool,
    /// The hosts that it named, each once.
    hosts: Vec<String>,
    /// Whether MPICH's connection to a helper process ended.
    cut: bool,
    /// Whether a helper process could not be started.
    unstarted: bool,
    /// Whether a host could not execute the program.
    not_executed: bool,
}

impl DeathSigns {
    fn read_line(&mut self, line: &str) {
        const NOT_EXECUTED: [&str; 2] = ["or execute an executable", "execvp error on file"];
        const LOST: [&str; 4] = [
            "lost communication with a remote daemon",
            "Remote daemon failed",
            "remote daemon failed",
            "daemon failed to report back",
        ];
        self.killed = self.killed.take().or_else(|| killed(line));
        self.lost |= LOST.iter().any(|words| line.contains(words));
        self.hosts.extend(
            host(line)
                .filter(|host| !self.hosts.iter().any(|other| other == host))
                .map(str::to_owned),
        );
        self.cut |= line
            .split_once("control_cb ")
            .is_some_and(|(_, rest)| rest.contains(" assert (!closed) failed"));
        self.unstarted |= line.contains("unable to reliably start one or more daemons");
        self.not_executed |= NOT_EXECUTED.iter().any(|words| line.contains(words));
    }

    fn explanation(&self, here: &str) -> String {
        if let Some((rank, host)) = &self.killed {
            return format!(
                "rank {rank} on {host} was killed: check on that host whether memory ran out \
                 (dmesg | tail), then run again"
            );
        }
        if self.lost {
            let host = self.hosts.iter().find(|host| *host != here);
            let host = host.map_or("of another rank", String::as_str);
            return format!(
                "lost the machine {host}: check its power and cable, and run mst cluster status"
            );
        }
        if self.not_executed {
            let host = self.hosts.first().map_or("a host", String::as_str);
            return format!(
                "{host} cannot execute the program: mst cluster status says why, and mst cluster \
                 init HOST... copies it again"
            );
        }
        let what = if self.cut {
            "the helper process of mpirun was killed on some machine (MPICH does not say which); \
             run mst cluster status"
        } else if self.unstarted {
            "a machine was lost, or refused to start a rank, at the start of the job; mst cluster \
             status says which"
        } else {
            "the job ended before rank 0 had finished; the reason is above"
        };
        what.to_owned()
    }
}

/// The rank, and its host, that was killed according to a line.
fn killed(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.split_once("process rank ")?;
    let (rank, rest) = rest.split_once(" with PID ")?;
    let (process, rest) = rest.split_once(" on node ")?;
    let (host, _) = rest.split_once(" exited on signal")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_right = is_number(rank) && is_number(process) && name(host) == host && !host.is_empty();
    is_right.then(|| (rank.to_owned(), host.to_owned()))
}

/// The last host that a line names.
fn host(line: &str) -> Option<&str> {
    const BEFORE: [&str; 5] = ["Remote host", "Local host", "Remote daemon", "node", "Node"];
    let after = |word: &'static str| {
        line.rmatch_indices(word).find_map(|(at, _)| {
            let rest = &line[at + word.len()..];
            let host = name(rest.trim_start_matches([' ', ':']));
            let is_apart = rest.starts_with([' ', ':']) && !host.is_empty();
            is_apart.then_some((at, host))
        })
    };
    BEFORE.into_iter().filter_map(after).max().map(|(_, host)| host)
}

/// The longest start of a text that can be a host's name.
fn name(text: &str) -> &str {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    &text[..text.find(|c| !fits(c)).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KILLED: &str = "\
--------------------------------------------------------------------------
Primary job  terminated normally, but 1 process returned
a non-zero exit code. Per user-direction, the job has been aborted.
--------------------------------------------------------------------------
--------------------------------------------------------------------------
mpirun noticed that process rank 1 with PID 812 on node vm2 exited on signal 9 (Killed).
--------------------------------------------------------------------------
";
    const LOST: &str = "\
--------------------------------------------------------------------------
ORTE has lost communication with a remote daemon.

  HNP daemon   : [[29541,0],0] on node vm1
  Remote daemon: [[29541,0],2] on node vm3

This is usually due to either a failure of the TCP network
connection to the node, or possibly an internal failure of
the daemon itself. We cannot recover from this failure, and
therefore will terminate the job.
--------------------------------------------------------------------------
";
    const UNSTARTED: &str = "\
ssh: connect to host vm3 port 22: No route to host
--------------------------------------------------------------------------
ORTE was unable to reliably start one or more daemons.
This usually is caused by:
--------------------------------------------------------------------------
";
    const UNEXECUTED: &str = "\
--------------------------------------------------------------------------
mpirun was unable to launch the specified application as it could not access
or execute an executable:

Executable: /home/lab/mst
Node: vm2

while attempting to start process rank 1.
--------------------------------------------------------------------------
";
    const OF_MPICH: &str = "\
[mpiexec@vm1] control_cb (pm/pmiserv/pmiserv_cb.c:206): assert (!closed) failed
[mpiexec@vm1] HYDT_dmxu_poll_wait_for_event (tools/demux/demux_poll.c:76): callback returned error status
";

    fn filtered(text: &str) -> (LauncherFilter, String) {
        let mut filter = LauncherFilter::default();
        let mut shown = text
            .lines()
            .filter(|line| filter.should_show(line.as_bytes()))
            .collect::<Vec<_>>()
            .join("\n");
        shown.push('\n');
        (filter, shown)
    }

    #[test]
    fn blocks_are_kept_back_and_mst_is_not() {
        let text = "before\n--------\ninside\nmst: error: rank 1 has died\nerror: inside\n-------- x\nafter\n--------\nto the end\n";
        let (filter, shown) = filtered(text);
        assert_eq!(shown, "before\nmst: error: rank 1 has died\nafter\n");
        let kept = "--------\ninside\nerror: inside\n-------- x\n--------\nto the end\n";
        assert_eq!(String::from_utf8_lossy(filter.blocks()), kept);
        assert_eq!(filtered(LOST).1, "\n");
    }

    #[test]
    fn a_lost_machine_takes_one_line() {
        let text = "\
[vm1:00493] plm:rsh: Warning: setpgid(500,500) failed in parent with errno=Permission denied(13)
Timeout, server vm2 not responding.\r
Connection to vm2 closed by remote host.
client_loop: send disconnect: Broken pipe
mst: error: rank 1 on vm2 has not answered for 8 s
Connection to the lab is good.
";
        let (filter, shown) = filtered(text);
        let expected = "mst: error: rank 1 on vm2 has not answered for 8 s\n\
                        Connection to the lab is good.\n";
        assert_eq!(shown, expected);
        let kept = String::from_utf8_lossy(filter.blocks());
        assert_eq!(kept.lines().count(), 3, "{kept}");
        assert!(!kept.contains("setpgid"), "{kept}");
    }

    #[test]
    fn an_error_of_mst_is_known_from_notes() {
        for (text, has_reported_error) in [
            ("mst: error: rank 1 has died\n", true),
            ("error: unexpected argument '--x' found\n", true),
            ("mst: warning: an error: none\n", false),
            ("[vm1] error: of something else\n", false),
            (KILLED, false),
        ] {
            assert_eq!(filtered(text).0.has_reported_error(), has_reported_error, "{text}");
        }
    }

    #[test]
    fn each_end_has_its_sentence() {
        let five = LOST.replace("ORTE", "PRTE").replace("[[29541,0],", "[prterun-vm1-77@0,");
        let elsewhere = LOST.replace("vm3", "vm1");
        let report = "a daemon failed to report back\n  Remote host: lab-3.local\n";
        for (stderr, last, expected) in [
            (KILLED, "", "rank 1 on vm2 was killed: check on that host"),
            (LOST, "", "lost the machine vm3"),
            (&five, "", "lost the machine vm3"),
            (&elsewhere, "", "lost the machine of another rank"),
            (report, "", "lost the machine lab-3.local"),
            (&[LOST, KILLED].concat(), "", "rank 1 on vm2 was killed"),
            (OF_MPICH, "", "(MPICH does not say which)"),
            ("", OF_MPICH, "(MPICH does not say which)"),
            (UNSTARTED, "", "at the start of the job; mst cluster status says which"),
            (UNEXECUTED, "", "vm2 cannot execute the program: mst cluster status says why"),
            ("", "", "the reason is above"),
            (
                "process rank 1; x with PID 1 on node vm2 exited on signal 9",
                "",
                "the reason is above",
            ),
            (
                "process rank 1 with PID 1 on node $(x) exited on signal 9",
                "",
                "the reason is above",
            ),
        ] {
            let message = filtered(stderr).0.explanation(last.as_bytes(), "vm1");
            assert!(message.contains(expected), "{message}\n{stderr}");
        }
    }

    #[test]
    fn lines_of_launchers_are_known_by_their_process() {
        for (line, expected) in [
            ("[vm1:1234] 1 more process has sent help message help-mpi-btl-tcp.txt / x", true),
            ("[mpiexec@vm1] Sending Ctrl-C to processes as requested", true),
            ("[proxy:0:1@vm2] HYD_pmcd_pmip_control_cmd_cb: assert failed", true),
            ("[prterun-vm1-77@0,0] a daemon has ended", true),
            ("mst: error: rank 1 has died", false),
            ("thread '<unnamed>' panicked at [a:1]", false),
            ("[a list: of words] here", false),
            ("[info] of something else", false),
            ("[vm1:1234", false),
            ("[]", false),
            ("", false),
        ] {
            assert_eq!(is_of_launcher(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn the_last_host_of_a_line_counts() {
        for (line, expected) in [
            ("on node vm1 to node vm2", Some("vm2")),
            ("Remote daemon: [[1,0],2] on node vm3", Some("vm3")),
            ("  Local host:    vm-1.lab", Some("vm-1.lab")),
            ("connection to the node, or", None),
            ("nodevm1", None),
            ("Node: é", None),
        ] {
            assert_eq!(host(line), expected, "{line}");
        }
    }
}
