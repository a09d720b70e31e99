//! Files that appear whole or not at all.

use mst::error::{ContentFault, Error, Result, shown};
use mst::format::{self, Format};
use mst::graph::{Slice, Weights};
use mst::partition::left_if_less;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::unistd::linkat;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// A file to be written beside its path, and renamed when it is complete. It may have been the input, which has
/// been read whole by then; other names of a file that is replaced keep what it was.
pub(crate) struct Output {
    path: PathBuf,
    format: Format,
    place: Target,
}

enum Target {
    /// The path of a file, which is the file itself where the user named a link.
    File(PathBuf),
    /// A device or pipe, which must not be replaced by a file, or a file that is open already, which must not
    /// be truncated.
    Direct(File),
}

/// The name for standard output.
const STANDARD: &str = "-";

impl Output {
    /// Prepares to write `path`; called before the work, so that nobody computes for nothing.
    ///
    /// # Errors
    /// If its folder cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let gzip = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
        let format = Self::format(path)?;
        if gzip && format == Format::Binary {
            let what =
                "binary graphs cannot be read compressed, so none are written; leave out .gz";
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        let place = Self::place(path).map_err(Error::file("write", path))?;
        Ok(Self { path: path.to_owned(), format, place })
    }

    /// Whether `path` names standard output.
    pub(crate) fn is_standard(path: &Path) -> bool {
        descriptor(path) == Some(1)
    }

    fn format(path: &Path) -> Result<Format> {
        let is_named = descriptor(path).is_none() && !path.starts_with("/dev");
        if is_named { Format::of_output(path) } else { Ok(Format::Text) }
    }

    fn place(path: &Path) -> io::Result<Target> {
        if let Some(number) = descriptor(path) {
            // SAFETY: it is only borrowed to be doubled; of a number that is not open the system says so.
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
        Unfinished::beside(&target)?; // and gone again: a job that is ended while it computes leaves nothing
        Ok(Target::File(target))
    }

    /// What writing to `path` takes for each vertex, bytes.
    pub(crate) fn vertex_bytes(path: &Path) -> u64 {
        Self::format(path).map_or(0, |format| format.writing_bytes().0)
    }

    /// Refuses weights that the file cannot hold, and `edges` on the vertices `0..n` that this host has no memory to
    /// write, as soon as they are known.
    ///
    /// # Errors
    /// [`Error::Content`] if its format has no such weights, [`Error::TooLarge`].
    pub(crate) fn check(&self, weights: Weights, n: u64, edges: u64) -> Result<()> {
        format::holds(self.format, &self.path, weights)?;
        let (vertex, edge) = self.format.writing_bytes();
        let taken = vertex * n + edge * edges;
        if taken == 0 {
            return Ok(());
        }
        match left_if_less(taken.into()) {
            Some(left) => {
                let what = format!(
                    "{}: METIS lists edges by vertex, which takes {:.1} GB here, and this host has {:.1} GB left; choose \
                 another format",
                    shown(&self.path),
                    taken as f64 / 1e9,
                    left as f64 / 1e9
                );
                Err(Error::TooLarge { needed: Some(taken.into()), left: Some(left), what })
            }
            None => Ok(()),
        }
    }

    /// Writes a graph or forest in the format of the path's name, and puts it in its place.
    ///
    /// # Errors
    /// If the disk is full or the format cannot hold the weights; the path is then as it was.
    pub(crate) fn write(self, slice: &Slice) -> Result<()> {
        let Self { path, format, place } = self;
        let failed = |why| Error::file("write", &path)(why);
        match place {
            Target::Direct(device) => fill(&path, format, slice, &device),
            Target::File(target) => {
                let unfinished = Unfinished::beside(&target).map_err(failed)?;
                fill(&path, format, slice, unfinished.file())?;
                unfinished.finish(&target).map_err(failed)
            }
        }
    }
}

/// A file that is being filled. Where the file system can, it has no name yet, so that even a process that is
/// killed leaves nothing of it; else it has one that goes when it is dropped.
enum Unfinished {
    Nameless(File),
    Named(NamedTempFile),
}

impl Unfinished {
    /// A new file in the folder of `target`.
    fn beside(target: &Path) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).mode(ANYBODY).custom_flags(OFlag::O_TMPFILE.bits());
        match options.open(folder_of(target)) {
            Ok(file) => Ok(Self::Nameless(file)),
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                Err(why)
            }
            // Not on networks' file systems, nor on the shared folders of virtual machines.
            Err(_) => names().tempfile_in(folder_of(target)).map(Self::Named),
        }
    }

    fn file(&self) -> &File {
        match self {
            Self::Nameless(file) => file,
            Self::Named(named) => named.as_file(),
        }
    }

    /// Puts it in the place of `target`.
    fn finish(self, target: &Path) -> io::Result<()> {
        if let Ok(before) = target.metadata() {
            // What others may do with a file does not change with its content. Only root may give it away.
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

/// What the umask leaves of rw-rw-rw- is a new file's, as ever.
const ANYBODY: u32 = 0o666;

/// Makes names of files to be renamed.
fn names() -> Builder<'static, 'static> {
    let mut names = Builder::new();
    names.prefix(".mst-").permissions(Permissions::from_mode(ANYBODY));
    names
}

/// The folder of a path; the one we are in if it names none.
pub(crate) fn folder_of(target: &Path) -> &Path {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn fill(path: &Path, format: Format, slice: &Slice, file: &File) -> Result<()> {
    let mut out = format::compressed(path, BufWriter::new(file));
    let written = format::write(format, path, slice, &mut out).and_then(|()| {
        out.finish().and_then(|mut buffer| buffer.flush()).map_err(Error::file("write", path))
    });
    match written {
        // Whoever has closed a pipe has read enough.
        Err(Error::File { why, .. }) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The number of an open file that a path stands for: of standard output and error, or of any other.
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
