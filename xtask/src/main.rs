//! How this repository is kept.

fn main() {}
