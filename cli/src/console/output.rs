//! Writes files that appear complete or not at all.

use mst::error::{ContentFault, Error, Result, shown};
use mst::format::{self, Compression, Format};
use mst::graph::Weights;
use mst::partition::left_if_less;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::unistd::linkat;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// A file that is written beside its path, and renamed when it is complete. It may be the input
/// file, which has been read completely by then. Other hard links to a replaced file keep the old
/// content.
pub(crate) struct Output {
    path: PathBuf,
    place: Target,
}

enum Target {
    /// The path of a file. If the user named a symbolic link, this is the path of its target.
    File(PathBuf),
    /// A device or pipe, which must not be replaced by a file, or a file that is already open,
    /// which must not be truncated.
    Direct(File),
}

/// The name for standard output.
const STANDARD: &str = "-";

impl Output {
    /// Prepares to write a graph to `path`. Called before the work, so that no work is lost because
    /// the file cannot be written.
    ///
    /// # Errors
    /// As [`Output::of_any`]; if the path's name implies no format that can be written.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let format = Self::format(path)?;
        if is_compressed(path) && format == Format::Binary {
            let what = "binary graphs are not written compressed; leave out the last ending";
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        Self::of_any(path)
    }

    /// Prepares to write something else than a graph to `path`.
    ///
    /// # Errors
    /// If the folder cannot be written, the path is a folder, or its name asks for a compression
    /// that is only read.
    pub(crate) fn of_any(path: &Path) -> Result<Self> {
        if let Some(way) = Compression::named(path).filter(|way| !way.is_written()) {
            let what = format!(
                "cannot write {}: .{} is only read; compress with .gz or .zst",
                shown(path),
                way.ending()
            );
            return Err(Error::usage("--output", what));
        }
        let place = Self::place(path).map_err(Error::file("write", path))?;
        Ok(Self { path: path.to_owned(), place })
    }

    /// Whether `path` names standard output.
    pub(crate) fn is_standard(path: &Path) -> bool {
        descriptor(path) == Some(1)
    }

    /// Whether `path` names a device or an open file, whose name implies no format.
    pub(super) fn is_device(path: &Path) -> bool {
        descriptor(path).is_some() || path.starts_with("/dev")
    }

    /// The format that the path's name implies.
    pub(super) fn format(path: &Path) -> Result<Format> {
        if Self::is_device(path) { Ok(Format::Text) } else { Format::of_output(path) }
    }

    fn place(path: &Path) -> io::Result<Target> {
        if let Some(number) = descriptor(path) {
            // SAFETY: the descriptor is only borrowed to be duplicated; if the number is not open,
            // the system returns an error.
            let open = unsafe { BorrowedFd::borrow_raw(number) };
            return Ok(Target::Direct(open.try_clone_to_owned()?.into()));
        }
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match target.metadata() {
            Ok(about) if about.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(about) if !about.is_file() => {
                return File::options().write(true).open(&target).map(Target::Direct);
            }
            _ => {}
        }
        Unfinished::create_near(&target)?; // a test, dropped at once: a job that is killed while it computes leaves no file
        Ok(Target::File(target))
    }

    /// Memory that writing to `path` takes for each vertex, bytes.
    pub(crate) fn vertex_bytes(path: &Path) -> u64 {
        Self::format(path).map_or(0, |format| format.writing_bytes().0)
    }

    /// Checks, as soon as they are known, that the file can hold these weights, and that this host
    /// has the memory to write `edges` edges on `n` vertices.
    ///
    /// # Errors
    /// [`Error::Content`] if the format has no such weights, [`Error::TooLarge`] if memory is
    /// short.
    pub(crate) fn check(&self, weights: Weights, n: u64, edges: u64) -> Result<()> {
        let format = Self::format(&self.path)?;
        format::holds(format, &self.path, weights, n)?;
        let (vertex, edge) = format.writing_bytes();
        let taken = vertex * n + edge * edges;
        if taken == 0 {
            return Ok(());
        }
        match left_if_less(taken.into()) {
            Some(left) => {
                let what = format!(
                    "{}: METIS lists edges by vertex, which takes {:.1} GB here, but this host \
                     has {:.1} GB left; choose another format",
                    shown(&self.path),
                    taken as f64 / 1e9,
                    left as f64 / 1e9
                );
                Err(Error::TooLarge { needed: Some(taken.into()), left: Some(left), what })
            }
            None => Ok(()),
        }
    }

    /// Writes what `fill` writes, compressed if the path's name says so, and moves it to its
    /// path.
    ///
    /// # Errors
    /// If `fill` fails or the disk is full. The path is then unchanged.
    pub(super) fn write(self, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let Self { path, place, .. } = self;
        let failed = |why| Error::file("write", &path)(why);
        match place {
            Target::Direct(device) => fill_file(&path, &device, fill),
            Target::File(target) => {
                let unfinished = Unfinished::create_near(&target).map_err(failed)?;
                fill_file(&path, unfinished.file(), fill)?;
                unfinished.finish(&target).map_err(failed)
            }
        }
    }
}

