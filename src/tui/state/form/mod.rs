//! The form over the chosen preset: which rows are seen, which one is chosen, what is folded.

pub mod pace;
pub mod picker;
mod sheet;
pub mod step;

use std::collections::BTreeMap;

use crate::preset::Path;
use crate::preset::form::{Row, RowKind};
use crate::tui::state::presets::Presets;

pub use pace::Pace;
pub use sheet::Sheet;

/// The row that is chosen at first: what is changed most.
const FIRST_CHOICE: &str = "train.epochs";

/// A preset that waits for a yes before it replaces another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saving {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The form's own state; the values are in the preset's draft.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// The chosen row, counted among those that are seen.
    pub selected: usize,
    /// What waits for a yes before it is saved.
    pub saving: Option<Saving>,
    /// What was typed to narrow the form; empty for all rows.
    pub filter: String,
    /// How long an epoch of the draft takes.
    pub pace: Pace,
    /// What is known of the draft, row by row.
    pub sheet: Sheet,
    /// The groups that a person opened or closed.
    folds: BTreeMap<Path, bool>,
}

impl Form {
    /// Takes in what has become of the chosen preset.
    pub fn refresh(&mut self, presets: &Presets) {
        let Some(entry) = presets.current() else {
            *self = Form { saving: self.saving.take(), ..Form::default() };
            return;
        };
        let is_other = self.sheet.is_of_another(presets.selected, entry);
        let chosen = self.chosen().map(|row| row.path.clone());
        if !self.sheet.refresh(presets.selected, entry) {
            return;
        }
        if is_other {
            self.folds.clear();
            self.filter.clear();
        }
        let first = || {
            self.sheet
                .rows
                .iter()
                .find(|row| row.path.to_string() == FIRST_CHOICE)
                .map(|row| row.path.clone())
        };
        match chosen.filter(|_| !is_other).or_else(first) {
            Some(path) => self.choose(&path),
            None => self.selected = 0,
        }
    }

    /// The rows that are seen: those of closed groups are not, and of a form that is narrowed those that match, with the
    /// groups around them.
    pub fn shown(&self) -> Vec<&Row> {
        if !self.filter.is_empty() {
            return self.matching();
        }
        let mut closed: Option<usize> = None;
        let is_seen = |row: &&Row| {
            if closed.is_some_and(|depth| row.depth > depth) {
                return false;
            }
            closed = (row.is_group() && !self.is_open(row)).then_some(row.depth);
            true
        };
        self.sheet.rows.iter().filter(is_seen).collect()
    }

    fn matching(&self) -> Vec<&Row> {
        // From the end: a group stands before what is in it.
        let mut outermost: Option<usize> = None;
        let mut kept: Vec<&Row> = Vec::new();
        for row in self.sheet.rows.iter().rev() {
            let holds_kept = outermost.is_some_and(|depth| row.depth < depth);
            if holds_kept || self.is_found(row) {
                outermost = Some(outermost.map_or(row.depth, |depth| depth.min(row.depth)));
                kept.push(row);
            }
            if row.depth == 0 {
                outermost = None;
            }
        }
        kept.reverse();
        kept
    }

    /// Whether a row has every word that was typed, in its path, its value or what it is for.
    fn is_found(&self, row: &Row) -> bool {
        let text = format!("{} {} {} {}", row.path, row.label, row.value, row.help).to_lowercase();
        self.filter.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
    }

    /// Whether the name of a row has every word that was typed.
    fn is_called(&self, row: &Row) -> bool {
        let name = row.label.to_lowercase();
        self.filter.split_whitespace().all(|word| name.contains(&word.to_lowercase()))
    }

    /// The chosen row.
    pub fn chosen(&self) -> Option<&Row> {
        self.shown().get(self.selected).copied()
    }

    /// Whether what stands in a group is seen.
    pub fn is_open(&self, row: &Row) -> bool {
        self.folds.get(&row.path).copied().unwrap_or(match row.kind {
            RowKind::Item(_) => false,
            RowKind::List(_) => true,
            // What a preset says nothing of stays closed.
            RowKind::Group(_) | RowKind::Variant(_) | RowKind::ByName(_) | RowKind::Value(_) => {
                row.is_written
            }
        })
    }

    /// Opens or closes a group.
    pub fn set_open(&mut self, path: &Path, is_open: bool) {
        self.folds.insert(path.clone(), is_open);
    }

    /// Opens or closes all groups.
    pub fn set_all_open(&mut self, is_open: bool) {
        let groups = self.sheet.rows.iter().filter(|row| row.is_group() && row.depth > 0);
        self.folds = groups.map(|row| (row.path.clone(), is_open)).collect();
    }

    /// Whether all groups are open.
    pub fn is_all_open(&self) -> bool {
        self.sheet.rows.iter().filter(|row| row.is_group()).all(|row| self.is_open(row))
    }

    /// Chooses the row of a value, or that of the innermost group around it that is seen.
    pub fn choose(&mut self, path: &Path) {
        let shown = self.shown();
        let around = |row: &Row| path.0.starts_with(&row.path.0);
        let best =
            shown.iter().enumerate().filter(|(_, row)| around(row)).max_by_key(|(_, row)| row.path.0.len());
        self.selected = best.map_or(0, |(place, _)| place);
    }

    /// Moves the choice by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        let last = self.shown().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(rows).min(last);
    }

    /// Narrows the form; the choice stays where it can.
    pub fn set_filter(&mut self, filter: &str) {
        let chosen = self.chosen().map(|row| row.path.clone());
        self.filter = filter.trim_start().to_owned();
        let shown = self.shown();
        let is_it =
            |row: &&Row| Some(&row.path) == chosen.as_ref() && (self.filter.is_empty() || self.is_found(row));
        // The first that is called so, or else has it in its value or help, rather than a group around it.
        let first = || {
            let called = shown.iter().position(|row| self.is_called(row));
            called.or_else(|| shown.iter().position(|row| self.is_found(row))).unwrap_or(0)
        };
        self.selected = shown.iter().position(is_it).unwrap_or_else(first);
    }

    /// Follows an item of a list to its new place, with what is open in it.
    pub fn item_moved(&mut self, list: &Path, from: usize, to: usize) {
        let moved = |place: usize| match place {
            place if place == from => to,
            place if from < place && place <= to => place - 1,
            place if to <= place && place < from => place + 1,
            place => place,
        };
        self.renumber(list, |place| Some(moved(place)));
    }

    /// Makes room for an item of a list.
    pub fn item_inserted(&mut self, list: &Path, at: usize) {
        self.renumber(list, |place| Some(if place >= at { place + 1 } else { place }));
    }

    /// Forgets an item of a list.
    pub fn item_removed(&mut self, list: &Path, at: usize) {
        self.renumber(list, |place| match place {
            place if place == at => None,
            place => Some(if place > at { place - 1 } else { place }),
        });
    }

    fn renumber(&mut self, list: &Path, place_of: impl Fn(usize) -> Option<usize>) {
        let folds = std::mem::take(&mut self.folds);
        self.folds = folds
            .into_iter()
            .filter_map(|(mut path, is_open)| {
                if path.0.starts_with(&list.0)
                    && let Some(crate::preset::Key::Index(place)) = path.0.get_mut(list.0.len())
                {
                    *place = place_of(*place)?;
                }
                Some((path, is_open))
            })
            .collect();
    }
}
