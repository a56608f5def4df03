//! The most memory that this process had in use, as Linux counts it.

/// Starts the count anew, where the system can.
pub fn forget_peak() {
    // An older kernel, or another system, goes on with the peak of the whole process.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The largest resident set since then, in bytes.
pub fn peak() -> Option<u64> {
    peak_of(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_kernels_status_page() {
        assert_eq!(peak_of("VmPeak:\t  999 kB\nVmHWM:\t   10612 kB\nVmRSS:\t  1 kB\n"), Some(10_612 * 1024));
        assert_eq!(peak_of("VmRSS:\t  1 kB\n"), None);
    }
}
