//! Liars at either end of the socket: whatever they say, however much and however fast, the other end lives, takes
//! bounded memory and serves who is honest.
//!
//! Some ten thousand messages each way are exchanged with the other tests, a million with
//!
//!     cargo test --test liars -- --ignored --nocapture
#![cfg(unix)]

mod dashboard;
mod random;
mod training;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time: each measures the memory of the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Memory of this process that is in use, in bytes; 0 where the system does not say.
fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok());
    resident.unwrap_or(0) * 4096
}

/// More than this must no liar make the other end take.
const MEMORY: usize = 1 << 30;
