//! Examines the hosts of a hostfile over ssh, before MPI works.

use super::answer::{self, Answer, Context};
use super::names::{bare, is_here};
use super::remote::{self, Remote, ScriptOutput};
use super::{
    ClockOffset, Examination, Facts, Findings, HostReport, Hostfile, Library, Problem, cards,
    firewall, settings, ssh, verdict,
};
use mst::comm;
use mst::error::{Error, Result};
use std::collections::HashSet;
use std::env;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// Time limit for ssh and the script. ssh itself waits 5 s for a silent host.
const LIMIT: Duration = Duration::from_secs(7);
/// The number of hosts that are asked at the same time, so that neither side runs out of processes.
const AT_ONCE: usize = 32;

/// Asks every host of a hostfile over ssh for its facts, and whether it has what a job needs.
///
/// It changes nothing on any host, and does not ask for a password.
///
/// # Errors
/// If the start of the graph cannot be read, or a path is not UTF-8.
///
/// # Complexity
/// At most about 15 seconds for 32 hosts; half a second if all is well.
pub(crate) fn reach(hostfile: &Hostfile, question: &Examination) -> Result<Findings> {
    let size = question.size()?;
    let mut here = Facts::here(comm::linked_library(), &question.all_files());
    here.mpi_networks = question.mpi_networks.clone().or(here.mpi_networks);
    let context = Context {
        program: env::current_exe().map_err(Error::file("find", Path::new("this program")))?,
        folder: env::current_dir().map_err(Error::file("find", Path::new("this folder")))?,
        launcher: launcher(),
        files: question.all_files(),
        by_cluster: question.by_cluster,
    };
    context.check()?;
    let launcher = context.launcher.as_ref();
    let mut problems = hostfile.problems(launcher);
    if launcher.is_none() {
        let mend = "install MPI (scripts/setup), or put its mpirun in PATH";
        problems.push(Problem::new("there is no mpirun on this host", mend));
    }
    let remotes = remotes(hostfile, &here);
    let outputs = ask(&remotes, &answer::script(&context));
    let mut reports: Vec<HostReport> = Vec::new();
    let mut answered = Vec::new();
    for (remote, output) in remotes.iter().zip(outputs) {
        match read(remote, &output, &remotes) {
            Err(problem) => problems.push(problem),
            Ok(answer) => {
                problems.extend(answer.problems(&remote.host, &context));
                if let Some(facts) = answer.facts {
                    reports.push(report_of(remote, &output, facts, hostfile, &here));
                    answered.push(remote.clone());
                }
            }
        }
    }
    relate_clocks(&mut reports);
    let ours = HostReport {
        label: here.host.name.clone(),
        facts: here,
        ranks: 0,
        threads: 0,
        clock_offset: None,
    };
    let everybody = [std::slice::from_ref(&ours), reports.as_slice()].concat();
    problems.extend(verdict::programs(&everybody, &context.program));
    let is_listed = answered.iter().any(|remote| remote.here);
    problems.extend(verdict::libraries(if is_listed { &reports } else { &everybody }));
    problems.extend(verdict::known_to_hang(&reports));
    problems.extend(verdict::identities(&reports));
    problems.extend(verdict::wrong_host_names(&reports));
    problems.extend(verdict::slots(&reports, hostfile));
    if !(question.by_cluster && cards::can_be_restricted(&reports)) {
        problems.extend(cards::cards(&reports, launcher));
    }
    problems.extend(verdict::clocks(&reports));
    problems.extend(verdict::files(&reports, &context.files));
    if let Some(size) = &size {
        problems.extend(verdict::memory(&reports, size));
    }
    problems.extend(firewall::firewalls(&answered, &reports, ours, &context));
    let settings = launcher
        .filter(|_| reports.len() == remotes.len())
        .and_then(|launcher| settings::settings(&reports, launcher, &context.program));
    Ok(Findings { hosts: reports, pairs: Vec::new(), problems, settings })
}

/// The MPI that this host's `mpirun` belongs to; `None` if there is no mpirun, or it is from an
/// unknown MPI.
pub(crate) fn launcher() -> Option<Library> {
    let mut mpirun = Command::new("mpirun");
    mpirun.arg("--version");
    Library::named(&remote::run(mpirun, "", LIMIT).ok()?.stdout)
}

