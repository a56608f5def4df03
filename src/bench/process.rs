//! What the process uses, as Linux counts it: memory and processor time.

use std::time::Duration;

/// Resets the peak of memory, where the system can do so.
pub fn forget_peak() {
    // An older kernel, or another system, keeps the peak since the process began.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The largest resident set since [`forget_peak`], in bytes.
pub fn peak() -> Option<u64> {
    peak_of(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The processor time of all threads so far. Unlike clock time, it hardly depends on what else the machine does.
pub fn processor_time() -> Option<Duration> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let nanoseconds = threads.filter_map(|thread| {
        let line = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    let sum: u64 = nanoseconds.sum();
    (sum > 0).then(|| Duration::from_nanos(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_kernels_status_page() {
        assert_eq!(peak_of("VmPeak:\t  999 kB\nVmHWM:\t   10612 kB\nVmRSS:\t  1 kB\n"), Some(10_612 * 1024));
        assert_eq!(peak_of("VmRSS:\t  1 kB\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn processor_time_grows_while_something_is_computed() {
        // Threads of other tests may end in between, and their time is then lost, but not in every attempt.
        let has_grown = |_| {
            let Some(before) = processor_time() else { return true };
            let since = std::time::Instant::now();
            let mut x = 1.0_f64;
            while since.elapsed() < Duration::from_millis(50) {
                x = std::hint::black_box(x.sqrt() + 1.0);
            }
            processor_time().is_some_and(|after| after > before)
        };
        assert!((0..40).any(has_grown));
    }
}
