//! What waits for its turn, and what is chosen of it.

use crate::search::queue::{Item, LookAt, QueueSnapshot, Row, Standing};

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
    /// The item that a question on the screen is about.
    pub asked_about: Option<u32>,
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

    /// The chosen item.
    pub fn row(&self) -> Option<&Row> {
        self.view.rows.get(self.selected()).map(|row| &**row)
    }

    /// The chosen item, where it can be read.
    pub fn item(&self) -> Option<&Item> {
        self.row()?.item.as_ref().ok()
    }

    /// The command of the chosen item, as a shell takes it.
    pub fn command(&self) -> Option<String> {
        self.item().map(Item::command)
    }

    /// Chooses the item in this row.
    pub fn choose(&mut self, row: usize) {
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
        self.choose(self.selected().saturating_add_signed(rows));
    }

    /// Whether the chosen item is the first or the last of those that can be moved.
    pub fn is_at_end(&self, first: bool) -> bool {
        let mut movable = self.view.rows.iter().filter(|row| row.can_move());
        let end = if first { movable.next() } else { movable.next_back() };
        end.map(|row| row.number) == self.row().map(|row| row.number)
    }
}
