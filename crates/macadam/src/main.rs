//! The program people install.
fn main() {}
