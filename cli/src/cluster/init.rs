//! Finding out what several machines need: checks the hosts, copies the program, writes down how a job is started.

use super::copy::copy;
use super::found::{program, status};
use super::{folder, hosts_file, refusal, settings_file};
use crate::console::{aside, say, write_aside};
use crate::doctor::{self, Facts, Library, Question, Remote};
use crate::shell;
use mst::error::Result;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// How long a host may take to say what it has.
const TO_ANSWER: Duration = Duration::from_secs(10);
/// How long MPI may take to be installed.
const TO_INSTALL: Duration = Duration::from_secs(900);

/// Asks what an MPI starts on each host.
const HAS_MPI: &str =
    "command -v orted || command -v prted || command -v hydra_pmi_proxy || echo '@mst none'\n";
const NONE: &str = "@mst none";

/// Prepares the hosts, of which the first is this one, and writes `hosts` and `cluster.env`. Asks for nothing.
///
/// # Errors
/// If a host is none, or there is no way to start a job on all: what mends that has been told, and nothing is written.
pub(crate) fn init(names: &[OsString]) -> Result<()> {
    let hosts = names.iter().map(|name| hosts_file::checked(name)).collect::<Result<Vec<_>>>()?;
    let here = Facts::here(String::new(), &[]);
    let remotes: Vec<Remote> = hosts.iter().map(|host| Remote::named(host, &here)).collect();
    check_places(&hosts, &remotes)?;
    let program = program()?;
    remotes.iter().try_for_each(|remote| prepare(remote, &program))?;
    write(&hosts)?;
    say(format!("written: {}, {}\n", hosts_file::NAME, settings_file::NAME).as_bytes())?;
    status()?;
    say(b"now: mst cluster run\n")
}

/// That the first host is this one, and each is named once.
fn check_places(hosts: &[&str], remotes: &[Remote]) -> Result<()> {
    if let Some(first) = remotes.first().filter(|first| !first.here) {
        return Err(refusal(format!(
            "start this on the first host, {}: there, mst cluster init {}",
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

/// Gives a host MPI and the program. What does not answer is the doctor's to explain.
fn prepare(remote: &Remote, program: &Path) -> Result<()> {
    let said = remote.run(HAS_MPI, TO_ANSWER).ok().filter(|said| said.code == Some(0));
    let Some(said) = said else { return Ok(()) };
    if said.out.lines().any(|line| line == NONE) {
        install_mpi(remote);
    }
    let copied = copy(program, remote)?;
    say(copied.line(&remote.host, program).as_bytes())
}

/// Installs the MPI that this host has, where that takes no password.
fn install_mpi(remote: &Remote) {
    let package = if is_mpich() { "mpich" } else { "openmpi-bin" };
    let host = &remote.host;
    aside(&format_args!("{host}: installing {package}"));
    let script =
        format!("sudo -n apt-get install -y -qq --no-install-recommends {package} >/dev/null\n");
    let installed = remote.run(&script, TO_INSTALL).is_ok_and(|said| said.code == Some(0));
    if !installed {
        aside(&format_args!(
            "{host}: that takes a password: ssh -t {} sudo apt-get install -y {package}   (without root: \
             scripts/rootless-mpi, README.md)",
            shell::pasted(host)
        ));
    }
}

/// Whether the mpirun of this host is MPICH's.
fn is_mpich() -> bool {
    doctor::launcher().as_ref().is_some_and(Library::is_mpich)
}

/// Writes both files, if the doctor finds a way to start a job on all hosts.
fn write(hosts: &[&str]) -> Result<()> {
    let is_mpich = is_mpich();
    let bare = hosts_file::text(hosts.iter().map(|host| (*host, 1)), is_mpich);
    let found = doctor::reach(&hosts_file::parse(bare.as_bytes())?, &Question::default())?;
    let Some(settings) = &found.settings else {
        write_aside(doctor::shown(&found));
        let what = "nothing was written; mend this and run init again";
        return Err(refusal(what.to_owned()));
    };
    let hosts = hosts_file::text(settings.hosts.iter().map(hosts_file::with_cores), is_mpich);
    let text = settings_file::text(settings)?;
    folder::put(&[(Path::new(hosts_file::NAME), &hosts), (Path::new(settings_file::NAME), &text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_on_the_first_host_and_each_is_named_once() {
        let told = |hosts: &[&str]| {
            let remote = |host: &&str| Remote { host: (*host).to_owned(), here: *host == "vm1" };
            let remotes: Vec<Remote> = hosts.iter().map(remote).collect();
            check_places(hosts, &remotes).err().map(|why| why.to_string())
        };
        assert_eq!(told(&["vm1", "vm2"]), None);
        let elsewhere = "start this on the first host, vm2: there, mst cluster init vm2 vm1";
        assert_eq!(told(&["vm2", "vm1"]).as_deref(), Some(elsewhere));
        let twice = told(&["vm1", "vm3", "vm2", "vm3", "vm2", "vm3"]);
        assert_eq!(twice.as_deref(), Some("named twice: vm2 vm3"));
    }
}
