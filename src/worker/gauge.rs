//! What a training takes of the machine, read every few seconds.

use std::time::{Duration, Instant};

use super::protocol::Usage;
use crate::system::memory;
use crate::system::process::{Meter, Taken};
use crate::train::{StepTime, Training};

/// Time between two readings. One takes about a tenth of a millisecond of the training's thread.
const EVERY: Duration = Duration::from_secs(2);

/// Reads what the training takes.
pub(super) struct Gauge {
    meter: Option<Meter>,
    since: Instant,
    /// The steps since the reading before.
    parts: StepTime,
}

impl Gauge {
    /// Begins to measure.
    pub(super) fn begin() -> Self {
        Gauge { meter: Meter::begin(), since: Instant::now(), parts: StepTime::default() }
    }

    /// Counts a step.
    pub(super) fn stepped(&mut self, step: StepTime) {
        self.parts = self.parts.and(&step);
    }

    /// What the training takes, when it is time for a reading.
    pub(super) fn read(&mut self, training: &dyn Training) -> Option<Usage> {
        if self.since.elapsed() < EVERY {
            return None;
        }
        self.since = Instant::now();
        let Taken { processors, cores, memory } = self.meter.as_mut()?.read()?;
        let (free, parts) = (memory::free(), std::mem::take(&mut self.parts));
        Some(Usage { processors, cores, memory, free, parts, gpu: training.activity() })
    }
}
