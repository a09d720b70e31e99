//! The `sh` script that asks a host about itself, and the meaning of its answers.

use super::remote::{copy, make_folder, on_host_as_root};
use super::{Facts, Library, Problem};
use crate::shell;
use mst::error::{ContentFault, Error, Result};
use std::path::{Path, PathBuf};

/// What every host should have.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// The path of this program.
    pub(super) program: PathBuf,
    /// The folder that the job starts in.
    pub(super) folder: PathBuf,
    /// The MPI that the launcher on this host belongs to.
    pub(super) launcher: Option<Library>,
    /// Files to compare.
    pub(super) files: Vec<PathBuf>,
    /// Whether `mst cluster` will start the job.
    pub(super) by_cluster: bool,
}

impl Context {
    /// Checks that the script can name all paths.
    ///
    /// # Errors
    /// If a path is not UTF-8.
    pub(super) fn check(&self) -> Result<()> {
        let what = "its name is not UTF-8, so other hosts cannot be asked for it; rename it";
        let mut paths = [&self.program, &self.folder].into_iter().chain(&self.files);
        let odd = paths.find(|path| path.to_str().is_none());
        odd.map_or(Ok(()), |path| Err(Error::content(path, ContentFault::Unsupported, what)))
    }
}

/// A host's answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    folder: bool,
    /// Whether the program exists there and is executable.
    program: bool,
    /// The programs of launchers that a shell without a terminal finds there.
    tools: Vec<String>,
    /// The output of `mpirun --version` there.
    mpirun: String,
    /// The output of the program there.
    output: String,
    code: i32,
    /// The facts that the program there reports about its host, if it can.
    pub(super) facts: Option<Facts>,
}

/// The start of each line of an answer, which tells it from what a host's start files print.
const MARK: &str = "@mst ";

/// The script. `sh` runs it, whatever the user's shell is there, with the PATH of that shell.
pub(super) fn script(context: &Context) -> String {
    let word = |path: &Path| shell::quoted(&path.to_string_lossy());
    let (program, folder) = (word(&context.program), word(&context.folder));
    let files: String =
        context.files.iter().map(|file| format!(" --file={}", word(file))).collect();
    format!(
        r#"tell() {{ printf '\n{MARK}%s %s\n' "$1" "$(printf %s "$2" | tr '\n' ' ')"; }}
cd {folder} 2>/dev/null && tell folder yes
test -x {program} && test -f {program} && tell program yes
for tool in mpirun orted prted hydra_pmi_proxy; do
command -v $tool >/dev/null 2>&1 && tell tool $tool
done
tell mpirun "$(mpirun --version 2>&1 </dev/null | head -n 3)"
said=$({program} doctor --tell{files} 2>&1 </dev/null)
tell code $?
tell said "$said"
tell end
"#
    )
}

/// The facts in the output of a program, which may contain warnings, too.
fn facts(output: &str) -> Option<Facts> {
    let from = output.find("{\"name\"")?;
    let facts: Facts =
        serde_json::Deserializer::from_str(&output[from..]).into_iter().next()?.ok()?;
    Some(facts.made_printable())
}

impl Answer {
    /// The answers in the output of the script; `None` if it did not run to its end.
    pub(super) fn read(out: &str) -> Option<Self> {
        let mut answer = Self::default();
        let mut complete = false;
        for line in out.lines().filter_map(|line| line.strip_prefix(MARK)) {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            let value = value.trim();
            match key {
                "folder" => answer.folder = true,
                "program" => answer.program = true,
                "tool" => answer.tools.push(value.to_owned()),
                "mpirun" => answer.mpirun = value.to_owned(),
                "code" => answer.code = value.parse().unwrap_or(-1),
                "said" => answer.output = value.to_owned(),
                "end" => complete = true,
                _ => {}
            }
        }
        answer.facts = facts(&answer.output);
        complete.then_some(answer)
    }

    /// What is wrong on `host`.
    pub(super) fn problems(&self, host: &str, context: &Context) -> Vec<Problem> {
        let launcher = context.launcher.as_ref();
        let missing = launcher.and_then(|launcher| self.mpi_problem(host, launcher));
        let mut problems: Vec<Problem> = match missing {
            Some(missing) => vec![missing],
            None => {
                let program = self.program_problem(host, &context.program);
                let launcher = launcher.and_then(|launcher| self.launcher_problem(host, launcher));
                program.into_iter().chain(launcher).collect()
            }
        };
        problems.extend(self.folder_problem(host, context));
        problems
    }

