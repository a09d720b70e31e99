//! The program: sets its allocator and calls [`mst_cli::main`].

mod allocator;

use allocator::Allocator;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: Allocator = Allocator;

fn main() -> ExitCode {
    mst_cli::main()
}
