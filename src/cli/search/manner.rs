//! How the trainings of a search are carried out.

use std::num::NonZero;

use super::super::Error;
use super::super::reporter::Reporting;
use super::super::serve::starter_of_trials;
use super::super::signals::Signals;
use super::super::text::plain;
use super::tell::Teller;
use crate::preset::DeviceChoice;
use crate::search::{self, Driver, Ended, Open};

/// How the trainings of a search are carried out.
#[derive(Debug, clap::Args)]
pub(super) struct Manner {
    /// Trainings at a time; the processors are shared out
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
    /// Threads of each training, instead of its share of the processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Where trials train: cpu, cuda:0; with several, separated by commas, one after the other round
    #[arg(long, value_name = "DEVICE", value_delimiter = ',')]
    device: Vec<DeviceChoice>,
}

impl Manner {
    /// How many train at a time.
    pub fn jobs(&self) -> usize {
        self.jobs.into()
    }

    /// The threads of each training.
    pub fn threads(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        self.threads.map_or((processors / usize::from(self.jobs)).max(1), usize::from)
    }

    /// Carries a search out to its end, or until a signal. `again` is the command that goes on with it.
    pub fn carry_out(&self, mut open: Open, reporting: &Reporting, again: &str) -> Result<(), Error> {
        let signals = reporting.or_say_why(Signals::catch())?;
        let starter = starter_of_trials(self.threads())?;
        let driver = Driver {
            starter: &starter,
            jobs: self.jobs(),
            devices: self.device.clone(),
            is_interrupted: &|| signals.caught().is_some(),
        };
        let mut teller = Teller::new(reporting);
        teller.begin(&open.search)?;
        let ended = search::drive(&mut open, &driver, &mut |open, told| teller.tell(&open.search, &told));
        let ended = reporting.or_say_why(ended.map_err(Error::from))?;
        teller.end(&open.search, ended)?;
        match (signals.caught(), ended) {
            (Some(signal), _) => Err(Error::Signal(signal)),
            (None, Ended::Interrupted) => Err(Error::Failed(format!(
                "some trials were stopped from elsewhere; `{}` goes on with them",
                plain(again)
            ))),
            (None, Ended::Done | Ended::TimeIsUp) if open.search.best().is_none() => {
                Err(Error::Failed(format!(
                    "no trial has a result; `trainyard search show {}` says why",
                    open.search.store.name()
                )))
            }
            (None, Ended::Done | Ended::TimeIsUp) => Ok(()),
        }
    }
}
