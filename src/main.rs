//! The program `atalaya`: hands its arguments to the command line.

use std::process::ExitCode;

/// Pages come and go between small things that stay: the system's allocator held twice as much for it. Its settings are in
/// `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    atalaya::cli::main()
}
