//! Reads and writes the files of this folder that say what a job starts. They are read only if
//! nobody else can have written them, and written together.

use super::refusal;
use crate::console::folder_of;
use crate::shell;
use mst::error::{ContentFault, Error, Result};
use nix::fcntl::OFlag;
use nix::unistd::geteuid;
use std::fs::{Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use tempfile::NamedTempFile;

/// Longer files are refused.
const MOST_BYTES: u64 = 1 << 20;
/// The bits of a file's mode that let others write it.
const OTHERS_WRITE: u32 = 0o022;

/// The content of a file that only this user or root can have written.
///
/// # Errors
/// If the file is missing, belongs to another user, may be written by others, is longer than 1 MiB,
/// or cannot be read.
pub(super) fn read_trusted(path: &Path) -> Result<Vec<u8>> {
    let missing = || refusal(format!("no {} here: mst cluster init HOST...", path.display()));
    // Without this, opening a pipe in place of the file would block.
    let flags = OFlag::O_NONBLOCK.bits();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Err(missing()),
        opened => opened.map_err(Error::file("open", path))?,
    };
    let about = file.metadata().map_err(Error::file("read", path))?;
    if !about.is_file() {
        return Err(missing());
    }
    if about.len() > MOST_BYTES {
        return Err(Error::content(
            path,
            ContentFault::Unsupported,
            "it is too long; run init again",
        ));
    }
    check_trust(path, &about)?;
    let mut text = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut text).map_err(Error::file("read", path))?;
    Ok(text)
}

fn check_trust(path: &Path, about: &Metadata) -> Result<()> {
    let name = path.display();
    let owner = about.uid();
    if owner != geteuid().as_raw() && owner != 0 {
        return Err(refusal(format!(
            "{name} belongs to another user (uid {owner}): read it before you trust it, or run \
             init again in a folder of your own"
        )));
    }
    if about.mode() & OTHERS_WRITE != 0 {
        let word = shell::quoted_if_needed(&path.to_string_lossy());
        return Err(refusal(format!(
            "others may write to {name}: read it, then chmod go-w {word}"
        )));
    }
    Ok(())
}

/// Writes files that [`read_trusted`] will read. It replaces none of them before the content of all
/// is on the disk.
///
/// # Errors
/// If the folder cannot be written, or the disk is full.
pub(super) fn write_together(files: &[(&Path, &str)]) -> Result<()> {
    let written = files.iter().map(|(path, text)| Ok((path, write_temporary(path, text)?)));
    for (path, file) in written.collect::<Result<Vec<_>>>()? {
        file.persist(path).map_err(|failed| Error::file("write", path)(failed.error))?;
    }
    Ok(())
}

fn write_temporary(path: &Path, text: &str) -> Result<NamedTempFile> {
    let write = || {
        let mut file = NamedTempFile::new_in(folder_of(path))?;
        file.write_all(text.as_bytes())?;
        // Independent of the user's umask: `read_trusted` refuses a file that others may write.
        file.as_file().set_permissions(Permissions::from_mode(0o644))?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(Error::file("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;
    use std::fs;

    #[test]
    fn files_are_written_together_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        write_together(&[(&one, "1\n"), (&two, "2\n")]).expect("written");
        assert_eq!(
            (read_trusted(&one).expect("ours"), read_trusted(&two).expect("ours")),
            (b"1\n".into(), b"2\n".into())
        );
        assert_eq!(fs::metadata(&one).expect("there").mode() & 0o7777, 0o644);
        let nowhere = folder.path().join("no/such");
        write_together(&[(&one, "3\n"), (&nowhere, "4\n")]).unwrap_err();
        assert_eq!(read_trusted(&one).expect("ours"), b"1\n", "unchanged");
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 2, "no temporary file is left");
    }

    #[test]
    fn what_others_may_write_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hosts");
        assert!(read_trusted(&path).unwrap_err().to_string().starts_with("no "));
        write_together(&[(&path, "vm1\n")]).expect("written");
        for (mode, refused) in [(0o600, false), (0o644, false), (0o664, true), (0o646, true)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("ours");
            assert_eq!(read_trusted(&path).is_err(), refused, "{mode:o}");
        }
        let pipe = folder.path().join("pipe");
        mkfifo(&pipe, Mode::S_IRUSR).expect("a pipe");
        for odd in [&pipe, folder.path()] {
            assert!(read_trusted(odd).unwrap_err().to_string().starts_with("no "), "{odd:?}");
        }
    }
}
