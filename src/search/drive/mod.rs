//! Carries a search out: several trainings at a time, each in a process of its own that outlives this one. What they leave on
//! disk is what the search knows of them, so one that was killed at any moment goes on where it was.

mod job;
pub(super) mod score;
pub(super) mod training;

use std::collections::{HashMap, HashSet};
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
use crate::run::lock::Lock;
use crate::worker::Starter;
use job::{Heard, Job};

/// How often it looks whether somebody wants it to end.
const LOOK: Duration = Duration::from_millis(50);
/// How often it looks what the others have done that carry the search out as well.
const OTHERS: Duration = Duration::from_secs(2);

/// Looking takes at most one part in so many of the time.
const LOOKING: u32 = 20;

/// How a search is carried out.
pub struct Driver<'a> {
    /// Starts a process that trains.
    pub starter: &'a Starter,
    /// How many train at a time.
    pub jobs: usize,
    /// Where trials train, each where the fewest are; empty: as the preset says. `auto` with a GPU is for those that leave it to
    /// Trainyard.
    pub devices: Vec<DeviceChoice>,
    /// Whether somebody wants it to end.
    pub is_interrupted: &'a dyn Fn() -> bool,
    /// A trial goes on although its data has changed.
    pub accepts_changed_data: bool,
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
    /// What is left is trained by other processes.
    Elsewhere,
}

impl Ended {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Ended::Done => "done",
            Ended::TimeIsUp => "time is up",
            Ended::Interrupted => "interrupted",
            Ended::Elsewhere => "the rest is trained by other processes",
        }
    }
}

/// What is being trained, and what was left.
struct Trainings {
    running: HashMap<(usize, usize), Place>,
    left: HashSet<(usize, usize)>,
    heard: (Sender<Heard>, Receiver<Heard>),
    stop: Arc<AtomicBool>,
    /// The trials that were there before we made any: one of them may have a run that nobody wrote down.
    known: usize,
}

/// Where a training is.
struct Place {
    /// Which of the devices, as a place.
    device: usize,
    /// Keeps other processes away.
    _lock: Option<Lock>,
}

