//! The folder of a checkpoint: the names in it, and files that are opened, made and removed there.
//!
//! Whoever can write there may have put anything in it. So names are looked up in the folder that
//! was opened, whatever its path leads to by then, and no link is followed. Ranks on hosts that
//! share the folder may do the same thing at the same time, so a file that is already gone is not
//! an error.

use crate::error::{ContentFault, Error, Result};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat, renameat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, fsync, unlinkat};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The file of a rank: `rank-3-of-8.2.ckpt`, 2 being the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct RankFile {
    /// It grows whenever a job resumes with its work distributed anew.
    pub(super) generation: u64,
    /// The number of ranks of this generation.
    pub(super) of: u64,
    pub(super) rank: u64,
}

impl RankFile {
    pub(super) fn file_name(self) -> String {
        let Self { generation, of, rank } = self;
        format!("rank-{rank}-of-{of}.{generation}.ckpt")
    }

    /// Parses `text`, if it is exactly what [`Name::file_name`] writes.
    fn parse(text: &str) -> Option<Self> {
        let (rank, rest) = text.strip_prefix("rank-")?.split_once("-of-")?;
        let (of, generation) = rest.strip_suffix(".ckpt")?.split_once('.')?;
        let name = Self {
            generation: generation.parse().ok()?,
            of: of.parse().ok()?,
            rank: rank.parse().ok()?,
        };
        (name.rank < name.of && name.file_name() == text).then_some(name)
    }
}

/// What a file means to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A job can resume from it.
    Saved,
    /// It is being written, or a rank was killed while it wrote it.
    Unfinished,
    /// The whole job is done, and the file was about to be removed.
    Done,
}

/// The name and role of the file called `text`, if it is one of a checkpoint.
fn parse(text: &str) -> Option<(RankFile, Role)> {
    if let Some(text) = text.strip_suffix(DONE) {
        return Some((RankFile::parse(text)?, Role::Done));
    }
    if let Some(text) = text.strip_suffix(NEW) {
        let (text, _random) = text.rsplit_once('.')?;
        return Some((RankFile::parse(text)?, Role::Unfinished));
    }
    Some((RankFile::parse(text)?, Role::Saved))
}

const DONE: &str = ".done";
const NEW: &str = ".new";

/// How a folder is opened to be read.
const FOLDER: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_CLOEXEC);

/// How anything is opened that should be a regular file. Without `O_NONBLOCK`, opening a pipe waits
/// for a writer; regular files ignore the flag.
const REGULAR: OFlag = OFlag::O_NOFOLLOW.union(OFlag::O_NONBLOCK).union(OFlag::O_CLOEXEC);

/// A file of a checkpoint: its name, its role, and its name as text.
pub(super) type CheckpointFile = (RankFile, Role, String);

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    fd: OwnedFd,
}

impl Folder {
    /// Opens a folder, and makes it first if there is none.
    ///
    /// # Errors
    /// [`Error::File`] if the system refuses.
    pub(super) fn make(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(Error::file("make", path))?;
        let opened = open(path, FOLDER, Mode::empty()).map_err(io::Error::from);
        let fd = opened.map_err(Error::file("open", path))?;
        Ok(Self { path: path.to_owned(), fd })
    }

    /// Its path at the time it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in it, for messages.
    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    /// Opens a regular file in it.
    ///
    /// # Errors
    /// [`Error::File`] if the system refuses; [`Error::Content`] if it is a link, a pipe or
    /// anything else but a regular file.
    pub(super) fn open(&self, file: &str, flags: OFlag) -> Result<File> {
        let path = self.path_of(file);
        let mode = Mode::from_bits_truncate(0o666);
        let opened = match openat(&self.fd, file, flags.union(REGULAR), mode) {
            Ok(fd) => File::from(fd),
            Err(Errno::ELOOP) => return Err(irregular(&path, "a link")),
            Err(why) => return Err(Error::file("open", &path)(why.into())),
        };
        let about = opened.metadata().map_err(Error::file("read", &path))?;
        if !about.is_file() {
            return Err(irregular(&path, "a folder, pipe or device"));
        }
        Ok(opened)
    }

