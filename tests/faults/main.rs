//! System calls that fail, one after the other. Whatever fails when: the program never says more than the disk holds,
//! never panics, and never takes away what was saved before.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "../procedures/mod.rs"]
mod procedures;
mod program;
mod stories;
mod tracer;
