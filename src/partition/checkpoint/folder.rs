//! The names of checkpoint files, and what a folder has of them.
//!
//! Ranks on hosts that share the folder may do the same at once, so a file that is gone already is fine.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The file of a rank: `rank-3-of-8.2.ckpt`, 2 being the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// It grows whenever a job goes on with its work dealt out anew.
    pub(super) generation: u64,
    /// How many ranks have dealt it out.
    pub(super) of: u64,
    pub(super) rank: u64,
}

impl Name {
    pub(super) fn path(self, folder: &Path) -> PathBuf {
        folder.join(self.file_name())
    }

    pub(super) fn file_name(self) -> String {
        let Self { generation, of, rank } = self;
        format!("rank-{rank}-of-{of}.{generation}.ckpt")
    }

    /// The name in `text`, if it is one.
    fn parse(text: &str) -> Option<Self> {
        let (rank, rest) = text.strip_prefix("rank-")?.split_once("-of-")?;
        let (of, generation) = rest.strip_suffix(".ckpt")?.split_once('.')?;
        let name = Self {
            generation: generation.parse().ok()?,
            of: of.parse().ok()?,
            rank: rank.parse().ok()?,
        };
        (name.rank < name.of).then_some(name)
    }
}

/// What a file is to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It can be gone on from.
    Saved,
    /// It is being written, or a rank was killed when it wrote it.
    Unfinished,
    /// The whole job is done: it was to be removed.
    Done,
}

/// What the file of that name is, if it is one of a checkpoint.
fn parse(text: &str) -> Option<(Name, Role)> {
    if let Some(text) = text.strip_suffix(DONE) {
        return Some((Name::parse(text)?, Role::Done));
    }
    if let Some(text) = text.strip_suffix(NEW) {
        let (text, _random) = text.rsplit_once('.')?;
        return Some((Name::parse(text)?, Role::Unfinished));
    }
    Some((Name::parse(text)?, Role::Saved))
}

const DONE: &str = ".done";
const NEW: &str = ".new";

/// A file of a checkpoint.
pub(super) type Entry = (Name, Role, PathBuf);

/// The checkpoint files in a folder, in the order of their names; none if there is no folder.
///
/// # Errors
/// [`Error::File`] if it cannot be read.
pub(super) fn list(folder: &Path) -> Result<Vec<Entry>> {
    let entries = match fs::read_dir(folder) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::file("read", folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::file("read", folder))?.path();
        let text = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.extend(parse(&text).map(|(name, role)| (name, role, path)));
    }
    found.sort_by_key(|(name, ..)| *name);
    Ok(found)
}

/// A new file beside `path`, to be renamed when it is complete. No other rank has the same, not even one of a
/// job that was ended and goes on for a moment.
///
/// # Errors
/// As the system says.
pub(super) fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut prefix = path.file_name().unwrap_or_default().to_owned();
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(NEW).permissions(PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path))
}

/// Marks all files that can be gone on from as done.
///
/// # Errors
/// [`Error::File`] if the folder cannot be written.
pub(super) fn mark_done(folder: &Path) -> Result<()> {
    for (_, _, path) in list(folder)?.iter().filter(|(_, role, _)| *role == Role::Saved) {
        let mut done = path.as_os_str().to_owned();
        done.push(DONE);
        unless_gone(fs::rename(path, done)).map_err(Error::file("rename", path))?;
    }
    sync_folder(folder).map_err(Error::file("write", folder))
}

/// Removes the files that `unwanted` names.
///
/// # Errors
/// [`Error::File`] if the folder cannot be written.
pub(super) fn remove(folder: &Path, unwanted: impl Fn(Name, Role) -> bool) -> Result<()> {
    for (_, _, path) in list(folder)?.iter().filter(|(name, role, _)| unwanted(*name, *role)) {
        unless_gone(fs::remove_file(path)).map_err(Error::file("remove", path))?;
    }
    sync_folder(folder).map_err(Error::file("write", folder))
}

fn unless_gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Makes the names in the folder of `path` outlast a loss of power.
///
/// # Errors
/// As the system says.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    sync_folder(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems of networks do not know this for folders.
        Err(why) if matches!(why.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_ours() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "rank-0-of-2.1.ckpt",
            "rank-1-of-2.1.ckpt.a1b2c3.new",
            "rank-1-of-2.1.ckpt.done",
            "rank-2-of-2.1.ckpt",
            "rank--of-2.1.ckpt",
            "rank-0-of-2.ckpt",
            "rank-0-of-2.1.ckpt.old",
            "rank-0-of-2.1.ckpt.new",
            "notes.txt",
        ] {
            fs::write(folder.path().join(name), "").expect("written");
        }
        let found = |folder: &Path| {
            let list = list(folder).expect("read").into_iter();
            list.map(|(name, role, _)| (name.rank, role)).collect::<Vec<_>>()
        };
        let mut all = found(folder.path());
        all.sort_by_key(|(rank, role)| (*rank, *role == Role::Done));
        assert_eq!(all, [(0, Role::Saved), (1, Role::Unfinished), (1, Role::Done)]);
        mark_done(folder.path()).expect("marked");
        remove(folder.path(), |_, role| role == Role::Done).expect("removed");
        assert_eq!(found(folder.path()), [(1, Role::Unfinished)]);
        assert!(folder.path().join("notes.txt").exists());
        assert_eq!(found(&folder.path().join("none")), []);
    }
}
