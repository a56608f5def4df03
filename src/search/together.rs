//! A search that several processes carry out together, on one machine or on several that see the same folder: each sees one training
//! through after the other and asks the files for the next.
//!
//! Who looks what comes next and writes it down holds the lock `turn`. Who sees a training through holds that training's lock, so
//! one whose process or machine died is free for the others. The locks are `flock`'s: Linux keeps them over NFS (4, and 3 with its
//! lock service), and over Lustre that is mounted with `flock`. A new trial is created, never written over, so that a folder that is
//! seen late costs a second look and nothing else.

use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Error;
use super::ongoing::{Next, Open, Search};
use super::store::Store;
use super::subject::Subject;
use crate::run;
use crate::run::lock::Lock;

/// How long it waits before it asks for its turn again, at first and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(200)];

/// What a process holds that carries a search out.
#[derive(Debug)]
pub(super) enum Hold {
    /// It is the only one.
    Alone { _lock: Lock },
    /// There may be others.
    Together { _member: Lock },
}

/// The seconds that a search has run.
#[derive(Debug)]
pub(super) struct Clock {
    /// Up to `since`.
    seconds: f64,
    since: Instant,
}

impl Clock {
    pub fn from(seconds: f64) -> Self {
        Clock { seconds, since: Instant::now() }
    }

    pub fn seconds(&self) -> f64 {
        self.seconds + self.since.elapsed().as_secs_f64()
    }
}

/// Waits for the turn; `None` where somebody wants us to end.
fn wait_for_turn(store: &Store, is_interrupted: &dyn Fn() -> bool) -> Result<Option<Lock>, run::Error> {
    std::fs::create_dir_all(store.path()).map_err(run::Error::io(store.path(), "creating the folder"))?;
    let [mut pause, longest] = PAUSES;
    loop {
        if let Some(turn) = Lock::at(&store.turn())? {
            return Ok(Some(turn));
        }
        if is_interrupted() {
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = longest.min(pause * 2);
    }
}

impl Store {
    /// The processes that carry it out together.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(super) fn together(&self) -> Result<Vec<String>, run::Error> {
        let entries = std::fs::read_dir(self.workers_folder()).into_iter().flatten();
        let holders = entries.filter_map(|entry| Lock::holder_of(&entry.ok()?.path()).transpose());
        holders.collect()
    }

    /// Removes the files of processes that are gone; this is for who has the turn.
    fn forget_the_dead(&self) {
        let entries = std::fs::read_dir(self.workers_folder()).into_iter().flatten();
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if matches!(Lock::holder_of(&path), Ok(None)) {
                // One that stays counts for nothing.
                let _ = std::fs::remove_file(path);
            }
        }
    }

    /// The processes that carry it out: `123`, or `123 on node7` on another machine.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn workers(&self) -> Result<Vec<String>, run::Error> {
        if !self.path().is_dir() {
            return Ok(Vec::new());
        }
        let alone = Lock::holder(self.path())?;
        let mut workers: Vec<String> = self.together()?.into_iter().chain(alone).collect();
        workers.sort_unstable();
        Ok(workers)
    }
}

impl Open {
    /// Carries a search out together with the other processes that do; the first one begins it.
    ///
    /// # Errors
    /// When one process carries it out alone, it is another search, or it cannot be read.
    pub fn join(store: Store, subject: &Subject) -> Result<Self, Error> {
        let turn = wait_for_turn(&store, &|| false)?;
        if !store.is_there() {
            drop(Open::begin(store.clone(), subject.clone())?);
        }
        if let Some(owner) = Lock::holder(store.path())? {
            let name = store.name();
            return Err(Error::Failed(format!(
                "process {owner} carries out the search {name} alone; once it has ended, several can go on with it"
            )));
        }
        let is_first = store.together()?.is_empty();
        store.forget_the_dead();
        let worker = store.worker();
        std::fs::create_dir_all(store.workers_folder())
            .map_err(run::Error::io(&store.workers_folder(), "creating the folder"))?;
        let member = Lock::at(&worker)?
            .ok_or_else(|| Error::Failed("this process carries the search out already".into()))?;
        let mut record = store.load()?;
        record.take_over(&store.name(), subject)?;
        if is_first {
            // Nobody has worked since the seconds were counted.
            record.counted = now();
        }
        store.save(&record)?;
        drop(turn);
        let subject = Subject::of(record.definition.clone())?;
        let clock = Clock::from(record.seconds);
        let search = Search { store, record, subject, trials: Vec::new() };
        Ok(Open { search, hold: Hold::Together { _member: member }, clock, is_ended_here: false })
    }

    /// Whether other processes may carry it out as well.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.hold, Hold::Together { .. })
    }

    /// The turn to look what comes next and to write things down, with all that others have written read; `None` where somebody wants
    /// us to end. A process that is alone has it always.
    ///
    /// # Errors
    /// When the search cannot be read.
    pub(super) fn turn(&mut self, is_interrupted: &dyn Fn() -> bool) -> Result<Option<Turn>, Error> {
        if !self.is_shared() {
            return Ok(Some(Turn { _lock: None, took: Duration::ZERO }));
        }
        let Some(lock) = wait_for_turn(&self.search.store, is_interrupted)? else { return Ok(None) };
        let since = Instant::now();
        let record = self.search.store.load()?;
        // More trials or hours may be wanted than before.
        if record.definition != self.search.record.definition {
            self.search.subject = Subject::of(record.definition.clone())?;
        }
        self.clock = Clock::from(record.seconds + (now() - record.counted).max(0.0));
        self.search.record = record;
        let rungs = self.search.subject.rungs().len();
        let Search { store, trials, .. } = &mut self.search;
        for trial in trials.iter_mut().filter(|trial| !trial.is_settled(rungs)) {
            if let Some(read) = store.load_trial(trial.number)? {
                *trial = read;
            }
        }
        while let Some(trial) = store.load_trial(trials.len() as u32 + 1)? {
            trials.push(trial);
        }
        Ok(Some(Turn { _lock: Some(lock), took: since.elapsed() }))
    }

    /// The seconds that it has run.
    pub(super) fn seconds(&self) -> f64 {
        self.clock.seconds()
    }

    /// Writes down for how long it has run; this is for who has the turn.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn count(&mut self) -> Result<(), run::Error> {
        self.search.record.seconds = self.seconds();
        self.search.record.counted = now();
        self.search.store.save(&self.search.record)
    }

    /// What is to be done next, as [`next`](Open::next), and where others may train it as well, the lock that keeps them away. What
    /// others train is added to `trained`.
    ///
    /// # Errors
    /// As [`next`](Open::next), and when a lock cannot be asked for.
    pub(super) fn next_free(
        &mut self,
        trained: &mut HashSet<(usize, usize)>,
        may_begin: bool,
    ) -> Result<(Next, Option<Lock>), Error> {
        loop {
            let next = self.next(trained, may_begin)?;
            let Next::Train(trial, run) = next else { return Ok((next, None)) };
            if !self.is_shared() {
                return Ok((next, None));
            }
            match Lock::at(&self.search.store.seen(self.search.trials[trial].number, run))? {
                Some(lock) => return Ok((next, Some(lock))),
                None => trained.insert((trial, run)),
            };
        }
    }
}

/// The turn, until it is dropped.
pub(super) struct Turn {
    _lock: Option<Lock>,
    /// How long it took to read what others have written.
    pub took: Duration,
}

/// Seconds since 1970 (UTC).
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
