//! Standard output, and files that appear whole or not at all.

use crate::error::{Error, Result};
use crate::format::{self, Format};
use crate::graph::Slice;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file under way: written beside its path, and renamed when it is complete.
pub(super) struct Output {
    path: PathBuf,
    place: Place,
}

enum Place {
    /// A file, to be renamed to this path, which is the file itself where the user named a link.
    Beside(NamedTempFile, PathBuf),
    /// A device or pipe, which must not be replaced by a file.
    Direct(File),
}

impl Output {
    /// Prepares to write `path`; called before the work, so that nobody computes for nothing.
    ///
    /// # Errors
    /// If its folder cannot be written.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let gzip = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
        if gzip && Format::of_output(path) == Format::Binary {
            let what =
                "binary graphs cannot be read compressed, so none are written; leave out .gz";
            return Err(Error::content(path, what));
        }
        let place = Self::place(path).map_err(Error::file("write", path))?;
        Ok(Self { path: path.to_owned(), place })
    }

    fn place(path: &Path) -> io::Result<Place> {
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match target.metadata() {
            Ok(about) if about.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(about) if !about.is_file() => {
                return File::options().write(true).open(&target).map(Place::Direct);
            }
            _ => {}
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut beside = tempfile::Builder::new();
        beside.prefix(".mst-").permissions(permissions());
        let beside = beside.tempfile_in(folder.unwrap_or(Path::new(".")))?;
        Ok(Place::Beside(beside, target))
    }

    /// What writing to `path` takes for each vertex, bytes.
    pub(super) fn vertex_bytes(path: &Path) -> u64 {
        match Format::of_output(path) {
            Format::Metis => 16, // two offsets into the neighbours
            Format::Text | Format::Dimacs | Format::MatrixMarket | Format::Binary => 0,
        }
    }

    /// Writes a graph or forest in the format of the path's name, and puts it in its place.
    ///
    /// # Errors
    /// If the disk is full or the format cannot hold the weights; the path is then as it was.
    pub(super) fn write(self, slice: &Slice) -> Result<()> {
        let Self { path, place } = self;
        let file = match &place {
            Place::Beside(beside, _) => beside.as_file(),
            Place::Direct(file) => file,
        };
        let mut out = format::compressed(&path, BufWriter::new(file));
        format::write(Format::of_output(&path), &path, slice, &mut out)?;
        let failed = |why| Error::file("write", &path)(why);
        out.finish().and_then(|mut buffer| buffer.flush()).map_err(failed)?;
        match place {
            Place::Beside(beside, target) => {
                beside.as_file().sync_all().map_err(failed)?;
                beside.persist(target).map(drop).map_err(|why| failed(why.error))
            }
            Place::Direct(_) => Ok(()),
        }
    }
}

/// What the umask makes of rw-rw-rw-, as for any file.
fn permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// Writes to standard output. A reader that has closed it has read enough.
///
/// # Errors
/// If it is a file on a full disk.
pub(super) fn say(text: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::file("write", Path::new("standard output"))(why))
        }
        _ => Ok(()),
    }
}
