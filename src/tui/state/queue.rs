//! What waits for its turn, and what is chosen of it.

use crate::search::queue::{Item, LookAt, QueueSnapshot, Row, Standing, command_of};
use crate::search::slurm::Job;

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedAbout {
    /// The item of this number.
    Item(u32),
    /// This job of Slurm.
    Job(String),
}

/// What the screen Queue remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    /// What the reader has found.
    pub view: QueueSnapshot,
    /// Whether anything has come from it.
    pub is_read: bool,
    /// Whether it has been started.
    pub is_started: bool,
    /// What it was told to read last.
    pub looked_at: LookAt,
    /// The number of the chosen item; `None`: the one whose turn it is.
    chosen: Option<u32>,
    /// The place at which it stood last.
    place: usize,
    /// The number of an item that was added and is chosen as soon as it is there.
    awaited: Option<u32>,
    /// The job of Slurm that is chosen instead of an item.
    job: Option<String>,
    /// What a question on the screen is about.
    pub asked_about: Option<AskedAbout>,
    /// How many items are trained.
    training: usize,
}

impl Queue {
    /// Takes in what the reader has found.
    pub fn take(&mut self, view: QueueSnapshot) {
        self.is_read = true;
        self.training = view.count(Standing::is_training);
        self.view = view;
        if let Some(awaited) = self.awaited.filter(|number| self.view.place_of(*number).is_some()) {
            (self.chosen, self.awaited) = (Some(awaited), None);
        }
        // Where the chosen one is gone, the one that has its place now is chosen.
        if self.chosen.is_some_and(|number| self.view.place_of(number).is_none()) {
            let last = self.view.rows.len().saturating_sub(1);
            self.chosen = self.view.rows.get(self.place.min(last)).map(|row| row.number);
        }
        self.place = self.selected();
        self.job = self.job.take().filter(|name| self.view.jobs.jobs.iter().any(|job| job.job == *name));
    }

    /// Whether something is trained, so that what is on the screen changes with the time.
    pub fn is_training(&self) -> bool {
        self.training > 0
    }

    /// How many items are trained.
    pub fn training(&self) -> usize {
        self.training
    }

    /// The place of the chosen item.
    pub fn selected(&self) -> usize {
        let rows = &self.view.rows;
        let next = || rows.iter().position(|row| !row.standing.has_ended());
        let chosen = self.chosen.and_then(|number| self.view.place_of(number));
        chosen.or_else(next).unwrap_or_else(|| rows.len().saturating_sub(1))
    }

    /// The place of the chosen job of Slurm among those, where one is chosen instead of an item.
    pub fn job_place(&self) -> Option<usize> {
        let jobs = &self.view.jobs.jobs;
        match &self.job {
            Some(name) => jobs.iter().position(|job| job.job == *name),
            None => (self.view.rows.is_empty() && !jobs.is_empty()).then_some(0),
        }
    }

    /// The chosen job of Slurm, where one is chosen instead of an item.
    pub fn job(&self) -> Option<&Job> {
        self.view.jobs.jobs.get(self.job_place()?)
    }

    /// The chosen item.
    pub fn row(&self) -> Option<&Row> {
        if self.job_place().is_some() {
            return None;
        }
        self.view.rows.get(self.selected()).map(|row| &**row)
    }

    /// The chosen item, where it can be read.
    pub fn item(&self) -> Option<&Item> {
        self.row()?.item.as_ref().ok()
    }

    /// The command of the chosen item or job, as a shell takes it.
    pub fn command(&self) -> Option<String> {
        self.item().map(Item::command).or_else(|| Some(command_of(&self.job()?.words)))
    }

    /// Chooses the item in this row; the jobs of Slurm come behind the items.
    pub fn choose(&mut self, row: usize) {
        let job = row.checked_sub(self.view.rows.len());
        self.job = job.and_then(|place| {
            let jobs = &self.view.jobs.jobs;
            Some(jobs.get(place).or(jobs.last())?.job.clone())
        });
        if self.job.is_some() {
            self.awaited = None;
            return;
        }
        let row = row.min(self.view.rows.len().saturating_sub(1));
        self.awaited = None;
        self.chosen = self.view.rows.get(row).map(|row| row.number);
        self.place = row;
    }

    /// Chooses the item of this number as soon as it is there.
    pub fn choose_number(&mut self, number: u32) {
        match self.view.place_of(number) {
            Some(place) => self.choose(place),
            None => self.awaited = Some(number),
        }
    }

    /// Moves the choice.
    pub fn move_by(&mut self, rows: isize) {
        let now = self.job_place().map_or_else(|| self.selected(), |job| self.view.rows.len() + job);
        self.choose(now.saturating_add_signed(rows));
    }

    /// Whether the chosen item is the first or the last of those that can be moved.
    pub fn is_at_end(&self, first: bool) -> bool {
        let mut movable = self.view.rows.iter().filter(|row| row.can_move());
        let end = if first { movable.next() } else { movable.next_back() };
        end.map(|row| row.number) == self.row().map(|row| row.number)
    }
}