    fn folder_problem(&self, host: &str, context: &Context) -> Option<Problem> {
        if self.folder {
            return None;
        }
        let start = format!("{host} has no folder {}, so", context.folder.display());
        let make = make_folder(&context.folder, host);
        Some(if context.by_cluster {
            let what = format!("{start} its rank would look for files in the home folder there");
            Problem::new(what, make)
        } else {
            let what = format!(
                "{start} mpirun starts in the home folder, where a relative ./mst may be an old copy"
            );
            Problem::new(what, format!("{make}, and start the program by its absolute path"))
        })
    }

    /// The problem of a host that has neither the library that the program needs nor the helper of
    /// the launcher: one cause, one remedy.
    fn mpi_problem(&self, host: &str, launcher: &Library) -> Option<Problem> {
        let library = self.missing_library()?;
        if self.has(launcher.daemon()) {
            return None;
        }
        let what = format!(
            "there is no {} on {host}: {library} is missing, and {} is not in PATH for ssh without \
             a terminal",
            launcher.name(),
            launcher.daemon()
        );
        let mend = format!(
            "{}, or if it is there, set PATH and LD_LIBRARY_PATH at the top of ~/.bashrc there, \
             before it asks whether it is interactive",
            install(host, launcher)
        );
        Some(Problem::new(what, mend))
    }

    /// The shared library that the program did not find there.
    fn missing_library(&self) -> Option<&str> {
        let (_, rest) = self.output.split_once("error while loading shared libraries: ")?;
        rest.split(':').next()
    }

    /// Whether a launcher's program is found there.
    fn has(&self, tool: &str) -> bool {
        self.tools.iter().any(|other| other == tool)
    }

    fn program_problem(&self, host: &str, path: &Path) -> Option<Problem> {
        let shown = path.display();
        let copy = copy(path, host);
        if !self.program {
            let what = format!("{host} has no program {shown}");
            let make = make_folder(path.parent().unwrap_or(Path::new("/")), host);
            return Some(Problem::new(what, format!("{make} && {copy}")));
        }
        if self.facts.is_some() {
            return None; // a comparison of contents finds out whether it is the same program
        }
        let output: String = self.output.chars().take(160).collect();
        if let Some(library) = self.missing_library() {
            let what = format!("{shown} does not start on {host}: {library} is missing there");
            let mend = format!(
                "install the same MPI on {host}, or if it is there, set LD_LIBRARY_PATH at the \
                 top of ~/.bashrc there (ssh without a terminal reads only the top)"
            );
            return Some(Problem::new(what, mend));
        }
        if self.output.contains("GLIBC_") {
            let what = format!("{shown} does not start on {host}, whose system is older: {output}");
            return Some(Problem::new(
                what,
                "build it on the host with the oldest system, and copy that",
            ));
        }
        let what = if matches!(self.code, 0 | 2) {
            format!("{host} has another program at {shown}, which does not understand this one")
        } else {
            format!("{shown} fails on {host} with code {}: {output}", self.code)
        };
        Some(Problem::new(what, copy))
    }

    fn launcher_problem(&self, host: &str, launcher: &Library) -> Option<Problem> {
        let there = Library::named(&self.mpirun);
        if let Some(there) = there.filter(|there| !there.goes_with(launcher)) {
            let what = format!("mpirun is {launcher} here and {there} on {host}");
            let mend = "install the same on both, or put the same one first in PATH in ~/.bashrc";
            return Some(Problem::new(what, mend));
        }
        let daemon = launcher.daemon();
        if self.has(daemon) {
            return None;
        }
        let what = format!(
            "{daemon}, which mpirun starts on each host, is not in PATH on {host} for ssh without a terminal"
        );
        let mend = format!(
            "{}, or if it is there, set PATH at the top of ~/.bashrc there, before it asks whether \
             it is interactive",
            install(host, launcher)
        );
        Some(Problem::new(what, mend))
    }
}

