//! A search as a whole: its trials so far, and what is to be done next.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Error;
use super::method;
use super::ranking::ranked;
use super::store::{Record, Store};
use super::subject::Subject;
use super::together::{Clock, Hold};
use super::trial::{State, Trial, TrialRun};
use crate::run::lock::Lock;
use crate::run::{self, RunDirectory, home};

/// A search whose first trials all fail is given up after so many: the next one would fail as well.
const MOST_FAILED: usize = 5;
/// A search that makes no trial of so many combinations that the preset refuses is given up.
const MOST_REFUSED: usize = 100;

/// A search, as it is on disk.
#[derive(Clone, Debug)]
pub struct Search {
    /// Where it is.
    pub store: Store,
    /// What is kept of it beside its trials.
    pub record: Record,
    /// The preset, and what is varied.
    pub subject: Subject,
    /// Its trials, by number.
    pub trials: Vec<Trial>,
}

/// A search that this process carries out.
#[derive(Debug)]
pub struct Open {
    /// The search.
    pub search: Search,
    pub(super) hold: Hold,
    pub(super) clock: Clock,
    /// It has been seen through to its end by this process, and not by another one or before.
    pub is_ended_here: bool,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Train a trial with one of its seeds to its rung; both as places.
    Train(usize, usize),
    /// Wait for what is trained: it decides what comes next.
    Wait,
    /// Nothing is left to do.
    Done,
}

/// The first run of a search, where one is there.
fn first_run(trials: &[Trial]) -> Option<RunDirectory> {
    let runs = home::runs_folder().ok()?;
    let mut names = trials.iter().flat_map(|trial| &trial.runs).filter_map(|run| run.run.as_ref());
    names.find_map(|name| RunDirectory::open(&runs.join(name)).ok())
}

impl Search {
    /// Its first run, by which it is known what data it began with.
    pub fn first_run(&self) -> Option<RunDirectory> {
        first_run(&self.trials)
    }

    /// Reads a search.
    ///
    /// # Errors
    /// When it cannot be read, or its preset is no longer what it was.
    pub fn load(store: Store) -> Result<Self, Error> {
        let record = store.load()?;
        let trials = store.trials()?;
        // What came of it can be read after its data has gone.
        let subject = Subject::of(record.definition.clone()).or_else(|error| {
            let run = first_run(&trials);
            run.and_then(|run| Subject::of_a_run(record.definition.clone(), &run)).ok_or(error)
        })?;
        Ok(Search { store, record, subject, trials })
    }

    /// The trials from the best to the worst, as places.
    pub fn ranked(&self) -> Vec<usize> {
        ranked(&self.subject.plan.objectives, &self.trials)
    }

    /// The best trial.
    pub fn best(&self) -> Option<&Trial> {
        let best = self.ranked().first().map(|&place| &self.trials[place])?;
        (best.values().is_some() && best.failure().is_none()).then_some(best)
    }

    /// How a trial stands.
    pub fn state(&self, trial: &Trial) -> State {
        trial.state(self.subject.rungs().len(), self.record.is_ended)
    }

    /// How a trial stands now, in a word or two: one that is open may be trained at the moment.
    pub fn standing(&self, trial: &Trial) -> &'static str {
        let state = self.state(trial);
        let runs = || home::runs_folder().ok();
        let is_held = |name: &String| {
            runs().is_some_and(|runs| Lock::holder(&runs.join(name)).is_ok_and(|owner| owner.is_some()))
        };
        match state {
            State::Open if trial.runs.iter().filter_map(|run| run.run.as_ref()).any(is_held) => "running",
            _ => state.word(),
        }
    }

    /// Why a trial was not trained to its end, where that is so.
    pub fn why(&self, trial: &Trial) -> Option<String> {
        trial.why(self.subject.rungs().len(), self.record.is_ended)
    }

    /// The trials to which nothing more is done: complete, stopped early or failed.
    pub fn done(&self) -> usize {
        let is_done =
            |trial: &&Trial| matches!(self.state(trial), State::Complete | State::Halted | State::Failed);
        self.trials.iter().filter(is_done).count()
    }

    /// What a person's command that is run at its end finds in its environment.
    pub fn variables(&self, outcome: &str) -> Vec<(&'static str, String)> {
        let best = self.best().and_then(|best| best.values()?.first().map(f64::to_string));
        vec![
            ("TRAINYARD_PRESET", self.subject.base.preset.name.clone()),
            ("TRAINYARD_SEARCH", self.store.name()),
            ("TRAINYARD_OUTCOME", outcome.to_owned()),
            ("TRAINYARD_TRIALS", self.made().to_string()),
            ("TRAINYARD_BEST", best.unwrap_or_default()),
        ]
    }

    /// The trials that count: the preset takes their settings.
    pub fn made(&self) -> usize {
        self.trials.iter().filter(|trial| trial.refused.is_none()).count()
    }
}

