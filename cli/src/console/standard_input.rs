//! A graph on standard input: kept in a file without a name, since it is read more than once.

use mst::error::{Error, OPEN_FILES, Result};
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::IntoRawFd;
use std::path::{Path, PathBuf};

/// How it is named on the command line.
pub(crate) const NAME: &str = "-";

/// Whether a graph's name is that of standard input.
pub(crate) fn is_named(graph: &OsStr) -> bool {
    [NAME, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| graph == *name)
}

/// Copies standard input to a file in the folder for temporary ones (`TMPDIR`), which goes with the process, and
/// returns the path by which this process alone finds it.
///
/// # Errors
/// [`Error::File`] if it cannot be read, or the disk is full.
pub(crate) fn keep() -> Result<PathBuf> {
    let copy = || -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut io::stdin().lock(), &mut file)?;
        Ok(file)
    };
    let file = copy().map_err(Error::file("keep", Path::new("standard input")))?;
    // It stays open, and so there, until the process ends.
    Ok(Path::new(OPEN_FILES).join(file.into_raw_fd().to_string()))
}
