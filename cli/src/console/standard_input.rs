//! Copies a graph on standard input to an unnamed file, since it is read more than once.

use mst::error::{Error, OPEN_FILES, Result};
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::IntoRawFd;
use std::path::{Path, PathBuf};

/// The name of standard input on the command line.
pub(crate) const NAME: &str = "-";

/// Whether a graph's name means standard input.
pub(crate) fn is_named(graph: &OsStr) -> bool {
    [NAME, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| graph == *name)
}

/// Copies standard input to a file in the folder for temporary files (`TMPDIR`), which disappears
/// with the process. Returns its path, which only this process can use.
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
    // The file stays open, and so exists, until the process ends.
    Ok(Path::new(OPEN_FILES).join(file.into_raw_fd().to_string()))
}