impl Record {
    /// Goes on as a search is asked for now: with more trials or hours than before.
    ///
    /// # Errors
    /// When it is another search.
    pub(super) fn take_over(&mut self, name: &str, subject: &Subject) -> Result<(), Error> {
        let other = |what: &str| {
            Error::Name(format!(
                "a search {name} is there already, and {what}; --name gives this one another name, `trainyard search show {name}` shows the other"
            ))
        };
        if !self.definition.has_same_preset(&subject.definition) {
            return Err(other("its preset or its changes differ"));
        }
        let (before, now) = (self.definition.plan()?, &subject.plan);
        if (&before.space, &before.objectives, &before.method, before.seed, before.repeat)
            != (&now.space, &now.objectives, &now.method, now.seed, now.repeat)
        {
            return Err(other("it varies other settings or goes another way"));
        }
        if self.definition != subject.definition {
            (self.definition, self.is_ended) = (subject.definition.clone(), false);
        }
        Ok(())
    }
}

impl Open {
    /// Begins a search, or goes on with the one of this name.
    ///
    /// # Errors
    /// When another process carries it out, or it is another search.
    pub fn begin(store: Store, subject: Subject) -> Result<Self, Error> {
        let definition = subject.definition.clone();
        if !store.is_there() {
            let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            let trainyard = env!("CARGO_PKG_VERSION").into();
            let (seconds, counted) = (0.0, started as f64);
            let record =
                Record { format: 1, trainyard, definition, started, seconds, is_ended: false, counted };
            std::fs::create_dir_all(store.path())
                .map_err(crate::run::Error::io(store.path(), "creating the folder"))?;
            let lock = Lock::take(store.path())?;
            store.save(&record)?;
            let search = Search { store, record, subject, trials: Vec::new() };
            return Ok(Open {
                search,
                hold: Hold::Alone { _lock: lock },
                clock: Clock::from(0.0),
                is_ended_here: false,
            });
        }
        let name = store.name();
        let lock = Lock::take(store.path()).map_err(|error| match error {
            run::Error::Locked { owner, .. } => Error::Failed(format!(
                "process {owner} carries out the search {name}; several do together where each is called with --shared"
            )),
            error => error.into(),
        })?;
        if let [first, others @ ..] = &store.together()?[..] {
            let (others, are) = (others.len(), if others.is_empty() { "carries" } else { "carry" });
            let others = if others == 0 { String::new() } else { format!(" and {others} more") };
            return Err(Error::Failed(format!(
                "process {first}{others} {are} out the search {name}; `trainyard search resume {name} --shared` joins in"
            )));
        }
        let mut record = store.load()?;
        record.take_over(&name, &subject)?;
        store.save(&record)?;
        let trials = store.trials()?;
        let clock = Clock::from(record.seconds);
        let search = Search { store, record, subject, trials };
        Ok(Open { search, hold: Hold::Alone { _lock: lock }, clock, is_ended_here: false })
    }

    /// Checks that something is left to do in the search of this name, if there is one; changes nothing.
    ///
    /// # Errors
    /// When it has ended, or it is another search.
    pub fn check(store: &Store, subject: &Subject) -> Result<(), Error> {
        if !store.is_there() {
            return Ok(());
        }
        let (name, mut record) = (store.name(), store.load()?);
        record.take_over(&name, subject)?;
        match record.is_ended {
            false => Ok(()),
            true => Err(Error::Name(format!(
                "the search {name} has ended: nothing is left to train; --trials with more of them goes on, --name begins another one, `trainyard search show {name}` shows it"
            ))),
        }
    }

