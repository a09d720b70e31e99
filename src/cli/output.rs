//! Standard output, and files that appear whole or not at all.

use crate::error::{Error, Result};
use crate::format::{self, Format};
use crate::graph::{Slice, Weights};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file to be written beside its path, and renamed when it is complete.
pub(super) struct Output {
    path: PathBuf,
    place: Place,
}

enum Place {
    /// The path of a file, which is the file itself where the user named a link.
    File(PathBuf),
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
        beside(&target)?; // and gone again: a job that is ended while it computes leaves nothing
        Ok(Place::File(target))
    }

    /// What writing to `path` takes for each vertex, bytes.
    pub(super) fn vertex_bytes(path: &Path) -> u64 {
        match Format::of_output(path) {
            Format::Metis => 16, // two offsets into the neighbours
            Format::Text | Format::Dimacs | Format::MatrixMarket | Format::Binary => 0,
        }
    }

    /// Refuses weights that the file cannot hold, as soon as they are known.
    ///
    /// # Errors
    /// If its format has none such.
    pub(super) fn check(&self, weights: Weights) -> Result<()> {
        format::holds(Format::of_output(&self.path), &self.path, weights)
    }

    /// Writes a graph or forest in the format of the path's name, and puts it in its place.
    ///
    /// # Errors
    /// If the disk is full or the format cannot hold the weights; the path is then as it was.
    pub(super) fn write(self, slice: &Slice) -> Result<()> {
        let Self { path, place } = self;
        let failed = |why| Error::file("write", &path)(why);
        match place {
            Place::Direct(device) => fill(&path, slice, &device),
            Place::File(target) => {
                let beside = beside(&target).map_err(failed)?;
                fill(&path, slice, beside.as_file())?;
                beside.as_file().sync_all().map_err(failed)?;
                beside.persist(target).map(drop).map_err(|why| failed(why.error))
            }
        }
    }
}

/// A new file in the folder of `target`, which goes when it is dropped.
fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mst-").permissions(permissions());
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

fn fill(path: &Path, slice: &Slice, file: &File) -> Result<()> {
    let mut out = format::compressed(path, BufWriter::new(file));
    format::write(Format::of_output(path), path, slice, &mut out)?;
    out.finish().and_then(|mut buffer| buffer.flush()).map_err(Error::file("write", path))
}

/// What the umask makes of rw-rw-rw-, as for any file.
fn permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// Prints a result on standard output: as one JSON object, or the table unless quiet.
pub(super) fn say_result(
    json: bool,
    quiet: bool,
    result: &impl Serialize,
    table: impl FnOnce() -> String,
) -> Result<()> {
    match (json, quiet) {
        (true, _) => {
            let object = serde_json::to_string(result).expect("plain fields");
            say(format!("{object}\n").as_bytes())
        }
        (false, false) => say(table().as_bytes()),
        (false, true) => Ok(()),
    }
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
