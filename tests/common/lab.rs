//! Hosts of `scripts/lab`.

use super::{Ended, finish, mst};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A lab of three hosts, which goes down when it is dropped.
pub(crate) struct Lab {
    name: String,
}

impl Lab {
    /// A lab of its own name; without root or namespaces, says "skipped" and why.
    pub(crate) fn up(name: &str) -> Option<Self> {
        let lab = Self { name: format!("{name}-{}", std::process::id()) };
        let up = lab.call(&["up"]);
        if up.code() == Some(0) {
            return Some(lab);
        }
        let forbidden = ["need root", "not permitted", "missing:"];
        assert!(forbidden.iter().any(|why| up.stderr.contains(why)), "{up:?}");
        println!("skipped: {}", up.stderr.trim());
        None
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Ended {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lab");
        let mut command = Command::new(script);
        command.args(arguments).env("MST_LAB", &self.name).env("MST", mst());
        finish(&mut command, Duration::from_secs(90))
    }

    /// A line of `sh` on a host, as root, which must go well.
    pub(crate) fn root(&self, host: &str, line: &str) {
        let ended = self.call(&["root", host, "sh", "-c", line]);
        assert_eq!(ended.code(), Some(0), "{line}: {ended:?}");
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.call(&["down"]);
    }
}
