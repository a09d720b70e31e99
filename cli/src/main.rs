//! The program: starts a world, runs one command, rank 0 prints the one error.

mod allocator;

use allocator::Allocator;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: Allocator = Allocator;

fn main() -> ExitCode {
    mst_cli::main()
}
