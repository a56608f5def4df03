//! Runs that cannot be lost: the real binary, killed, signalled, and writing to disks that refuse.
#![cfg(unix)]

mod disk;
mod endless;
mod further;
mod guards;
mod hostile;
mod json;
mod kill;
mod pipe;
#[path = "../procedures/mod.rs"]
mod procedures;
mod program;
mod prune;
mod queue;
mod repeat;
mod saved;
mod search;
mod signals;
mod socket;
mod steer;
mod torn;