    /// The checkpoint files in it, in the order of their names.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read.
    pub(super) fn list(&self) -> Result<Vec<CheckpointFile>> {
        let read = || {
            let mut found = Vec::new();
            for entry in Dir::openat(&self.fd, ".", FOLDER, Mode::empty())?.iter() {
                let entry = entry?;
                let Ok(text) = entry.file_name().to_str() else { continue };
                found.extend(parse(text).map(|(name, role)| (name, role, text.to_owned())));
            }
            found.sort_by(|a: &CheckpointFile, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
            Ok(found)
        };
        read().map_err(|why: Errno| Error::file("read", &self.path)(why.into()))
    }

    /// A new file, to be called `file` when it is complete. Until then it has a random name that no
    /// other rank uses, not even one of a job that was ended and still runs for a moment.
    ///
    /// # Errors
    /// [`Error::File`] if the system refuses.
    pub(super) fn create(&self, file: &str) -> Result<UnfinishedFile<'_>> {
        // The standard library seeds these hashers at random.
        let random = RandomState::new().build_hasher().finish();
        let text = format!("{file}.{random:016x}{NEW}");
        let opened = self.open(&text, OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL)?;
        Ok(UnfinishedFile { folder: self, name: Some(text), file: opened })
    }

    /// Marks all files that a job could resume from as done.
    ///
    /// # Errors
    /// [`Error::File`] if the folder cannot be written.
    pub(super) fn mark_done(&self) -> Result<()> {
        for (_, _, text) in self.list()?.iter().filter(|(_, role, _)| *role == Role::Saved) {
            let renamed =
                renameat(&self.fd, text.as_str(), &self.fd, format!("{text}{DONE}").as_str());
            unless_gone(renamed).map_err(Error::file("rename", &self.path_of(text)))?;
        }
        self.sync()
    }

    /// Removes the files for which `unwanted` is true.
    ///
    /// # Errors
    /// [`Error::File`] if the folder cannot be written.
    pub(super) fn remove(&self, unwanted: impl Fn(RankFile, Role) -> bool) -> Result<()> {
        for (_, _, text) in self.list()?.iter().filter(|(name, role, _)| unwanted(*name, *role)) {
            self.unlink(text)?;
        }
        self.sync()
    }

    /// Removes one file, if it is there.
    ///
    /// # Errors
    /// [`Error::File`] if the folder cannot be written.
    pub(super) fn unlink(&self, file: &str) -> Result<()> {
        let removed = unlinkat(&self.fd, file, UnlinkatFlags::NoRemoveDir);
        unless_gone(removed).map_err(Error::file("remove", &self.path_of(file)))
    }

    /// Makes the names in the folder survive a loss of power.
    fn sync(&self) -> Result<()> {
        match fsync(&self.fd) {
            // Some network file systems do not support this for folders.
            Err(Errno::EINVAL | Errno::EOPNOTSUPP) | Ok(()) => Ok(()),
            Err(why) => Err(Error::file("write", &self.path)(why.into())),
        }
    }
}

fn irregular(path: &Path, what: &str) -> Error {
    Error::content(
        path,
        ContentFault::Unsupported,
        format!("it is {what}, but it should be a regular file; remove it"),
    )
}

fn unless_gone(done: nix::Result<()>) -> io::Result<()> {
    match done {
        Err(Errno::ENOENT) => Ok(()),
        done => done.map_err(io::Error::from),
    }
}

/// A file that is being written. It is removed when dropped, unless it was given its name.
pub(super) struct UnfinishedFile<'a> {
    folder: &'a Folder,
    name: Option<String>,
    pub(super) file: File,
}

