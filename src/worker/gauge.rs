//! What a training takes of the machine, read every few seconds.

use std::time::{Duration, Instant};

use super::protocol::Usage;
use crate::system::process::Meter;
use crate::train::Training;

/// Time between two readings. One takes about a tenth of a millisecond of the training's thread.
const EVERY: Duration = Duration::from_secs(2);

/// Reads what the training takes.
pub(super) struct Gauge {
    meter: Option<Meter>,
    since: Instant,
}

impl Gauge {
    /// Begins to measure.
    pub(super) fn begin() -> Self {
        Gauge { meter: Meter::begin(), since: Instant::now() }
    }

    /// What the training takes, when it is time for a reading.
    pub(super) fn read(&mut self, training: &dyn Training) -> Option<Usage> {
        if self.since.elapsed() < EVERY {
            return None;
        }
        self.since = Instant::now();
        let (processors, memory) = self.meter.as_mut()?.read()?;
        Some(Usage { processors, memory, gpu: training.activity() })
    }
}