/// The hosts of the hostfile, each once.
fn remotes(hostfile: &Hostfile, here: &Facts) -> Vec<Remote> {
    let mut known = HashSet::new();
    let hosts = hostfile.entries.iter().filter(|entry| known.insert(&entry.host));
    let hosts: Vec<&str> = hosts.map(|entry| entry.host.as_str()).collect();
    thread::scope(|scope| {
        let asked: Vec<_> =
            hosts.iter().map(|host| scope.spawn(move || is_here(host, here))).collect();
        let remote = |(host, asked): (&&str, thread::ScopedJoinHandle<'_, bool>)| Remote {
            host: (*host).to_owned(),
            here: asked.join().unwrap_or(false),
        };
        hosts.iter().zip(asked).map(remote).collect()
    })
}

/// Runs a script on all hosts; `None` for a host if ssh cannot be started.
fn ask(remotes: &[Remote], script: &str) -> Vec<Option<ScriptOutput>> {
    let mut outputs = Vec::with_capacity(remotes.len());
    for some in remotes.chunks(AT_ONCE) {
        outputs.extend(thread::scope(|scope| {
            let asked: Vec<_> = some
                .iter()
                .map(|remote| scope.spawn(move || remote.run(script, LIMIT).ok()))
                .collect();
            asked.into_iter().map(|asked| asked.join().unwrap_or(None)).collect::<Vec<_>>()
        }));
    }
    outputs
}

/// The answer of a host, or why there is none.
fn read(remote: &Remote, output: &Option<ScriptOutput>, all: &[Remote]) -> Result<Answer, Problem> {
    let Some(output) = output else {
        let mend = "install it: sudo apt install openssh-client";
        return Err(Problem::new("there is no ssh on this host", mend));
    };
    let why = || match ssh::sent_key(output).and_then(|key| owner(key, remote, all)) {
        Some(other) => ssh::key_of_other_host(&remote.host, &other.host),
        None => ssh::explain(&remote.host, output),
    };
    Answer::read(&output.stdout).ok_or_else(why)
}

/// The other host to which the key with this `fingerprint` belongs, according to ssh's list of
/// known hosts.
fn owner<'a>(fingerprint: &str, remote: &Remote, all: &'a [Remote]) -> Option<&'a Remote> {
    let owns = |other: &&Remote| {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-l", "-F", bare(&other.host)]);
        let known = remote::run(keygen, "", LIMIT);
        known.is_ok_and(|known| known.stdout.split_whitespace().any(|word| word == fingerprint))
    };
    all.iter().filter(|other| other.host != remote.host).find(owns)
}

fn report_of(
    remote: &Remote,
    output: &Option<ScriptOutput>,
    mut facts: Facts,
    hostfile: &Hostfile,
    here: &Facts,
) -> HostReport {
    let entries = hostfile.entries.iter().filter(|entry| entry.host == remote.host);
    let slots: u64 = entries.map(|entry| entry.slots.unwrap_or(1)).sum();
    // The host read its clock at some moment between the question and the answer.
    let clock_offset = output.as_ref().map(|output| {
        let half = output.seconds / 2.0;
        ClockOffset { seconds: facts.clock - (output.started + half), error: half }
    });
    // A job takes this host's settings along.
    facts.mpi_networks = here.mpi_networks.clone();
    HostReport {
        label: remote.host.clone(),
        facts,
        ranks: slots as usize,
        threads: 0,
        clock_offset,
    }
}

/// Converts clocks relative to this host's to clocks relative to the first host's.
fn relate_clocks(reports: &mut [HostReport]) {
    let Some(first) = reports.first().and_then(|first| first.clock_offset) else { return };
    for one in &mut *reports {
        one.clock_offset = one.clock_offset.map(|offset| ClockOffset {
            seconds: offset.seconds - first.seconds,
            error: offset.error + first.error,
        });
    }
    reports[0].clock_offset = Some(ClockOffset { seconds: 0.0, error: 0.0 });
}