impl Output {
    /// The file that is to be written, for [`Output::finish`]; `None` if it cannot be written at any
    /// place, since it is compressed, a device, or standard output.
    ///
    /// # Errors
    /// If it cannot be created.
    pub(super) fn begin(&self) -> Result<Option<Unfinished>> {
        match &self.place {
            Target::File(target) if !is_compressed(&self.path) => {
                let begun = Unfinished::create_near(target);
                begun.map(Some).map_err(Error::file("write", &self.path))
            }
            Target::File(_) | Target::Direct(_) => Ok(None),
        }
    }

    /// Moves a file that is complete to its path.
    ///
    /// # Errors
    /// If the disk is full. The path is then unchanged.
    pub(super) fn finish(self, complete: Unfinished) -> Result<()> {
        match &self.place {
            Target::File(target) => {
                complete.finish(target).map_err(Error::file("write", &self.path))
            }
            Target::Direct(_) => unreachable!("it has begun no file"),
        }
    }
}

/// Whether the file of this name is compressed.
fn is_compressed(path: &Path) -> bool {
    Compression::named(path).is_some()
}

/// A file that is being written. It has no name yet if the file system supports that, so that even
/// a killed process leaves nothing behind; else it has a name, which is removed on drop.
pub(super) enum Unfinished {
    Nameless(File),
    Named(NamedTempFile),
}

impl Unfinished {
    /// A new file in the folder of `target`.
    fn create_near(target: &Path) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).mode(ANYBODY).custom_flags(OFlag::O_TMPFILE.bits());
        match options.open(folder_of(target)) {
            Ok(file) => Ok(Self::Nameless(file)),
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                Err(why)
            }
            // Network file systems and shared folders of virtual machines do not support
            // `O_TMPFILE`.
            Err(_) => names().tempfile_in(folder_of(target)).map(Self::Named),
        }
    }

    /// A path by which other processes can open it, and whether it is one on other hosts, too.
    ///
    /// # Errors
    /// If the current folder is gone.
    pub(super) fn path_for_others(&self) -> io::Result<(PathBuf, bool)> {
        match self {
            Self::Nameless(file) => {
                let (process, number) = (std::process::id(), file.as_raw_fd());
                Ok((format!("/proc/{process}/fd/{number}").into(), false))
            }
            Self::Named(named) => Ok((std::path::absolute(named.path())?, true)),
        }
    }

    pub(super) fn file(&self) -> &File {
        match self {
            Self::Nameless(file) => file,
            Self::Named(named) => named.as_file(),
        }
    }

    /// Moves the file to `target`.
    fn finish(self, target: &Path) -> io::Result<()> {
        if let Ok(before) = target.metadata() {
            // A file keeps its owner and permissions when its content changes. Only root may change
            // the owner.
            let _ = fchown(self.file(), Some(before.uid()), Some(before.gid()));
            self.file().set_permissions(before.permissions())?;
        }
        self.file().sync_all()?;
        let path = match self {
            Self::Named(named) => named.into_temp_path(),
            Self::Nameless(file) => {
                let link = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
                let name = |new: &Path| {
                    Ok(linkat(AT_FDCWD, &link, AT_FDCWD, new, AtFlags::AT_SYMLINK_FOLLOW)?)
                };
                names().make_in(folder_of(target), name)?.into_temp_path()
            }
        };
        path.persist(target).map_err(|why| why.error)
    }
}

/// A new file is rw-rw-rw-, as usual, less the bits in the umask.
const ANYBODY: u32 = 0o666;

/// A builder of temporary names, for files to be renamed later.
fn names() -> Builder<'static, 'static> {
    let mut names = Builder::new();
    names.prefix(".mst-").permissions(Permissions::from_mode(ANYBODY));
    names
}

/// The folder of a path; the current one if the path has none.
pub(crate) fn folder_of(target: &Path) -> &Path {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Writes a small file beside its path, and renames it when it is complete.
///
/// # Errors
/// [`Error::File`] if it cannot be written; what was there stays as it was.
pub(crate) fn save(path: &Path, content: &[u8]) -> Result<()> {
    let failed = |why| Error::file("write", path)(why);
    let mut file = Builder::new()
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder_of(path))
        .map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.persist(path).map_err(|why| failed(why.error))?;
    Ok(())
}

fn fill_file(
    path: &Path,
    file: &File,
    fill: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let out = format::compressed(path, BufWriter::new(file));
    let mut out = out.map_err(Error::file("write", path))?;
    let written = fill(&mut out).and_then(|()| {
        out.finish().and_then(|mut buffer| buffer.flush()).map_err(Error::file("write", path))
    });
    match written {
        // A reader that closed the pipe has read enough.
        Err(Error::File { why, .. }) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The file descriptor that a path such as `-`, `/dev/stderr` or `/dev/fd/3` stands for.
fn descriptor(path: &Path) -> Option<RawFd> {
    match path.to_str()? {
        STANDARD | "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        other => {
            let number = other.strip_prefix("/dev/fd/").or(other.strip_prefix("/proc/self/fd/"));
            number?.parse().ok()
        }
    }
}
