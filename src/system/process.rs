//! What this process takes of the machine now.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Measures this process from one reading to the next.
pub struct Meter {
    system: System,
    process: Pid,
}

impl Meter {
    /// Begins to measure; `None` where the system does not report processes.
    pub fn begin() -> Option<Self> {
        let process = sysinfo::get_current_pid().ok()?;
        let mut meter = Meter { system: System::new(), process };
        // The share of time is that since the reading before.
        meter.read().map(|_| meter)
    }

    /// How many processors it has kept busy since the reading before, and the bytes of memory that it holds; `None` where the
    /// system does not tell.
    pub fn read(&mut self) -> Option<(f64, u64)> {
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[self.process]), true, what);
        let process = self.system.process(self.process)?;
        Some((f64::from(process.cpu_usage()) / 100.0, process.memory()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_memory_and_keeps_no_more_processors_busy_than_there_are() {
        let Some(mut meter) = Meter::begin() else { return };
        let (busy, memory) = meter.read().unwrap();
        assert!(busy >= 0.0 && memory > 1 << 20, "{busy} {memory}");
    }
}
