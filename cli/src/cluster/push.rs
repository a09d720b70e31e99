//! Copies a file to all hosts.

use super::copy::copy;
use super::refusal;
use super::setup::ClusterSetup;
use crate::console::write_stdout;
use crate::doctor::{Facts, Remote};
use mst::error::{Error, Result, shown};
use std::path::Path;

/// Copies a file to the same path on every host, and says which hosts already had it.
///
/// # Errors
/// If `file` is not a file, or cannot be copied to a host.
pub(crate) fn push(file: &Path) -> Result<()> {
    let setup = ClusterSetup::read()?;
    if !file.is_file() {
        return Err(refusal(format!("{} is not a file", shown(file))));
    }
    let file = file.canonicalize().map_err(Error::file("find", file))?;
    let here = Facts::here(String::new(), &[]);
    setup.settings.hosts.iter().try_for_each(|job_host| {
        let copied = copy(&file, &Remote::named(&job_host.host, &here))?;
        write_stdout(copied.line(&job_host.host, &file).as_bytes())
    })
}
