//! The runs on disk, as they were when they were last listed.

use crate::run::Overview;
use crate::worker::TrainRequest;

/// A run that something is done with as soon as its data files have been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The run.
    pub overview: Overview,
    /// What is done with it.
    pub purpose: Purpose,
}

/// What is done with a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Purpose {
    /// It is looked at.
    Open,
    /// It goes on; with this learning rate, where another was asked for.
    Resume(Option<f64>),
}

/// The list of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// The runs, newest first; `None` before they have been listed.
    pub list: Option<Vec<Overview>>,
    /// The chosen one.
    pub selected: usize,
    /// Why the list cannot be read.
    pub problem: Option<String>,
    /// Whether the list has been asked for.
    pub is_awaited: bool,
    /// The run that is shown on the other screens, by its name.
    pub shown: Option<String>,
    /// The run that waits for its files.
    pub waiting: Option<Waiting>,
    /// The run that is resumed after a yes.
    pub asked_about: Option<Box<TrainRequest>>,
}

impl Runs {
    /// The chosen run.
    pub fn current(&self) -> Option<&Overview> {
        self.list.as_ref()?.get(self.selected)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.as_ref().map_or(0, Vec::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves the choice.
    pub fn move_by(&mut self, rows: isize) {
        self.selected = self.selected.saturating_add_signed(rows).min(self.len().saturating_sub(1));
    }

    /// Takes in what was found, oldest first. The chosen run stays chosen, wherever it stands now.
    pub fn found(&mut self, found: Result<Vec<Overview>, String>) {
        self.is_awaited = false;
        match found {
            Err(problem) => self.problem = Some(problem),
            Ok(mut list) => {
                list.reverse();
                let chosen = self.current().map(|overview| overview.run.clone());
                let place = chosen.and_then(|run| list.iter().position(|overview| overview.run == run));
                self.selected = place.unwrap_or(self.selected).min(list.len().saturating_sub(1));
                (self.list, self.problem) = (Some(list), None);
            }
        }
    }
}
