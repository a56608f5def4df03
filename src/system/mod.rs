//! What the program asks of the operating system on its own account: regular files to read, their texts, memory and disk that are
//! free, processors, what this process takes, the name of the machine.

pub mod disk;
pub mod encoding;
pub mod files;
pub mod machine;
pub mod memory;
pub mod other_process;
pub mod process;
pub mod processors;
pub mod words;
