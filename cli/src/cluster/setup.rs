//! What `init` found out, read from the files of this folder.

use super::{addresses, folder, hosts_file, refusal, settings_file};
use crate::console::ResultPrinter;
use crate::doctor::{self, Examination, Hostfile, Problem, Settings};
use mst::error::{Error, Result, shown};
use std::env;
use std::path::{Path, PathBuf};

/// The hosts of a job, and how to start it.
pub(super) struct ClusterSetup {
    pub(super) settings: Settings,
    /// The bytes of the hostfile for mpirun.
    pub(super) hosts: Vec<u8>,
    hostfile: Hostfile,
}

impl ClusterSetup {
    /// Reads both files.
    ///
    /// # Errors
    /// If one is missing, others may have written it, or it has content that `init` would not
    /// write.
    pub(super) fn read() -> Result<Self> {
        let program = program()?;
        let hosts = folder::read_trusted(Path::new(hosts_file::NAME))?;
        let text = folder::read_trusted(Path::new(settings_file::NAME))?;
        let settings = settings_file::parse(&text, &program)?;
        let hostfile = hosts_file::parse(&hosts)?;
        Ok(Self { settings, hosts, hostfile })
    }

    /// A function that finds, at each call, what is wrong with the hosts at that time.
    pub(super) fn problems(&self) -> impl Fn() -> Vec<Problem> + Send + Sync + 'static {
        let (hostfile, question) = (self.hostfile.clone(), self.question());
        move || doctor::reach(&hostfile, &question).map_or(Vec::new(), |found| found.problems)
    }

    fn question(&self) -> Examination {
        let mpi_networks = self.settings.mpi_networks();
        Examination { mpi_networks, by_cluster: true, ..Examination::default() }
    }
}

/// The absolute path of this program, which is the same on all hosts.
///
/// # Errors
/// If the path has a line break, which our files cannot represent.
pub(super) fn program() -> Result<PathBuf> {
    let program = env::current_exe().map_err(Error::file("find", Path::new("this program")))?;
    if program.to_string_lossy().contains('\n') {
        return Err(refusal(format!(
            "the path of the program has a line break: {}; put it into another folder",
            shown(&program)
        )));
    }
    Ok(program)
}

/// Shows what is wrong with the hosts now, if anything.
///
/// # Errors
/// If something is wrong, and those of [`ClusterSetup::read`].
pub(crate) fn status() -> Result<()> {
    let setup = ClusterSetup::read()?;
    let mut found = doctor::reach(&setup.hostfile, &setup.question())?;
    // The doctor asks hosts by name, a job by the addresses that `init` found.
    if found.problems.is_empty() {
        found.problems.extend(moved(addresses::check(&setup.settings.hosts)));
    }
    let printer = ResultPrinter { json: false, quiet: false, file_on_stdout: false };
    printer.print(&found, || doctor::shown(&found))?;
    found.verdict()
}

/// The problem of a host that is not where it was.
fn moved(checked: Result<()>) -> Option<Problem> {
    let why = checked.err()?.to_string();
    let (what, mend) = why.split_once("; ").unwrap_or((&why, "run init again"));
    Some(Problem { what: what.to_owned(), mend: mend.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_has_moved_is_a_problem_with_its_remedy() {
        assert_eq!(moved(Ok(())), None);
        let problem = |what: &str| moved(Err(refusal(what))).expect("a problem").to_string();
        let elsewhere =
            "vm2 no longer answers at 10.0.0.2: its name now resolves to 10.0.0.3; run init again";
        assert_eq!(problem(elsewhere), elsewhere);
        let lost = "vm2: the name no longer resolves; it was 10.0.0.2";
        assert_eq!(problem(lost), lost);
        assert_eq!(problem("vm2 is gone"), "vm2 is gone; run init again");
    }
}
