//! The hosts of `scripts/lab`.

use super::{Ended, finish, mst};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Time limit for a call.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// A lab of three hosts, which is removed on drop.
pub(crate) struct Lab {
    name: String,
}

impl Lab {
    /// Starts a lab, with a name that no other process uses. Without root or namespaces, prints
    /// "skipped" and why, and returns `None`.
    pub(crate) fn up(name: &str) -> Option<Self> {
        let lab = Self { name: format!("{name}-{}", std::process::id()) };
        let up = lab.call(&["up"]);
        if up.code() == Some(0) {
            return Some(lab);
        }
        let forbidden = ["need root", "not permitted", "missing:"];
        assert!(forbidden.iter().any(|why| up.stderr.contains(why)), "{up:?}");
        let installed = !up.stderr.contains("missing:") || std::env::var_os("CI").is_none();
        assert!(installed, "CI installs all: {up:?}");
        println!("skipped: {}", up.stderr.trim());
        None
    }

    /// A call of `scripts/lab`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(script("lab"));
        command.args(arguments).env("MST_LAB", &self.name).env("MST", mst());
        command
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Ended {
        finish(&mut self.command(arguments), LIMIT)
    }

    /// Like [`Lab::call`], but the call must succeed. Returns its standard output.
    pub(crate) fn expect(&self, arguments: &[&str]) -> String {
        let ended = self.call(arguments);
        assert_eq!(ended.code(), Some(0), "{arguments:?}: {ended:?}");
        ended.stdout
    }

    /// Runs a line of `sh` as root on a host. It must succeed.
    pub(crate) fn root(&self, host: &str, line: &str) {
        self.expect(&["root", host, "sh", "-c", line]);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.call(&["down"]);
        assert!(!Path::new("/run/mst-lab").join(&self.name).exists(), "the lab left something");
    }
}

/// The path of one of the project's scripts.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts").join(name)
}
