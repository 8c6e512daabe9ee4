//! The command `dan`.

fn main() {}