impl UnfinishedFile<'_> {
    /// Writes the content to the disk, then gives the file its name and replaces the file that has
    /// it.
    ///
    /// # Errors
    /// [`Error::File`] if the disk is full or the folder cannot be written.
    pub(super) fn name(mut self, file: &str) -> Result<File> {
        let Self { folder, name, file: written } = &mut self;
        let path = folder.path_of(file);
        let opened = written.sync_all().and_then(|()| written.try_clone());
        let opened = opened.map_err(Error::file("write", &path))?;
        let now = name.as_deref().unwrap_or_default();
        let renamed = renameat(&folder.fd, now, &folder.fd, file).map_err(io::Error::from);
        renamed.map_err(Error::file("write", &path))?;
        *name = None;
        folder.sync()?;
        Ok(opened)
    }
}

impl Drop for UnfinishedFile<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // A file that cannot be removed now is removed by the job that resumes.
            drop(self.folder.unlink(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_whole_names_are_ours() {
        let place = tempfile::tempdir().expect("a folder");
        for name in [
            "rank-0-of-2.1.ckpt",
            "rank-1-of-2.1.ckpt.a1b2c3.new",
            "rank-1-of-2.1.ckpt.done",
            "rank-2-of-2.1.ckpt",
            "rank--of-2.1.ckpt",
            "rank-+0-of-2.1.ckpt",
            "rank-00-of-2.1.ckpt",
            "rank-0-of-2.ckpt",
            "rank-0-of-2.1.ckpt.old",
            "rank-0-of-2.1.ckpt.new",
            "notes.txt",
        ] {
            fs::write(place.path().join(name), "").expect("written");
        }
        let found = |folder: &Folder| {
            let list = folder.list().expect("read").into_iter();
            list.map(|(name, role, _)| (name.rank, role)).collect::<Vec<_>>()
        };
        let folder = Folder::make(place.path()).expect("opened");
        assert_eq!(found(&folder), [(0, Role::Saved), (1, Role::Unfinished), (1, Role::Done)]);
        folder.mark_done().expect("marked");
        folder.remove(|_, role| role == Role::Done).expect("removed");
        assert_eq!(found(&folder), [(1, Role::Unfinished)]);
        assert!(place.path().join("notes.txt").exists());
        assert_eq!(found(&Folder::make(&place.path().join("none")).expect("made")), []);
    }

    #[test]
    fn what_cannot_be_removed_or_renamed_is_reported_unless_it_is_gone() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::make(place.path()).expect("opened");
        folder.unlink("rank-0-of-1.1.ckpt").expect("gone");
        fs::create_dir(place.path().join("rank-0-of-1.1.ckpt")).expect("made");
        let refused = folder.remove(|_, _| true).expect_err("a folder").to_string();
        assert!(refused.contains("cannot remove"), "{refused}");
    }

    /// Files are written into the folder that was opened, and replace a link that has their name.
    #[test]
    fn files_are_made_in_the_folder_itself() {
        let place = tempfile::tempdir().expect("a folder");
        let at = |name: &str| place.path().join(name);
        let folder = Folder::make(&at("saved")).expect("made");
        fs::write(at("other"), "theirs").expect("written");
        symlink(at("other"), at("saved").join("rank-0-of-1.1.ckpt")).expect("linked");
        fs::rename(at("saved"), at("moved")).expect("renamed");
        symlink(place.path(), at("saved")).expect("linked");
        let written = folder.create("rank-0-of-1.1.ckpt").expect("made");
        io::Write::write_all(&mut &written.file, b"ours").expect("written");
        written.name("rank-0-of-1.1.ckpt").expect("named");
        let read = |name: &str| fs::read_to_string(at(name)).expect("read");
        assert_eq!([read("moved/rank-0-of-1.1.ckpt"), read("other")], ["ours", "theirs"]);
        drop(folder.create("rank-0-of-1.2.ckpt").expect("made"));
        assert_eq!(fs::read_dir(at("moved")).expect("read").count(), 1);
    }
}
