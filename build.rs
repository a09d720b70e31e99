//! Finds the commit for the reports, and says what to install if MPI cannot be built.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/index");
    println!("cargo::rustc-env=MST_COMMIT={}", commit());
    println!("cargo::rerun-if-env-changed=MPICC");
    println!("cargo::rerun-if-env-changed=PATH");
    if std::env::var_os("CARGO_FEATURE_MPI").is_some() {
        let wrapper = std::env::var("MPICC").unwrap_or_else(|_| "mpicc".to_owned());
        if Command::new(&wrapper).arg("-show").output().is_err() {
            println!(
                "cargo::error=MPI is missing: there is no `{wrapper}`. On Debian and Ubuntu: \
                 sudo apt-get install libopenmpi-dev openmpi-bin libclang-dev (scripts/setup does \
                 it). To build without MPI, with ranks in one process: cargo build --no-default-features"
            );
        }
    }
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
