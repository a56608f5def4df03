//! The searches on disk, and what is looked at of them.

use crate::search::{Board, Listed, LookAt, Row, SearchesSnapshot};

/// What is drawn of the chosen search beside its trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchFigure {
    /// Of two objectives one against the other, and those that no other beats in both.
    #[default]
    Both,
    /// The results by trial, and the best so far.
    Best,
    /// All settings and the result, a line for each trial.
    Parallel,
    /// One setting against the result.
    Scatter,
    /// How much each setting matters.
    Importance,
}

impl SearchFigure {
    /// All, in the order in which they are gone through.
    const ALL: [SearchFigure; 5] = [
        SearchFigure::Both,
        SearchFigure::Best,
        SearchFigure::Parallel,
        SearchFigure::Scatter,
        SearchFigure::Importance,
    ];

    /// Those of a search with so many objectives.
    pub fn all(objectives: usize) -> &'static [SearchFigure] {
        &Self::ALL[usize::from(objectives < 2)..]
    }

    /// The one `by` places further among those of a search with so many objectives, wrapping around.
    pub fn next(self, by: usize, objectives: usize) -> Self {
        let all = Self::all(objectives);
        let place = all.iter().position(|figure| *figure == self).unwrap_or(0);
        all[(place + by) % all.len()]
    }
}

/// What the screen Search remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Searches {
    /// What the reader has found.
    pub view: SearchesSnapshot,
    /// Whether anything has come from it.
    pub is_read: bool,
    /// Whether it has been started.
    pub is_started: bool,
    /// What it was told to read last.
    pub looked_at: LookAt,
    /// The name of the chosen search; `None`: the first.
    chosen: Option<String>,
    /// The name of a search that has been begun and is chosen as soon as it is there.
    awaited: Option<String>,
    /// The number of the chosen trial; `None`: the best, whichever that is.
    trial: Option<u32>,
    /// What is drawn first.
    pub figure: SearchFigure,
    /// The setting that is drawn against the result, by its place.
    setting: usize,
    /// The objective that is drawn, by its place.
    objective: usize,
    /// What a question on the screen is about: a search, and one of its trials.
    pub asked_about: Option<(String, u32)>,
}

impl Searches {
    /// Takes in what the reader has found.
    pub fn take(&mut self, view: SearchesSnapshot) {
        self.is_read = true;
        self.view = view;
        if self.chosen.is_some() && self.listed().is_none() {
            (self.chosen, self.trial) = (None, None);
        }
        if let Some(name) = self.awaited.take() {
            self.choose_named(&name);
        }
    }

    /// The chosen search among those that are listed.
    pub fn place(&self) -> usize {
        let is_chosen = |one: &Listed| Some(&one.name) == self.chosen.as_ref();
        self.view.searches.iter().position(is_chosen).unwrap_or(0)
    }

    /// The chosen search in the list.
    pub fn listed(&self) -> Option<&Listed> {
        match &self.chosen {
            Some(name) => self.view.searches.iter().find(|one| one.name == *name),
            None => self.view.searches.first(),
        }
    }

    /// The chosen search in full, once it has been read.
    pub fn board(&self) -> Option<&Board> {
        let name = &self.listed()?.name;
        self.view.chosen.as_deref().filter(|board| board.name == *name)
    }

    /// The search that is to be read in full.
    pub fn wanted(&self) -> Option<String> {
        self.listed().map(|one| one.name.clone())
    }

    /// Chooses the search at this place.
    pub fn choose_search(&mut self, place: usize) {
        let last = self.view.searches.len().saturating_sub(1);
        let Some(one) = self.view.searches.get(place.min(last)) else { return };
        self.awaited = None;
        if self.listed().is_some_and(|chosen| chosen.name == one.name) {
            return;
        }
        (self.chosen, self.trial) = (Some(one.name.clone()), None);
        (self.setting, self.objective) = (0, 0);
    }

    /// Chooses the search of this name as soon as it is there.
    pub fn choose_named(&mut self, name: &str) {
        match self.view.searches.iter().position(|one| one.name == name) {
            Some(place) => self.choose_search(place),
            None => self.awaited = Some(name.to_owned()),
        }
    }

    /// The chosen trial.
    pub fn row(&self) -> Option<&Row> {
        let board = self.board()?;
        self.trial.and_then(|number| board.row(number)).or_else(|| board.rows.first().map(|row| &**row))
    }

    /// The place of the chosen trial among the rows.
    pub fn selected(&self) -> usize {
        let place = |number: u32| {
            let place = self.board()?.by_number.get((number as usize).checked_sub(1)?)?;
            Some(*place)
        };
        self.trial.and_then(place).unwrap_or(0)
    }

    /// Chooses the trial in this row; in the first one the choice follows the best trial.
    pub fn choose(&mut self, row: usize) {
        let Some(board) = self.board() else { return };
        let row = row.min(board.rows.len().saturating_sub(1));
        let number = board.rows.get(row).map(|row| row.number);
        self.trial = number.filter(|_| row > 0);
    }

    /// Moves the choice of the trial.
    pub fn move_by(&mut self, rows: isize) {
        self.choose(self.selected().saturating_add_signed(rows));
    }

    /// The setting that is drawn.
    pub fn setting(&self) -> usize {
        let count = self.board().map_or(0, |board| board.parameters.len());
        self.setting.min(count.saturating_sub(1))
    }

    /// Draws another setting.
    pub fn turn_setting(&mut self, by: isize) {
        let count = self.board().map_or(0, |board| board.parameters.len());
        if count > 0 {
            self.setting = (self.setting() as isize + by).rem_euclid(count as isize) as usize;
        }
    }

    /// The objective that is drawn.
    pub fn objective(&self) -> usize {
        let count = self.board().map_or(0, |board| board.objectives.len());
        self.objective.min(count.saturating_sub(1))
    }

    /// Draws another objective.
    pub fn turn_objective(&mut self) {
        let count = self.board().map_or(0, |board| board.objectives.len());
        self.objective = (self.objective() + 1) % count.max(1);
    }
}
