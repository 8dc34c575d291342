//! The program `atalaya`: hands its arguments to the command line.

use std::process::ExitCode;

/// Trees of HTML are tens of thousands of small pieces, made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    atalaya::cli::main()
}
