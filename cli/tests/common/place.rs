//! A folder as `mst cluster init` leaves it, for a job on this machine only, with fake tools.

use super::lab::{LIMIT, script};
use super::{Ended, finish, mst};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

/// A folder with `scripts/cluster`, the program, `hosts` and `cluster.env`.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        symlink(script("cluster"), place.path("cluster")).unwrap();
        symlink(mst(), place.path("mst")).unwrap();
        fs::create_dir(place.path("tools")).unwrap();
        place.write("hosts", "localhost slots=1\n", 0o644);
        place.write("cluster.env", &Self::settings(), 0o644);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The content of a correct cluster.env.
    pub(crate) fn settings() -> String {
        let program = fs::canonicalize(mst()).unwrap();
        format!(
            "# a comment\nprogram={}\nhost=localhost 127.0.0.1 2\noption=--bind-to none\n\
             OMPI_MCA_btl_tcp_if_include=10.77.0.0/24\nHYDRA_IFACE=enp0s8\n\
             HYDRA_LAUNCHER_EXTRA_ARGS=-o BatchMode=yes -o ConnectTimeout=5\nMST_TIMEOUT=8\n",
            program.display()
        )
    }

    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Adds a script that replaces the program `name` in PATH.
    pub(crate) fn tool(&self, name: &str, script: &str) {
        // Another process writes the file: a child of another test would inherit our open file, and
        // a file that is open for writing cannot be run.
        let write = "printf '#!/bin/sh\n%s\n' \"$1\" >\"$0\" && chmod 755 \"$0\"";
        let mut sh = Command::new("sh");
        sh.args(["-c", write]).arg(self.path("tools").join(name)).arg(script);
        assert!(sh.status().unwrap().success());
    }

    /// The command that calls `scripts/cluster` in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path("cluster"));
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.path("tools").display()));
        command.env_remove("MST").env_remove("MST_DONE").current_dir(self.folder.path());
        command.args(arguments);
        command
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Ended {
        finish(&mut self.command(arguments), LIMIT)
    }

    #[track_caller]
    pub(crate) fn unharmed(&self, after: &str) {
        assert!(!self.path("PWNED").exists(), "{after:?}");
    }
}
