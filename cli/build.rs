//! Finds the commit for the reports.

use std::path::Path;
use std::process::Command;

fn main() {
    // A path that is not there would run this again on every build.
    for path in
        ["../.git/HEAD", "../.git/index"].into_iter().filter(|path| Path::new(path).exists())
    {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rustc-env=MST_COMMIT={}", commit());
}

/// The commit this is built from, marked if files have changed since; `unknown` outside of git.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    match git(&["rev-parse", "--short=12", "HEAD"]) {
        None => "unknown".to_owned(),
        Some(commit) => match git(&["status", "--porcelain", "--untracked-files=no"]) {
            Some(changes) if changes.is_empty() => commit,
            _ => format!("{commit}-changed"),
        },
    }
}
