//! Copies a file to the same path on a host, unless the host has the same content there.
//!
//! The command for the remote shell does not contain the file's name, so that no kind of shell can
//! misread it. The name comes first on standard input, in octal.

use super::refusal;
use crate::doctor::{self, Remote};
use mst::error::{Error, Result, printable, shown};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Reads the name from standard input.
const READ_NAME_SCRIPT: &str =
    r#"IFS= read -r name && name=$(printf "%bx" "$name") && name=${name%x}"#;
/// Prints the checksum of the file there.
const CHECKSUM_SCRIPT: &str = r#"sha256sum <"$name""#;
/// Writes the rest of standard input to the file. It writes to a temporary file beside it and
/// renames that, since the old program may be running.
const RECEIVE_SCRIPT: &str = concat!(
    r#"read -r mode size && mkdir -p "${name%/*}/" && part=$(mktemp "${name%/*}/.cluster-XXXXXX") && "#,
    r#"{ cat >"$part" && [ "$(wc -c <"$part")" -eq "$size" ] && chmod "$mode" "$part" && "#,
    r#"mv -f "$part" "$name" || { rm -f "$part"; false; }; }"#
);
/// Time limit for a host to read its own copy.
const CHECKSUM_LIMIT: Duration = Duration::from_secs(3600);

/// The result of a copy to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyOutcome {
    /// The host already had the same file.
    Unchanged,
    /// The file was copied.
    Copied,
}

impl CopyOutcome {
    /// The line that reports this to the user.
    pub(super) fn line(self, host: &str, file: &Path) -> String {
        let name = file.file_name().map_or_else(String::new, |name| shown(Path::new(name)));
        match self {
            Self::Unchanged => format!("{host} has {name}\n"),
            Self::Copied => format!("{host} got {name}\n"),
        }
    }
}

/// Copies the file at an absolute path to the same path on a host.
///
/// # Errors
/// If the file cannot be read here or written there.
pub(super) fn copy(file: &Path, remote: &Remote) -> Result<CopyOutcome> {
    if remote.here {
        return Ok(CopyOutcome::Unchanged);
    }
    let read = Error::file("read", file);
    let mut content = File::open(file).map_err(Error::file("open", file))?;
    let sum = sum(&mut content).map_err(read)?;
    if sum_there(remote, file).is_some_and(|there| there == sum) {
        return Ok(CopyOutcome::Unchanged);
    }
    match send(remote.ssh(&words(RECEIVE_SCRIPT)), file, &mut content) {
        Ok(()) => Ok(CopyOutcome::Copied),
        Err(why) => {
            let what = format!("{}: cannot copy to {}: {why}", remote.host, shown(file));
            Err(refusal(what))
        }
    }
}

/// The command for the user's shell on a host, whatever shell that is.
fn words(what: &str) -> String {
    format!("sh -c '{READ_NAME_SCRIPT} && {what}'")
}

/// A name in octal escapes, as `printf %b` reads them.
fn octal(name: &Path) -> String {
    name.as_os_str().as_bytes().iter().map(|byte| format!("\\0{byte:03o}")).collect()
}

fn sum(content: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut bytes = vec![0; 1 << 16];
    loop {
        match content.read(&mut bytes)? {
            0 => break,
            len => hash.update(&bytes[..len]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The checksum of the file at the same path on a host, if there is one.
fn sum_there(remote: &Remote, file: &Path) -> Option<String> {
    let name = format!("{}\n", octal(file));
    let output = doctor::run(remote.ssh(&words(CHECKSUM_SCRIPT)), &name, CHECKSUM_LIMIT).ok()?;
    output.stdout.split_whitespace().next().map(str::to_owned)
}

/// Sends name, mode, size and content of a file to the standard input of `command`.
///
/// # Errors
/// With the last line of what the command says on standard error.
fn send(mut command: Command, file: &Path, content: &mut File) -> io::Result<()> {
    content.rewind()?;
    let about = content.metadata()?;
    // Standard error goes to a file, so that nobody has to read it while the content is sent.
    let mut stderr = tempfile::tempfile()?;
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(stderr.try_clone()?);
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().expect("piped");
    let head = format!("{}\n{:o} {}\n", octal(file), about.mode() & 0o7777, about.len());
    let sent = input
        .write_all(head.as_bytes())
        .and_then(|()| io::copy(&mut content.take(about.len()), &mut input));
    drop(input);
    if child.wait()?.success() {
        return sent.map(drop);
    }
    let mut words = Vec::new();
    stderr.rewind()?;
    stderr.read_to_end(&mut words)?;
    let words = String::from_utf8_lossy(&words);
    let last = words.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(io::Error::other(printable(last.unwrap_or("it says nothing"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    /// Runs a command line as sshd does.
    fn shell(line: &str) -> Command {
        let mut sh = Command::new("sh");
        sh.args(["-c", line]);
        sh
    }

    #[test]
    fn a_file_arrives_whole_under_any_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, there) =
            (folder.path().join("here"), folder.path().join("$(touch PWNED)'/\n\\0101 \"-x\n"));
        fs::write(&here, b"\0one\ntwo").expect("written");
        fs::set_permissions(&here, Permissions::from_mode(0o751)).expect("ours");
        let mut content = File::open(&here).expect("there");
        let sum = sum(&mut content).expect("read");
        send(shell(&words(RECEIVE_SCRIPT)), &there, &mut content).expect("sent");
        assert_eq!(fs::read(&there).expect("there"), b"\0one\ntwo");
        assert_eq!(fs::metadata(&there).expect("there").mode() & 0o7777, 0o751);
        let name = format!("{}\n", octal(&there));
        let output =
            doctor::run(shell(&words(CHECKSUM_SCRIPT)), &name, CHECKSUM_LIMIT).expect("sh");
        assert_eq!(output.stdout, format!("{sum}  -\n"));
        let left = fs::read_dir(there.parent().expect("a folder")).expect("a folder").count();
        assert_eq!(left, 1, "no temporary file is left");
    }

    #[test]
    fn the_reason_of_a_failed_copy_is_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().join("here");
        fs::write(&here, vec![0; 1 << 20]).expect("written");
        let mut content = File::open(&here).expect("there");
        let there = here.join("no-folder");
        let why =
            send(shell(&words(RECEIVE_SCRIPT)), &there, &mut content).unwrap_err().to_string();
        assert!(why.contains("mkdir"), "{why}");
        let why = send(shell("echo 'a\u{1b}[2J' >&2; exit 1"), &there, &mut content).unwrap_err();
        assert_eq!(why.to_string(), "a\\u{1b}[2J");
        let cut = words(RECEIVE_SCRIPT).replace("cat", "head -c 9");
        send(shell(&cut), &folder.path().join("cut"), &mut content).unwrap_err();
        assert!(!folder.path().join("cut").exists(), "an incomplete file is removed");
    }
}
