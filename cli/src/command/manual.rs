//! Completions and the manual page, generated from the definition of the command line.

use crate::console::write_stdout;
use clap_complete::Shell;
use mst::error::{Error, Result};
use std::fs;
use std::path::PathBuf;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// Write mst.1, mst-solve.1 and so on into this folder, which is made if needed
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Completions {
    pub(super) fn run(&self, command: &mut clap::Command) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "mst", &mut script);
        write_stdout(&script)
    }
}

impl Man {
    pub(super) fn run(&self, command: &clap::Command) -> Result<()> {
        if let Some(folder) = &self.into {
            let made = fs::create_dir_all(folder);
            return made
                .and_then(|()| clap_mangen::generate_to(command.clone(), folder))
                .map_err(Error::file("write", folder));
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone())
            .render(&mut page)
            .expect("writing to a vector cannot fail");
        write_stdout(&page)
    }
}