    /// Has those trials trained again that have failed.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn retry_failed(&mut self) -> Result<(), Error> {
        let _turn = self.turn(&|| false)?;
        let Search { store, trials, record, .. } = &mut self.search;
        for trial in trials.iter_mut().filter(|trial| trial.runs.iter().any(|run| run.failed.is_some())) {
            for run in trial.runs.iter_mut().filter(|run| run.failed.is_some()) {
                let given_up = run.given_up.drain(..).chain(run.run.take()).collect();
                *run = TrialRun { seed: run.seed, given_up, ..TrialRun::default() };
            }
            store.save_trial(trial)?;
            record.is_ended = false;
        }
        Ok(store.save(record)?)
    }

    /// What is to be done next, while `trained` is being trained; `may_begin` is whether there is time for new trials. A new or
    /// promoted trial is on disk afterwards.
    ///
    /// # Errors
    /// When it cannot be written down, or the preset refuses whatever is proposed.
    pub fn next(&mut self, trained: &HashSet<(usize, usize)>, may_begin: bool) -> Result<Next, Error> {
        let due = |trials: &[Trial]| {
            let all =
                trials.iter().enumerate().flat_map(|(place, trial)| trial.due().map(move |run| (place, run)));
            let mut waiting = all.filter(|one| !trained.contains(one));
            waiting.next()
        };
        if let Some((trial, run)) = due(&self.search.trials) {
            return Ok(Next::Train(trial, run));
        }
        let rungs = self.search.subject.rungs().len();
        if !may_begin {
            return Ok(if trained.is_empty() { Next::Done } else { Next::Wait });
        }
        loop {
            let Search { store, subject, trials, .. } = &mut self.search;
            if let Some(place) = method::promoted(&subject.plan, rungs, trials) {
                trials[place].promote();
                store.save_trial(&trials[place])?;
            } else if !self.propose()? {
                break;
            }
            if let Some((trial, run)) = due(&self.search.trials) {
                return Ok(Next::Train(trial, run));
            }
        }
        Ok(if trained.is_empty() { Next::Done } else { Next::Wait })
    }

    /// Makes the next trial; false where there are enough, or every combination has been tried.
    fn propose(&mut self) -> Result<bool, Error> {
        let Search { store, subject, trials, .. } = &mut self.search;
        let ended: Vec<&Trial> = trials.iter().filter(|trial| trial.refused.is_none()).collect();
        if ended.len() >= MOST_FAILED && ended.iter().all(|trial| trial.failure().is_some()) {
            let why = ended.last().and_then(|trial| trial.failure()).unwrap_or_default();
            return Err(Error::Failed(format!(
                "all of the first {} trials have failed, the last one since {why}",
                ended.len()
            )));
        }
        loop {
            let made = trials.iter().filter(|trial| trial.refused.is_none()).count();
            if made >= subject.plan.trials as usize {
                return Ok(false);
            }
            let number = trials.len() as u32 + 1;
            let Some(settings) = method::propose(&subject.plan, number, trials) else {
                // There are no more: as many as there are were wanted.
                subject.plan.trials = made as u32;
                return Ok(false);
            };
            let refused = subject.experiment(&settings, subject.base.preset.seed).err();
            let mut trial = Trial::new(number, settings, subject.seeds().filter(|_| refused.is_none()));
            trial.refused = refused.map(|error| error.problem);
            if !store.create_trial(&trial)? {
                // Another process has made it, and the folder was seen too late.
                trial = store
                    .load_trial(number)?
                    .ok_or_else(|| Error::Failed(format!("trial {number} has gone while it was read")))?;
            }
            trials.push(trial);
            let newest = trials.iter().rev();
            let in_a_row = newest.take_while(|trial| trial.refused.is_some()).count();
            match trials.last().and_then(|trial| trial.refused.clone()) {
                None => return Ok(true),
                Some(why) if in_a_row >= MOST_REFUSED => {
                    return Err(Error::Failed(format!(
                        "the preset refuses {MOST_REFUSED} combinations in a row, the last one since {why}"
                    )));
                }
                Some(_) => {}
            }
        }
    }
}
