//! How the trainings of a search are carried out.

use std::io::Write;

use super::super::Error;
use super::super::reporter::Reporting;
use super::super::serve::starter_of_trials;
use super::super::signals::Signals;
use super::super::task::put_back;
use super::super::text::plain;
use super::super::threads::{crowded, processors};
use super::tell::Teller;
use crate::preset::DeviceChoice;
use crate::run::hook;
use crate::search::{self, Driver, Ended, Open, Search, Store, Subject};
use crate::worker::{check_device, check_own_data, devices_shared_out};

/// How the trainings of a search are carried out.
#[derive(Debug, clap::Args)]
pub(super) struct Manner {
    /// Trainings at a time; the processors are shared out. Of a search that is submitted to a cluster: of each of its jobs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
    /// Threads of each training, instead of its share of the processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Where trials train: cpu, cuda:0; with several, separated by commas, each where the fewest are. Left out, several at a time take
    /// a GPU each
    #[arg(long, value_name = "DEVICE", value_delimiter = ',')]
    device: Vec<DeviceChoice>,
    /// Together with other processes that are called with this option, on this machine or on others that see the same folder of
    /// searches and runs: each trains the trials that no other one trains
    #[arg(long)]
    shared: bool,
    /// Go on although the data has changed since the search began; its trials are then of different data
    #[arg(long)]
    accept_changed_data: bool,
    /// Run this in a shell when the search has ended, instead of its `on_end`, with TRAINYARD_SEARCH, TRAINYARD_OUTCOME (done, time is
    /// up, interrupted, failed), TRAINYARD_TRIALS, TRAINYARD_BEST (the objective's best value) and TRAINYARD_PRESET in its environment
    #[arg(long, value_name = "COMMAND")]
    on_end: Option<String>,
}

impl Manner {
    /// How many train at a time.
    pub fn jobs(&self) -> usize {
        self.jobs.into()
    }

    /// The threads of each training.
    pub fn threads(&self) -> usize {
        let share = || self.share(processors());
        self.threads.map_or_else(share, usize::from)
    }

    /// The option that shares out only so many processors; nothing where the threads are said.
    pub fn sharing(&self, processors: usize) -> Vec<String> {
        match self.threads {
            Some(_) => Vec::new(),
            None => vec!["--threads".into(), self.share(processors).to_string()],
        }
    }

    fn share(&self, processors: usize) -> usize {
        (processors / usize::from(self.jobs)).max(1)
    }

    /// Checks that the devices are there on which trials are to be trained.
    ///
    /// # Errors
    /// When one of them is not.
    pub fn check_devices(&self, subject: &Subject) -> Result<(), Error> {
        let preset = subject.base.preset.device;
        let asked = self.device.iter().copied().map(Some);
        let mut asked = asked.chain(self.device.is_empty().then_some(None));
        asked
            .try_for_each(|asked| check_device(asked, preset))
            .map_err(|problem| Error::Failed(plain(&problem)))
    }

    /// Begins a search or goes on with it.
    ///
    /// # Errors
    /// When a device is not there, other processes carry it out, or it is another search.
    pub fn open(&self, store: Store, subject: Subject) -> Result<Open, Error> {
        self.check_devices(&subject)?;
        let open = if self.shared { Open::join(store, &subject)? } else { Open::begin(store, subject)? };
        // Trials on other data would stand in one list with those before.
        if let Some(learned) = open.search.first_run().and_then(|run| run.learned().ok().flatten()) {
            let changes =
                check_own_data(&learned, self.accept_changed_data, "begin another search by --name");
            let changes = changes.map_err(|problem| Error::Failed(plain(&problem)))?;
            for change in changes {
                // Nobody may be there to read it.
                let _ = writeln!(std::io::stderr(), "trainyard: {}", plain(&change));
            }
        }
        Ok(open)
    }

    /// Runs the person's command that wants to know of the end. Where several carry it out, the last one does.
    fn tell_command(&self, search: &Search, ended: Option<Ended>) {
        let command = self.on_end.as_ref().or(search.subject.plan.on_end.as_ref());
        let Some(command) = command else { return };
        let outcome = match ended {
            Some(Ended::Interrupted) => Ended::Interrupted.word(),
            Some(ended) if search.best().is_some() => ended.word(),
            _ => "failed",
        };
        let variables = search.variables(outcome);
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
        if let Err(problem) = hook::run(command, &variables) {
            // Nobody may be there to read it.
            let _ = writeln!(std::io::stderr(), "trainyard: {}", plain(&problem));
        }
    }

    /// Carries a search out to its end, or until a signal. `again` is the command that goes on with it.
    pub fn carry_out(&self, mut open: Open, reporting: &Reporting, again: &str) -> Result<(), Error> {
        let signals = reporting.or_say_why(Signals::catch())?;
        let starter = starter_of_trials(self.threads())?;
        // One training at a time looks itself which GPU is the emptiest.
        let devices = match self.device.is_empty() && self.jobs > 1 {
            true => devices_shared_out(open.search.subject.base.preset.device),
            false => self.device.clone(),
        };
        let driver = Driver {
            starter: &starter,
            jobs: self.jobs(),
            devices,
            is_interrupted: &|| signals.caught().is_some(),
            accepts_changed_data: self.accept_changed_data,
        };
        let mut teller = Teller::new(reporting);
        teller.begin(&open.search)?;
        if let Some(told) = crowded("--jobs", self.jobs()) {
            // Nobody may be there to read it.
            let _ = writeln!(std::io::stderr(), "trainyard: {told}");
        }
        let ended = search::drive(&mut open, &driver, &mut |open, told| teller.tell(&open.search, &told));
        // Where it is put back into a cluster's queue, where others go on, or where it had ended before, this is not its end.
        let is_its_end = match &ended {
            Ok(Ended::Done | Ended::TimeIsUp) => open.is_ended_here,
            Ok(Ended::Interrupted) => !signals.time_is_up(),
            Ok(Ended::Elsewhere) => false,
            Err(_) => true,
        };
        if is_its_end {
            self.tell_command(&open.search, ended.as_ref().ok().copied());
        }
        let ended = reporting.or_say_why(ended.map_err(Error::from))?;
        teller.end(&open.search, ended)?;
        if signals.time_is_up() {
            put_back(reporting)?;
        }
        match (signals.caught(), ended) {
            (Some(signal), _) => Err(Error::Signal(signal)),
            (None, Ended::Interrupted) => Err(Error::Failed(format!(
                "some trials were stopped from elsewhere; `{}` goes on with them",
                plain(again)
            ))),
            (None, Ended::Elsewhere) => Ok(()),
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
