//! What the program asks of the operating system on its own account: regular files to read, their texts, memory that is free.

pub mod encoding;
pub mod files;
pub mod memory;
