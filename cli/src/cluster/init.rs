//! Prepares several machines: checks the hosts, copies the program, and writes down how to start a
//! job.

use super::copy::copy;
use super::setup::{program, status};
use super::{folder, hosts_file, refusal, settings_file};
use crate::console::{note, write_stderr, write_stdout};
use crate::doctor::{self, Examination, Facts, Library, Remote};
use crate::shell;
use mst::error::Result;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// Time limit for a host to say which MPI it has.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Time limit for the installation of MPI.
const INSTALL_LIMIT: Duration = Duration::from_secs(900);

/// What a host prints if it has no MPI.
const NONE: &str = "@mst none";

/// Prepares the hosts, the first of which is this one, and writes `hosts` and `cluster.env`. It
/// asks the user nothing.
///
/// # Errors
/// If a name is not a host's, or there is no way to start a job on all hosts. Then it has printed
/// how to fix that, and writes nothing.
pub(crate) fn init(names: &[OsString]) -> Result<()> {
    let hosts = names.iter().map(|name| hosts_file::checked(name)).collect::<Result<Vec<_>>>()?;
    let here = Facts::here(String::new(), &[]);
    let remotes: Vec<Remote> = hosts.iter().map(|host| Remote::named(host, &here)).collect();
    check_places(&hosts, &remotes)?;
    let program = program()?;
    let launcher = doctor::launcher();
    remotes.iter().try_for_each(|remote| prepare(remote, &program, launcher.as_ref()))?;
    write(&hosts, launcher.as_ref())?;
    write_stdout(format!("written: {}, {}\n", hosts_file::NAME, settings_file::NAME).as_bytes())?;
    status()?;
    let started = std::env::args().next().unwrap_or_else(|| "mst".to_owned());
    write_stdout(format!("now: {} cluster run\n", shell::quoted_if_needed(&started)).as_bytes())
}

/// Checks that the first host is this one, and that each is named once.
fn check_places(hosts: &[&str], remotes: &[Remote]) -> Result<()> {
    if let Some(first) = remotes.first().filter(|first| !first.here) {
        return Err(refusal(format!(
            "start this on the first host, {}; there: mst cluster init {}",
            first.host,
            hosts.join(" ")
        )));
    }
    let mut known = BTreeSet::new();
    let twice: BTreeSet<&str> =
        hosts.iter().filter(|host| !known.insert(**host)).copied().collect();
    if twice.is_empty() {
        return Ok(());
    }
    let twice: Vec<&str> = twice.into_iter().collect();
    Err(refusal(format!("named twice: {}", twice.join(" "))))
}

/// Installs this host's MPI on a host that lacks it, and copies the program. If the host does not
/// answer, or there is no MPI here, the doctor will explain that.
fn prepare(remote: &Remote, program: &Path, launcher: Option<&Library>) -> Result<()> {
    // The helper that the launcher starts on each host: that of another MPI is of no use.
    let helper = launcher.map_or("true", Library::daemon);
    let script = format!("command -v {helper} || echo '{NONE}'\n");
    let output = remote.run(&script, ANSWER_LIMIT).ok().filter(|output| output.code == Some(0));
    let Some(output) = output else { return Ok(()) };
    let lacks_it = output.stdout.lines().any(|line| line == NONE);
    if let Some(launcher) = launcher.filter(|_| lacks_it) {
        install_mpi(remote, launcher.package());
    }
    let copied = copy(program, remote)?;
    write_stdout(copied.line(&remote.host, program).as_bytes())
}

/// Installs a package with an MPI, if that needs no password.
fn install_mpi(remote: &Remote, package: &str) {
    let host = &remote.host;
    note(&format_args!("{host}: installing {package}"));
    let script =
        format!("sudo -n apt-get install -y -qq --no-install-recommends {package} >/dev/null\n");
    let installed = remote.run(&script, INSTALL_LIMIT).is_ok_and(|output| output.code == Some(0));
    if !installed {
        note(&format_args!(
            "{host}: this needs a password: ssh -t {} sudo apt-get install -y {package}   \
             (without root: scripts/rootless-mpi, README.md)",
            shell::quoted_if_needed(host)
        ));
    }
}

/// Writes both files, if the doctor finds a way to start a job on all hosts.
fn write(hosts: &[&str], launcher: Option<&Library>) -> Result<()> {
    let is_mpich = launcher.is_some_and(Library::is_mpich);
    let bare = hosts_file::text(hosts.iter().map(|host| (*host, 1)), is_mpich);
    let question = Examination { by_cluster: true, ..Examination::default() };
    let found = doctor::reach(&hosts_file::parse(bare.as_bytes())?, &question)?;
    let Some(settings) = &found.settings else {
        write_stderr(doctor::shown(&found));
        let what = "nothing was written; fix this and run init again";
        return Err(refusal(what.to_owned()));
    };
    let hosts = hosts_file::text(settings.hosts.iter().map(hosts_file::with_cores), is_mpich);
    let text = settings_file::text(settings)?;
    folder::write_together(&[
        (Path::new(hosts_file::NAME), &hosts),
        (Path::new(settings_file::NAME), &text),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_on_the_first_host_and_each_is_named_once() {
        let message_for = |hosts: &[&str]| {
            let remote = |host: &&str| Remote { host: (*host).to_owned(), here: *host == "vm1" };
            let remotes: Vec<Remote> = hosts.iter().map(remote).collect();
            check_places(hosts, &remotes).err().map(|why| why.to_string())
        };
        assert_eq!(message_for(&["vm1", "vm2"]), None);
        let elsewhere = "start this on the first host, vm2; there: mst cluster init vm2 vm1";
        assert_eq!(message_for(&["vm2", "vm1"]).as_deref(), Some(elsewhere));
        let twice = message_for(&["vm1", "vm3", "vm2", "vm3", "vm2", "vm3"]);
        assert_eq!(twice.as_deref(), Some("named twice: vm2 vm3"));
    }
}
