//! Carries a search out: several trainings at a time, each in a process of its own that outlives this one. What they leave on
//! disk is what the search knows of them, so one that was killed at any moment goes on where it was.

mod job;
mod score;
pub(super) mod training;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::Error;
use super::ongoing::{Next, Open};
use super::trial::{Reached, Trial};
use crate::preset::DeviceChoice;
use crate::run::OfSearch;
use crate::worker::Starter;
use job::{Heard, Job};

/// How often it looks whether somebody wants it to end.
const LOOK: Duration = Duration::from_millis(50);

/// How a search is carried out.
pub struct Driver<'a> {
    /// Starts a process that trains.
    pub starter: &'a Starter,
    /// How many train at a time.
    pub jobs: usize,
    /// Where trials train, one after the other round; empty: as the preset says.
    pub devices: Vec<DeviceChoice>,
    /// Whether somebody wants it to end.
    pub is_interrupted: &'a dyn Fn() -> bool,
}

/// What happens in a search.
#[derive(Clone, Debug, PartialEq)]
pub enum Told<'a> {
    /// A training begins or goes on.
    Begun {
        /// The trial.
        trial: &'a Trial,
        /// Its training's seed.
        seed: u64,
        /// The run's name.
        run: &'a str,
    },
    /// A training has come to its rung, or failed.
    Reached {
        /// The trial.
        trial: &'a Trial,
        /// Its training's seed.
        seed: u64,
    },
    /// The preset does not take the settings of a trial.
    Refused(&'a Trial),
    /// A training was ended from elsewhere. It is left as it is until the search is called again.
    Left {
        /// The trial.
        trial: &'a Trial,
        /// What is known of it.
        why: &'a str,
    },
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is left to do.
    Done,
    /// Its hours are over; some trials may not have been made.
    TimeIsUp,
    /// Somebody ended it.
    Interrupted,
}

/// What is being trained, and what was left.
struct Trainings {
    running: HashSet<(usize, usize)>,
    left: HashSet<(usize, usize)>,
    heard: (Sender<Heard>, Receiver<Heard>),
    stop: Arc<AtomicBool>,
    begun: usize,
    /// The trials that were there at first: one of them may have a run that nobody wrote down.
    known: usize,
}

/// Carries out a search until nothing is left to do, its time is up, or somebody ends it: then every training makes a checkpoint
/// first.
///
/// # Errors
/// When the search cannot be written down or its preset takes no settings. What trains goes on to its end by itself.
pub fn drive(open: &mut Open, driver: &Driver, tell: &mut dyn FnMut(&Open, Told)) -> Result<Ended, Error> {
    let since = Instant::now();
    let before = open.search.record.seconds;
    let spent = || before + since.elapsed().as_secs_f64();
    let limit = open.search.subject.plan.hours.map(|hours| hours * 3600.0);
    let is_late = || limit.is_some_and(|limit| spent() >= limit);
    let mut trainings = Trainings {
        running: HashSet::new(),
        left: HashSet::new(),
        heard: channel(),
        stop: Arc::default(),
        begun: 0,
        known: open.search.trials.len(),
    };
    let mut told = open.search.trials.len();
    // What comes next changes only with what is heard of trainings.
    let (mut next, mut has_changed) = (Next::Wait, true);
    let ended = loop {
        if (driver.is_interrupted)() {
            trainings.stop.store(true, Ordering::Release);
        }
        let is_stopping = trainings.stop.load(Ordering::Acquire);
        while has_changed && !is_stopping && trainings.running.len() < driver.jobs {
            let trained = trainings.running.iter().chain(&trainings.left).copied().collect();
            next = open.next(&trained, !is_late())?;
            for trial in &open.search.trials[told.min(open.search.trials.len())..] {
                if trial.refused.is_some() {
                    tell(open, Told::Refused(trial));
                }
            }
            told = open.search.trials.len();
            match next {
                Next::Train(trial, run) => trainings.begin(open, driver, trial, run)?,
                Next::Wait | Next::Done => has_changed = false,
            }
        }
        if trainings.running.is_empty() {
            match (is_stopping, next) {
                (true, _) => break Ended::Interrupted,
                (false, Next::Done)
                    if is_late() && open.search.made() < open.search.subject.plan.trials as usize =>
                {
                    break Ended::TimeIsUp;
                }
                (false, Next::Done) => break Ended::Done,
                // Only what was left remains.
                (false, Next::Wait) => break Ended::Interrupted,
                (false, Next::Train(..)) => {}
            }
        }
        match trainings.heard.1.recv_timeout(LOOK) {
            Ok(heard) => {
                trainings.hear(open, heard, tell)?;
                has_changed = true;
                open.search.record.seconds = spent();
                open.search.store.save(&open.search.record)?;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    };
    open.search.record.seconds = spent();
    open.search.record.is_ended = ended != Ended::Interrupted;
    open.search.store.save(&open.search.record)?;
    Ok(ended)
}

impl Trainings {
    /// Starts a training on a thread that hears of its end.
    fn begin(&mut self, open: &mut Open, driver: &Driver, trial: usize, run: usize) -> Result<(), Error> {
        let search = &open.search;
        let of = &search.trials[trial];
        let training = &of.runs[run];
        let experiment = search.subject.experiment(&of.settings, training.seed)?;
        let runs = &driver.starter.runs;
        let job = Job {
            place: (trial, run),
            until: search.subject.rungs().get(of.rung).copied().flatten(),
            objectives: search.subject.plan.objectives.clone(),
            parameters: experiment.parameters(),
            experiment,
            of: OfSearch { search: search.store.name(), number: of.number },
            folder: training.run.as_ref().map(|name| runs.join(name)),
            device: driver.devices.get(self.begun % driver.devices.len().max(1)).copied(),
            starter: driver.starter.clone(),
            lock: search.store.claim(of.number, run),
            may_be_there: training.run.is_none() && trial < self.known,
        };
        self.begun += 1;
        let (sender, stop) = (self.heard.0.clone(), self.stop.clone());
        let spawned =
            std::thread::Builder::new().name("trial".into()).spawn(move || job.carry_out(&sender, &stop));
        spawned.map_err(|error| Error::Failed(format!("the system refuses a thread: {error}")))?;
        self.running.insert((trial, run));
        Ok(())
    }

    /// Writes down what became of a training.
    fn hear(
        &mut self,
        open: &mut Open,
        heard: Heard,
        tell: &mut dyn FnMut(&Open, Told),
    ) -> Result<(), Error> {
        let (place @ (trial, run), what) = (heard.place, heard.what);
        let record = &mut open.search.trials[trial].runs[run];
        let seed = record.seed;
        match what {
            job::What::Begun(folder) => {
                let name = name_of(&folder);
                record.run = Some(name.clone());
                open.search.store.save_trial(&open.search.trials[trial])?;
                tell(open, Told::Begun { trial: &open.search.trials[trial], seed, run: &name });
                return Ok(());
            }
            job::What::Left(why) => {
                self.running.remove(&place);
                self.left.insert(place);
                tell(open, Told::Left { trial: &open.search.trials[trial], why: &why });
                return Ok(());
            }
            job::What::Failed(reason) => record.failed = Some(reason),
            job::What::Reached { reached, is_over } => record.reach(reached, is_over),
        }
        self.running.remove(&place);
        open.search.store.save_trial(&open.search.trials[trial])?;
        tell(open, Told::Reached { trial: &open.search.trials[trial], seed });
        Ok(())
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl super::trial::TrialRun {
    /// It has come to its rung.
    fn reach(&mut self, reached: Reached, is_over: bool) {
        self.reached.push(reached);
        self.is_over = is_over;
    }
}
