//! The queue as it is shown.

use std::sync::Arc;

use super::jobs::Jobs;
use super::progress::{Fate, Progress};
use crate::search::queue::{Item, Outcome, Settings};

/// The queue on disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueSnapshot {
    /// Its items in their order, those that have ended first.
    pub rows: Arc<Vec<Arc<Row>>>,
    /// How it is worked off.
    pub settings: Settings,
    /// The process that works it off.
    pub worker: Option<String>,
    /// What is known of the item that is looked at.
    pub chosen: Option<Chosen>,
    /// The jobs of Slurm.
    pub jobs: Arc<Jobs>,
    /// Why something of it cannot be read.
    pub problem: Option<String>,
    /// When it was read, in seconds since 1970 (UTC).
    pub at: f64,
}

/// More of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its number.
    pub number: u32,
    /// What became of its run.
    pub fate: Fate,
}

/// An item as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number.
    pub number: u32,
    /// The item, or why its file cannot be read.
    pub item: Result<Item, String>,
    /// How it stands.
    pub standing: Standing,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for its turn, or to be gone on with.
    Waiting,
    /// It is trained; how far it is, where its run tells.
    Training(Option<Progress>),
    /// It has begun and nobody trains it.
    Interrupted,
    /// It was done.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody has stopped it.
    Stopped,
    /// Its file cannot be read.
    Broken,
}

impl Standing {
    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Waiting => "waits",
            Standing::Training(_) => "trains",
            Standing::Interrupted => "can go on",
            Standing::Done => "done",
            Standing::Failed => "failed",
            Standing::Stopped => "stopped",
            Standing::Broken => "cannot be read",
        }
    }

    /// That of an item that has ended.
    pub(super) fn of_ended(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done => Standing::Done,
            Outcome::Failed(_) => Standing::Failed,
            Outcome::Stopped => Standing::Stopped,
        }
    }

    /// Whether nothing more is done with it by itself.
    pub fn has_ended(self) -> bool {
        matches!(self, Standing::Done | Standing::Failed | Standing::Stopped | Standing::Broken)
    }

    /// Whether it is trained.
    pub fn is_training(self) -> bool {
        matches!(self, Standing::Training(_))
    }
}

impl Row {
    /// Why it failed or cannot be read.
    pub fn why(&self) -> Option<&str> {
        match &self.item {
            Ok(Item { outcome: Some(Outcome::Failed(why)), .. }) | Err(why) => Some(why),
            Ok(_) => None,
        }
    }

    /// Whether it can be moved: it has not begun.
    pub fn can_move(&self) -> bool {
        self.item.as_ref().is_ok_and(|item| item.is_waiting() && !item.is_begun)
    }

    /// Where it stands in the queue.
    pub(super) fn place(&self) -> (bool, i64, u32) {
        match &self.item {
            Ok(item) => (item.is_waiting(), item.place, self.number),
            Err(_) => (false, i64::MIN, self.number),
        }
    }
}

impl QueueSnapshot {
    /// How many items stand so.
    pub fn count(&self, is_it: impl Fn(Standing) -> bool) -> usize {
        self.rows.iter().filter(|row| is_it(row.standing)).count()
    }

    /// The place of the item of this number.
    pub fn place_of(&self, number: u32) -> Option<usize> {
        self.rows.iter().position(|row| row.number == number)
    }

    /// Whether another one shows the same; items that were not laid out again are not compared.
    pub(super) fn shows_the_same(&self, other: &QueueSnapshot) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
            && Arc::ptr_eq(&self.jobs, &other.jobs)
            && (&self.settings, &self.worker, &self.chosen, &self.problem)
                == (&other.settings, &other.worker, &other.chosen, &other.problem)
    }
}
