//! One trial: settings that are tried, and what came of it.

use serde::{Deserialize, Serialize};

use crate::preset::Assignment;
use crate::preset::counted;
use crate::run::spread::Spread;

/// One combination of settings, and how far it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Its number, from 1.
    pub number: u32,
    /// What it changes of the preset.
    pub settings: Vec<Assignment>,
    /// The rung to which it is to be trained, from 0; see [`Method::rungs`](super::plan::Method::rungs).
    pub rung: usize,
    /// A training for each seed.
    pub runs: Vec<TrialRun>,
    /// Why the preset does not take these settings; such a trial has no runs.
    #[serde(default)]
    pub refused: Option<String>,
}

/// The training of a trial with one seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrialRun {
    /// The seed of the training.
    pub seed: u64,
    /// The name of its run, once that is there.
    #[serde(default)]
    pub run: Option<String>,
    /// What came of each rung, the first rung first.
    #[serde(default)]
    pub reached: Vec<Reached>,
    /// It ended before its last epoch by itself: nothing is left to train for higher rungs.
    #[serde(default)]
    pub is_over: bool,
    /// Why it failed.
    #[serde(default)]
    pub failed: Option<String>,
    /// The runs of it that failed before it was trained again.
    #[serde(default)]
    pub given_up: Vec<String>,
}

/// What came of a training up to a rung.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// Epochs that were trained in all.
    pub epochs: u32,
    /// The value of each objective.
    pub values: Vec<f64>,
    /// Seconds that its epochs took in all.
    pub seconds: f64,
}

/// How a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is to be trained, or trains.
    Open,
    /// It was trained to its end.
    Complete,
    /// It was trained to a rung, and others went on.
    Halted,
    /// It could not be trained to its end.
    Failed,
    /// The preset does not take these settings.
    Refused,
}

impl State {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Complete => "complete",
            State::Halted => "stopped early",
            State::Failed => "failed",
            State::Refused => "refused",
        }
    }
}

impl Trial {
    /// A trial that has not begun, with a training for each seed.
    pub fn new(number: u32, settings: Vec<Assignment>, seeds: impl Iterator<Item = u64>) -> Self {
        let runs = seeds.map(|seed| TrialRun { seed, ..TrialRun::default() }).collect();
        Trial { number, settings, rung: 0, runs, refused: None }
    }

    /// Why it can come no further, if so.
    pub fn failure(&self) -> Option<&str> {
        let failed = self.runs.iter().find_map(|run| run.failed.as_deref());
        self.refused.as_deref().or(failed)
    }

    /// Why it was not trained to its end, where that is so.
    pub fn why(&self, rungs: usize, is_ended: bool) -> Option<String> {
        match self.state(rungs, is_ended) {
            State::Halted => Some(format!(
                "stopped early after {}, at rung {} of {rungs}: it was not among those that went on",
                counted(u64::from(self.epochs()), "epoch"),
                self.rungs_reached()
            )),
            _ => self.failure().map(str::to_owned),
        }
    }

    /// The trainings that have not come to the rung that is wanted.
    pub fn due(&self) -> impl Iterator<Item = usize> {
        let is_open = self.failure().is_none();
        let due =
            self.runs.iter().enumerate().filter(move |(_, run)| is_open && run.reached.len() <= self.rung);
        due.map(|(place, _)| place)
    }

    /// It is to go on to the next rung. What has ended by itself is there already.
    pub fn promote(&mut self) {
        self.rung += 1;
        for run in self.runs.iter_mut().filter(|run| run.is_over) {
            run.reached.extend(run.reached.last().cloned());
        }
    }

    /// How many rungs all its trainings have come to.
    pub fn rungs_reached(&self) -> usize {
        self.runs.iter().map(|run| run.reached.len()).min().unwrap_or(0)
    }

    /// The values of the objectives at a rung: the mean over its seeds. `None` before all seeds are there.
    pub fn values_at(&self, rung: usize) -> Option<Vec<f64>> {
        let of_runs: Vec<&Vec<f64>> = self
            .runs
            .iter()
            .map(|run| run.reached.get(rung).map(|reached| &reached.values))
            .collect::<Option<_>>()?;
        let first = of_runs.first()?;
        let mean = |objective: usize| {
            let of_one = of_runs.iter().filter_map(|values| values.get(objective));
            of_one.sum::<f64>() / of_runs.len() as f64
        };
        Some((0..first.len()).map(mean).collect())
    }

    /// The values at the highest rung that all seeds have come to.
    pub fn values(&self) -> Option<Vec<f64>> {
        self.values_at(self.rungs_reached().checked_sub(1)?)
    }

    /// The values of one objective with each seed, at the highest rung that all have come to.
    pub fn by_seed(&self, objective: usize) -> Vec<f64> {
        let Some(rung) = self.rungs_reached().checked_sub(1) else { return Vec::new() };
        self.runs.iter().filter_map(|run| run.reached.get(rung)?.values.get(objective).copied()).collect()
    }

    /// The standard deviation of one objective over its seeds, of the sample; `None` for one seed.
    pub fn deviation(&self, objective: usize) -> Option<f64> {
        Spread::of(self.by_seed(objective))?.deviation
    }

    /// The seconds that its epochs took, of all seeds together.
    pub fn seconds(&self) -> f64 {
        // An empty sum of floating-point numbers is below zero.
        self.runs.iter().filter_map(|run| run.reached.last()).fold(0.0, |sum, reached| sum + reached.seconds)
    }

    /// The epochs that it was trained, with one seed.
    pub fn epochs(&self) -> u32 {
        self.runs.iter().filter_map(|run| run.reached.last()).map(|reached| reached.epochs).max().unwrap_or(0)
    }

    /// Whether nothing about it can change any more, where there are so many rungs.
    pub fn is_settled(&self, rungs: usize) -> bool {
        self.failure().is_some() || self.rungs_reached() >= rungs
    }

    /// How it stands, where there are so many rungs; `is_ended` is whether the search makes no further trials.
    pub fn state(&self, rungs: usize, is_ended: bool) -> State {
        let is_over = !self.runs.is_empty() && self.runs.iter().all(|run| run.is_over);
        match self {
            Trial { refused: Some(_), .. } => State::Refused,
            _ if self.failure().is_some() => State::Failed,
            _ if self.rungs_reached() >= rungs => State::Complete,
            _ if self.due().next().is_some() => State::Open,
            _ if is_over => State::Complete,
            _ if is_ended => State::Halted,
            _ => State::Open,
        }
    }
}
