//! The errors of a text, with their place in it.

use super::compression::XZ_MEMORY;
use super::fields::Fault;
use crate::error::{ContentFault, Error, Place};
use std::io;
use std::path::Path;

/// The error for a fault on a line, counted from 1.
pub(super) fn located(path: &Path, line: u64, fault: Fault) -> Error {
    let place = Place { path: path.into(), line, column: fault.at as u64 + 1 };
    Error::Line { place, expected: fault.expected, found: fault.found }
}

/// The error for a line, counted from 1, that has more than `longest` bytes.
pub fn too_long(path: &Path, line: u64, longest: u64) -> Error {
    let expected = format!("a line of at most {longest} bytes");
    located(path, line, Fault { at: 0, expected, found: "a longer one".to_owned() })
}

/// The error for a read that failed. If the decompressor failed, there is no error of the system
/// behind it.
pub(super) fn failed(path: &Path, why: io::Error) -> Error {
    if why.raw_os_error().is_some() {
        return Error::file("read", path)(why);
    }
    if why.kind() == io::ErrorKind::OutOfMemory {
        let what = format!(
            "its decompressor needs more than {} MiB; compress it with a smaller dictionary",
            XZ_MEMORY / 1024
        );
        return Error::content(path, ContentFault::Unsupported, what);
    }
    Error::content(
        path,
        ContentFault::Damaged,
        format!("its compressed data is cut short or corrupt ({why}); copy it again"),
    )
}
