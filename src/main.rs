//! The program `atalaya`: hands its arguments to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    atalaya::cli::main()
}
