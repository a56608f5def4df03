//! Memory that is free, so that what would not fit is refused before it is taken.

use sysinfo::{MemoryRefreshKind, System};

/// The share of free memory that may be used; the rest is left to other programs.
const USABLE: f64 = 0.9;

/// Free memory in bytes: the machine's, or the container's where that has less. `None` where the system does not report
/// it.
pub fn free() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let machine = system.available_memory();
    // The memory that a container uses is counted without the page cache, which the system frees when needed.
    let of_container = |limits: sysinfo::CGroupLimits| limits.total_memory.saturating_sub(limits.rss);
    let free = system.cgroup_limits().map_or(machine, |limits| machine.min(of_container(limits)));
    (free > 0).then_some(free)
}

/// All memory in bytes: the machine's, or the container's where that has less. `None` where the system does not report it.
pub fn total() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let machine = system.total_memory();
    let total = system.cgroup_limits().map_or(machine, |limits| machine.min(limits.total_memory));
    (total > 0).then_some(total)
}

/// Bytes of `free` that may be taken.
pub fn usable(free: u64) -> u64 {
    (free as f64 * USABLE) as u64
}

/// Bytes that may be taken now; no limit where the system does not tell.
pub fn usable_now() -> u64 {
    free().map_or(u64::MAX, usable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_says_how_much_is_free() {
        assert!(free().is_none_or(|free| free > 1 << 20));
        assert!(total().is_none_or(|total| free().is_none_or(|free| free <= total)));
    }
}
