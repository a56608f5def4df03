//! What the program asks of the operating system on its own account: regular files to read, memory that is free.

pub mod files;
pub mod memory;