/// Carries out a search until nothing is left to do, its time is up, or somebody ends it: then every training makes a checkpoint
/// first.
///
/// # Errors
/// When the search cannot be written down or its preset takes no settings. What trains goes on to its end by itself.
pub fn drive(open: &mut Open, driver: &Driver, tell: &mut dyn FnMut(&Open, Told)) -> Result<Ended, Error> {
    // What others have written is read first.
    drop(open.turn(driver.is_interrupted)?);
    let mut trainings = Trainings {
        running: HashMap::new(),
        left: HashSet::new(),
        heard: channel(),
        stop: Arc::default(),
        known: open.search.trials.len(),
    };
    let mut told = open.search.trials.len();
    let (mut looked_at, mut pause) = (Instant::now(), OTHERS);
    // What comes next changes only with what is heard of trainings.
    let (mut next, mut has_changed) = (Next::Wait, true);
    let ended = loop {
        if (driver.is_interrupted)() {
            trainings.stop.store(true, Ordering::Release);
        }
        let is_stopping = trainings.stop.load(Ordering::Acquire);
        // What others have done changes what comes next as well.
        has_changed |= open.is_shared() && looked_at.elapsed() >= pause;
        while has_changed && !is_stopping && trainings.running.len() < driver.jobs {
            let Some(turn) = open.turn(driver.is_interrupted)? else { break };
            // Where there are many trials, or the disk is slow, it looks less often.
            (looked_at, pause) = (Instant::now(), OTHERS.max(turn.took * LOOKING));
            if open.is_shared() {
                // Those that were there before this turn may have been begun by others.
                trainings.known = open.search.trials.len();
            }
            let mut trained = trainings.running.keys().chain(&trainings.left).copied().collect();
            let lock;
            (next, lock) = open.next_free(&mut trained, !is_late(open))?;
            for trial in &open.search.trials[told.min(open.search.trials.len())..] {
                if trial.refused.is_some() {
                    tell(open, Told::Refused(trial));
                }
            }
            told = open.search.trials.len();
            match next {
                Next::Train(trial, run) => trainings.begin(open, driver, (trial, run), lock)?,
                Next::Wait | Next::Done => has_changed = false,
            }
            drop(turn);
        }
        if trainings.running.is_empty() {
            match (is_stopping, next) {
                (true, _) => break Ended::Interrupted,
                (false, Next::Done)
                    if is_late(open) && open.search.made() < open.search.subject.plan.trials as usize =>
                {
                    break Ended::TimeIsUp;
                }
                (false, Next::Done) => break Ended::Done,
                // Only what was left remains.
                (false, Next::Wait) if !open.is_shared() || !trainings.left.is_empty() => {
                    break Ended::Interrupted;
                }
                // What the others come to decides what is trained further.
                (false, Next::Wait) if open.search.subject.rungs().len() > 1 => {}
                (false, Next::Wait) => break Ended::Elsewhere,
                (false, Next::Train(..)) => {}
            }
        }
        match trainings.heard.1.recv_timeout(LOOK) {
            Ok(heard) => {
                // What has been trained is written down, whoever wants us to end.
                let turn = open.turn(&|| false)?;
                trainings.hear(open, heard, tell)?;
                has_changed = true;
                open.count()?;
                drop(turn);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    };
    let _turn = open.turn(&|| false)?;
    open.is_ended_here = matches!(ended, Ended::Done | Ended::TimeIsUp) && !open.search.record.is_ended;
    open.search.record.is_ended = match ended {
        Ended::Done | Ended::TimeIsUp => true,
        Ended::Interrupted => false,
        // The last one of the others has seen its end, perhaps meanwhile.
        Ended::Elsewhere => open.search.record.is_ended,
    };
    open.count()?;
    Ok(ended)
}

/// Whether the hours of a search are over.
fn is_late(open: &Open) -> bool {
    open.search.subject.plan.hours.is_some_and(|hours| open.seconds() >= hours * 3600.0)
}

impl Trainings {
    /// Starts a training on a thread that hears of its end.
    fn begin(
        &mut self,
        open: &Open,
        driver: &Driver,
        (trial, run): (usize, usize),
        lock: Option<Lock>,
    ) -> Result<(), Error> {
        let search = &open.search;
        let of = &search.trials[trial];
        let training = &of.runs[run];
        let experiment = search.subject.experiment(&of.settings, training.seed)?;
        let runs = &driver.starter.runs;
        // Where the fewest are.
        let are_on = |device: &usize| self.running.values().filter(|place| place.device == *device).count();
        let place = (0..driver.devices.len()).min_by_key(are_on).unwrap_or(0);
        // `auto` with a GPU is for trials that leave it to Trainyard.
        let says_where = experiment.preset.device != DeviceChoice::Auto;
        let device = driver.devices.get(place).copied().filter(|device| !(device.is_auto() && says_where));
        let job = Job {
            place: (trial, run),
            until: search.subject.rungs().get(of.rung).copied().flatten(),
            objectives: search.subject.plan.objectives.clone(),
            parameters: experiment.parameters(),
            experiment,
            of: OfSearch { search: search.store.name(), number: of.number },
            folder: training.run.as_ref().map(|name| runs.join(name)),
            device,
            starter: driver.starter.clone(),
            lock: search.store.claim(of.number, run),
            is_shared: open.is_shared(),
            accepts_changed_data: driver.accepts_changed_data,
            given_up: training.given_up.clone(),
            may_be_there: training.run.is_none() && trial < self.known,
        };
        let (sender, stop) = (self.heard.0.clone(), self.stop.clone());
        let spawned =
            std::thread::Builder::new().name("trial".into()).spawn(move || job.carry_out(&sender, &stop));
        spawned.map_err(|error| Error::Failed(format!("the system refuses a thread: {error}")))?;
        self.running.insert((trial, run), Place { device: place, _lock: lock });
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
