//! Copying a file to the same path on a host, if what is there differs.
//!
//! The words that a shell there runs are the same whatever the file is called, so that no shell, of any kind, has a name
//! to misread; the name comes first on standard input, in octal.

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

/// Takes the name off standard input.
const NAMED: &str = r#"IFS= read -r name && name=$(printf "%bx" "$name") && name=${name%x}"#;
/// Tells what is there.
const LOOK: &str = r#"sha256sum <"$name""#;
/// Makes it what comes next. Beside and renamed: the old program may be running.
const GET: &str = concat!(
    r#"read -r mode size && mkdir -p "${name%/*}/" && part=$(mktemp "${name%/*}/.cluster-XXXXXX") && "#,
    r#"{ cat >"$part" && [ "$(wc -c <"$part")" -eq "$size" ] && chmod "$mode" "$part" && "#,
    r#"mv -f "$part" "$name" || { rm -f "$part"; false; }; }"#
);
/// How long a host may take to read the file that it has.
const TO_LOOK: Duration = Duration::from_secs(3600);

/// What a host has done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// It had the same already.
    Has,
    /// It has got it.
    Got,
}

impl Copied {
    /// A line that says so.
    pub(super) fn line(self, host: &str, file: &Path) -> String {
        let name = file.file_name().map_or_else(String::new, |name| shown(Path::new(name)));
        match self {
            Self::Has => format!("{host} has {name}\n"),
            Self::Got => format!("{host} got {name}\n"),
        }
    }
}

/// Copies a file, by its absolute path, to the same path on a host.
///
/// # Errors
/// If it cannot be read here or written there.
pub(super) fn copy(file: &Path, remote: &Remote) -> Result<Copied> {
    if remote.here {
        return Ok(Copied::Has);
    }
    let read = Error::file("read", file);
    let mut content = File::open(file).map_err(Error::file("open", file))?;
    let sum = sum(&mut content).map_err(read)?;
    if sum_there(remote, file).is_some_and(|there| there == sum) {
        return Ok(Copied::Has);
    }
    match send(remote.ssh(&words(GET)), file, &mut content) {
        Ok(()) => Ok(Copied::Got),
        Err(why) => {
            let what = format!("{}: cannot copy to {}: {why}", remote.host, shown(file));
            Err(refusal(what))
        }
    }
}

/// The command for the user's shell on a host, of whatever kind it is.
fn words(what: &str) -> String {
    format!("sh -c '{NAMED} && {what}'")
}

/// A name as `printf %b` reads it.
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

/// The sum of what a host has at the same path, if it has anything.
fn sum_there(remote: &Remote, file: &Path) -> Option<String> {
    let name = format!("{}\n", octal(file));
    let said = doctor::run(remote.ssh(&words(LOOK)), &name, TO_LOOK).ok()?;
    said.out.split_whitespace().next().map(str::to_owned)
}

/// Has `command` get a file.
///
/// # Errors
/// With what it says last.
fn send(mut command: Command, file: &Path, content: &mut File) -> io::Result<()> {
    content.rewind()?;
    let about = content.metadata()?;
    // Into a file: nobody has to read it while the content is on its way.
    let mut said = tempfile::tempfile()?;
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(said.try_clone()?);
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
    said.rewind()?;
    said.read_to_end(&mut words)?;
    let words = String::from_utf8_lossy(&words);
    let last = words.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(io::Error::other(printable(last.unwrap_or("it says nothing"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    /// What sshd does with its words.
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
        send(shell(&words(GET)), &there, &mut content).expect("sent");
        assert_eq!(fs::read(&there).expect("there"), b"\0one\ntwo");
        assert_eq!(fs::metadata(&there).expect("there").mode() & 0o7777, 0o751);
        let name = format!("{}\n", octal(&there));
        let said = doctor::run(shell(&words(LOOK)), &name, TO_LOOK).expect("sh");
        assert_eq!(said.out, format!("{sum}  -\n"));
        let left = fs::read_dir(there.parent().expect("a folder")).expect("a folder").count();
        assert_eq!(left, 1, "nothing is left beside");
    }

    #[test]
    fn what_stands_in_the_way_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().join("here");
        fs::write(&here, vec![0; 1 << 20]).expect("written");
        let mut content = File::open(&here).expect("there");
        let there = here.join("no-folder");
        let why = send(shell(&words(GET)), &there, &mut content).unwrap_err().to_string();
        assert!(why.contains("mkdir"), "{why}");
        let why = send(shell("echo 'a\u{1b}[2J' >&2; exit 1"), &there, &mut content).unwrap_err();
        assert_eq!(why.to_string(), "a\\u{1b}[2J");
        let cut = words(GET).replace("cat", "head -c 9");
        send(shell(&cut), &folder.path().join("cut"), &mut content).unwrap_err();
        assert!(!folder.path().join("cut").exists(), "half of it is nothing");
    }
}
