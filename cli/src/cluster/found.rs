//! What `init` has found out, as the files of this folder say.

use super::{folder, hosts_file, refusal, settings_file};
use crate::console::Voice;
use crate::doctor::{self, Hostfile, Problem, Question, Settings};
use mst::error::{Error, Result, shown};
use std::env;
use std::path::{Path, PathBuf};

/// The hosts of a job and how it is started.
pub(super) struct Found {
    pub(super) settings: Settings,
    /// What mpirun is to read, byte for byte.
    pub(super) hosts: Vec<u8>,
    hostfile: Hostfile,
}

impl Found {
    /// Reads both files.
    ///
    /// # Errors
    /// If one is missing, others may have written it, or it has what `init` would not write.
    pub(super) fn read() -> Result<Self> {
        let program = program()?;
        let hosts = folder::take(Path::new(hosts_file::NAME))?;
        let text = folder::take(Path::new(settings_file::NAME))?;
        let settings = settings_file::parse(&text, &program)?;
        let hostfile = hosts_file::parse(&hosts)?;
        Ok(Self { settings, hosts, hostfile })
    }

    /// What is wrong with the hosts, whenever it is asked.
    pub(super) fn problems(&self) -> impl Fn() -> Vec<Problem> + Send + Sync + 'static {
        let (hostfile, question) = (self.hostfile.clone(), self.question());
        move || doctor::reach(&hostfile, &question).map_or(Vec::new(), |found| found.problems)
    }

    fn question(&self) -> Question {
        Question { kept_to: self.settings.kept_to(), ..Question::default() }
    }
}

/// This program, by the absolute path that it has on all hosts.
///
/// # Errors
/// If its path has a line break, which no file of ours can hold.
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

/// Says what is wrong with the hosts now, if anything.
///
/// # Errors
/// If something is, or as [`Found::read`].
pub(crate) fn status() -> Result<()> {
    let known = Found::read()?;
    let found = doctor::reach(&known.hostfile, &known.question())?;
    let voice = Voice { json: false, quiet: false, aside: false };
    voice.say(&found, || doctor::shown(&found))?;
    found.verdict()
}
