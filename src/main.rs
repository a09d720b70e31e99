//! The program: starts a world, runs one command, rank 0 prints the one error.

use std::process::ExitCode;

fn main() -> ExitCode {
    mst::cli::main()
}
