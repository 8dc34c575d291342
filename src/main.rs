//! The program `atalaya`: hands its arguments to the command line.

fn main() {}
