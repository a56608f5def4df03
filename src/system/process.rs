//! What this process takes of the machine now.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// What this process takes, and what the machine's processors do.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// How many processors it has kept busy since the reading before.
    pub processors: f64,
    /// How busy each processor of the machine was since then, in percent.
    pub cores: Vec<u8>,
    /// The bytes of memory that it holds.
    pub memory: u64,
}

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

    /// What it takes now; `None` where the system does not tell.
    pub fn read(&mut self) -> Option<Taken> {
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
        // First: a reading of the process brings the sum of all processors up to date, and none of them for a while.
        self.system.refresh_cpu_usage();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[self.process]), true, what);
        let cores =
            self.system.cpus().iter().map(|cpu| cpu.cpu_usage().clamp(0.0, 100.0).round() as u8).collect();
        let process = self.system.process(self.process)?;
        let processors = f64::from(process.cpu_usage()) / 100.0;
        Some(Taken { processors, cores, memory: process.memory() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn this_process_holds_memory_and_keeps_no_more_processors_busy_than_there_are() {
        let work = |ms| {
            let since = Instant::now();
            while since.elapsed() < Duration::from_millis(ms) {}
        };
        // A process that has done nothing yet has no share.
        work(50);
        let Some(mut meter) = Meter::begin() else { return };
        // A thread that does nothing but work keeps one processor busy, whichever.
        work(500);
        let taken = meter.read().unwrap();
        assert!(taken.processors > 0.2 && taken.memory > 1 << 20, "{taken:?}");
        let machines = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let known =
            machines.lines().filter(|line| line.starts_with("cpu") && !line.starts_with("cpu ")).count();
        let busy: f64 = taken.cores.iter().map(|share| f64::from(*share) / 100.0).sum();
        assert!(known == 0 || taken.cores.len() == known && busy > 0.2, "{taken:?}");
    }
}
