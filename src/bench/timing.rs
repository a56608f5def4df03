//! The times of a workload's run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::process;
use crate::nn::profile::Share;

/// A point in time, by the clock and by processor time.
#[derive(Clone, Copy)]
pub(super) struct Timestamp {
    pub clock: Instant,
    pub processor: Option<Duration>,
}

impl Timestamp {
    pub fn now() -> Self {
        Timestamp { processor: process::processor_time(), clock: Instant::now() }
    }

    pub fn until(self, later: Timestamp) -> Round {
        let processor = self.processor.zip(later.processor).map(|(from, to)| to.saturating_sub(from));
        Round { clock: later.clock - self.clock, processor }
    }
}

/// How long a round took.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub clock: Duration,
    pub processor: Option<Duration>,
}

/// The measurements of a workload's run.
pub(super) struct Timing {
    /// Each round's time.
    pub rounds: Vec<Round>,
    /// The time of one more round, by op and as a whole.
    pub profile: BTreeMap<&'static str, Share>,
    pub profiled: Duration,
    pub steps_per_round: usize,
    pub inference_per_second: Option<f64>,
}
