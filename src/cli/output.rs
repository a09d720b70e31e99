//! Files that appear whole or not at all.

use crate::error::{Error, Result};
use crate::format::{self, Format};
use crate::graph::Slice;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file under way: written beside its path, and renamed when it is complete.
pub(super) struct Output {
    path: PathBuf,
    beside: NamedTempFile,
}

impl Output {
    /// Prepares to write `path`; called before the work, so that nobody computes for nothing.
    ///
    /// # Errors
    /// If its folder cannot be written.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if path.is_dir() {
            let why = std::io::ErrorKind::IsADirectory.into();
            return Err(Error::File { action: "write", path: path.to_owned(), why });
        }
        let beside = tempfile::Builder::new()
            .prefix(".mst-")
            .permissions(permissions())
            .tempfile_in(folder)
            .map_err(Error::file("write", path))?;
        Ok(Self { path: path.to_owned(), beside })
    }

    /// Writes a graph or forest in the format of the path's name, and puts it in its place.
    ///
    /// # Errors
    /// If the disk is full or the format cannot hold the weights; the path is then as it was.
    pub(super) fn write(self, slice: &Slice) -> Result<()> {
        let failed = |why| Error::file("write", &self.path)(why);
        let format = Format::of_output(&self.path);
        let mut out = format::compressed(&self.path, BufWriter::new(self.beside.as_file()));
        format::write(format, &self.path, slice, &mut out)?;
        out.finish().and_then(|mut buffer| buffer.flush()).map_err(failed)?;
        self.beside.as_file().sync_all().map_err(failed)?;
        self.beside.persist(&self.path).map_err(|why| failed(why.error))?;
        Ok(())
    }
}

/// What the umask makes of rw-rw-rw-, as for any file.
fn permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}