/// The command, for the user to paste, that installs the MPI of `launcher` on a host.
fn install(host: &str, launcher: &Library) -> String {
    on_host_as_root(host, &format!("apt-get install -y {}", launcher.package()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(launcher: &str) -> Context {
        Context {
            program: "/opt/mst".into(),
            folder: "/home/lab/work".into(),
            launcher: Library::named(launcher),
            files: Vec::new(),
            by_cluster: false,
        }
    }

    /// The answer of a host where all is well, without the facts.
    const WELL: &str = "Welcome!\n\n@mst folder yes\n@mst program yes\n@mst tool mpirun\n@mst tool orted\n\
                        @mst mpirun mpirun (Open MPI) 4.1.4\n";

    fn messages(lines: &str, launcher: &str) -> Vec<String> {
        let answer = Answer::read(&format!("{lines}@mst end \n")).expect("to its end");
        answer.problems("vm2", &context(launcher)).iter().map(Problem::to_string).collect()
    }

    #[test]
    fn whatever_a_host_lacks_is_a_problem() {
        let facts = serde_json::to_string(&Facts::here(String::new(), &[])).expect("plain fields");
        let well = format!("{WELL}@mst code 0\n@mst said warning: {{}} {facts} more\n");
        let missing = "@mst code 127\n@mst said /opt/mst: error while loading shared libraries: \
                       libmpi.so.40: cannot open shared object file: No such file or directory\n";
        let without = |what: &str| well.replace(what, "");
        let cases = [
            (well.clone(), "Open MPI 4.1.6", ""),
            (without("@mst folder yes\n"), "Open MPI 4.1.4", "vm2 has no folder /home/lab/work"),
            (
                without("@mst program yes\n"),
                "Open MPI 4.1.4",
                "ssh vm2 mkdir -p /opt && scp /opt/mst vm2:/opt/mst",
            ),
            (
                without("@mst tool orted\n"),
                "Open MPI 4.1.4",
                "orted, which mpirun starts on each host, is not in PATH on vm2",
            ),
            (
                well.clone(),
                "Open MPI 5.0.3",
                "mpirun is Open MPI 5.0.3 here and Open MPI 4.1.4 on vm2",
            ),
            (
                without("@mst mpirun mpirun (Open MPI) 4.1.4\n"),
                "MPICH 4.2.0",
                "hydra_pmi_proxy, which mpirun",
            ),
            (
                format!("{WELL}{missing}"),
                "Open MPI 4.1.4",
                "libmpi.so.40 is missing there; install",
            ),
            (
                format!("{WELL}{missing}").replace("@mst tool orted\n", ""),
                "Open MPI 4.1.4",
                "libmpi.so.40 is missing, and orted is not in PATH for ssh without a terminal; \
                 ssh -t vm2 sudo apt-get install -y openmpi-bin",
            ),
            (
                format!("{WELL}@mst code 2\n@mst said error: unrecognized subcommand\n"),
                "Open MPI 4.1.4",
                "which does not understand this one; scp",
            ),
            (
                format!("{WELL}@mst code 126\n@mst said cannot execute\n"),
                "Open MPI 4.1.4",
                "with code 126: cannot execute",
            ),
            (
                format!("{WELL}@mst code 1\n@mst said /opt/mst: version `GLIBC_2.38' not found\n"),
                "Open MPI 4.1.4",
                "whose system is older",
            ),
        ];
        for (lines, launcher, expected) in cases {
            let messages = messages(&lines, launcher);
            assert_eq!(
                messages.len(),
                usize::from(!expected.is_empty()),
                "{expected}: {messages:?}"
            );
            assert!(messages.concat().contains(expected), "{expected}: {messages:?}");
        }
    }

    /// `mst cluster` starts the program by its absolute path, so only files can be missed.
    #[test]
    fn a_missing_folder_is_told_as_the_job_is_started() {
        let answer = Answer::read(&format!("{}@mst end \n", WELL.replace("@mst folder yes\n", "")));
        let problem = |by_cluster| {
            let context = Context { by_cluster, ..context("Open MPI 4.1.4") };
            answer.as_ref().expect("to its end").folder_problem("vm2", &context).expect("missing")
        };
        assert!(problem(false).mend.ends_with("start the program by its absolute path"));
        let expected = "vm2 has no folder /home/lab/work, so its rank would look for files in the \
                        home folder there; ssh vm2 mkdir -p /home/lab/work";
        assert_eq!(problem(true).to_string(), expected);
    }

    #[test]
    fn an_incomplete_answer_is_none() {
        assert_eq!(Answer::read(WELL), None);
        assert_eq!(Answer::read(""), None);
    }

    /// `sh` runs the script to its end, whatever characters the paths contain.
    #[test]
    fn the_script_runs() {
        let mut context = context("Open MPI 4.1.4");
        context.program = "/no/such 'place'/mst; exit 7".into();
        let here = super::super::remote::Remote { host: String::new(), here: true };
        let output = here.run(&script(&context), std::time::Duration::from_secs(20)).expect("sh");
        let answer = Answer::read(&output.stdout).unwrap_or_else(|| panic!("{output:?}"));
        assert!(!answer.program && answer.code == 127 && answer.facts.is_none(), "{answer:?}");
    }
}
