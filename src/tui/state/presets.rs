//! The experiments to choose from.

use super::kind;
use crate::preset::{Offers, PresetError, Source};

pub use super::entry::{Data, Entry, Hindrance, Origin};

/// The list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presets {
    /// Built-in first, then the user's.
    pub entries: Vec<Entry>,
    /// Files that could not be read, with the reason.
    pub broken: Vec<(String, String)>,
    /// The chosen one: an entry, or behind the last of them a broken file.
    pub selected: usize,
    /// What was typed to narrow the list; empty for all.
    pub filter: String,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// What the presets below have in common.
    Heading(&'static str),
    /// A preset, or behind the last entry a broken file: a value of [`Presets::selected`].
    Preset(usize),
}

/// The title of the files that could not be read.
const BROKEN: &str = "Cannot be read";

/// The most sources whose files are read at a time. The source of the chosen preset is read in addition to these, so
/// that it never waits for one that hangs.
const READ_AT_A_TIME: usize = 2;

/// The preset that is chosen at the start, where it is in the list.
const FIRST_CHOICE: &str = "mnist-cnn";

impl Presets {
    /// A list with its first choice made.
    pub fn new(entries: Vec<Entry>, broken: Vec<(String, String)>) -> Self {
        let mut presets = Presets { entries, broken, ..Presets::default() };
        let first = presets.entries.iter().position(|entry| entry.original.name == FIRST_CHOICE);
        presets.selected = first.or_else(|| presets.shown().first().copied()).unwrap_or(0);
        presets
    }

    /// Chooses the one of this name, where it is in the list.
    pub fn choose(&mut self, name: &str) {
        let place = self.entries.iter().position(|entry| entry.original.name == name);
        self.selected = place.unwrap_or(self.selected);
    }

    /// The chosen one.
    pub fn current(&self) -> Option<&Entry> {
        self.entries.get(self.selected)
    }

    /// The chosen one, to change.
    pub fn current_mut(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.selected)
    }

    /// The chosen file that could not be read, with the reason.
    pub fn current_broken(&self) -> Option<&(String, String)> {
        self.broken.get(self.selected.checked_sub(self.entries.len())?)
    }

    /// The list as it is seen: by kind, what the filter leaves.
    pub fn rows(&self) -> Vec<Row> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let passes = |texts: &[&str]| {
            let text = texts.join(" ").to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let mut rows = Vec::new();
        for kind in kind::ALL {
            let of_kind = self.entries.iter().enumerate().filter(|(_, entry)| entry.kind == kind);
            let shown = of_kind.filter(|(_, entry)| {
                passes(&[
                    &entry.original.name,
                    &entry.original.title,
                    kind,
                    entry.original.data.source.title(),
                ])
            });
            rows.extend(with_heading(kind, shown.map(|(place, _)| place)));
        }
        let broken = self.broken.iter().enumerate().filter(|(_, (file, _))| passes(&[file, BROKEN]));
        rows.extend(with_heading(BROKEN, broken.map(|(place, _)| self.entries.len() + place)));
        rows
    }

    fn shown(&self) -> Vec<usize> {
        let preset = |row| if let Row::Preset(place) = row { Some(place) } else { None };
        self.rows().into_iter().filter_map(preset).collect()
    }

    /// Whether the chosen one is in the list as it is seen: a filter may leave nothing of it.
    pub fn sees_choice(&self) -> bool {
        self.shown().contains(&self.selected)
    }

    /// Whether the filter leaves nothing, so that the chosen one is out of sight.
    pub fn hides_choice(&self) -> bool {
        !self.filter.is_empty() && !self.sees_choice()
    }

    /// Moves the choice down by `rows` rows.
    pub fn move_by(&mut self, rows: isize) {
        let shown = self.shown();
        let at = shown.iter().position(|place| *place == self.selected).unwrap_or(0);
        let to = at.saturating_add_signed(rows).min(shown.len().saturating_sub(1));
        self.selected = shown.get(to).copied().unwrap_or(self.selected);
    }

    /// The sources whose files are to be read now: that of the chosen preset at once, those of others a few at a time.
    /// The sources that are returned count as being read.
    pub fn to_read(&mut self) -> Vec<Source> {
        let mut reading: Vec<Source> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.data == Data::Reading) {
            if !reading.contains(&entry.draft.data.source) {
                reading.push(entry.draft.data.source.clone());
            }
        }
        let before = reading.len();
        for place in std::iter::once(self.selected).chain(0..self.entries.len()) {
            let Some(entry) = self.entries.get_mut(place).filter(|entry| entry.data == Data::Unread) else {
                continue;
            };
            let source = &entry.draft.data.source;
            if !reading.contains(source) {
                if place != self.selected && reading.len() >= READ_AT_A_TIME {
                    continue;
                }
                reading.push(source.clone());
            }
            entry.set_data(Data::Reading);
        }
        reading.split_off(before)
    }

    /// Takes in what was found in the files of a source, for all presets that wait for it.
    pub fn on_read(&mut self, source: &Source, found: &Result<Offers, String>) {
        let waits = |entry: &&mut Entry| entry.data == Data::Reading && entry.draft.data.source == *source;
        for entry in self.entries.iter_mut().filter(waits) {
            entry.set_data(match found {
                Ok(offers) => Data::Known(offers.clone()),
                Err(problem) => Data::Broken(match &entry.origin {
                    Origin::User(path) => PresetError::of_files(path, &entry.text, problem).to_string(),
                    Origin::BuiltIn => problem.clone(),
                }),
            });
        }
    }

    /// Has files read again: they may have changed.
    pub fn forget_files(&mut self) {
        let is_read = |entry: &&mut Entry| matches!(entry.data, Data::Known(_) | Data::Broken(_));
        for entry in self.entries.iter_mut().filter(is_read) {
            if entry.draft.data.source.built_in_offers().is_none() {
                entry.set_data(Data::Unread);
            }
        }
    }

    /// Narrows the list; the choice stays if it is still seen.
    pub fn set_filter(&mut self, filter: &str) {
        self.filter = filter.trim_start().to_owned();
        let shown = self.shown();
        if !shown.contains(&self.selected)
            && let Some(first) = shown.first()
        {
            self.selected = *first;
        }
    }
}

fn with_heading(heading: &'static str, places: impl Iterator<Item = usize>) -> Vec<Row> {
    let mut rows: Vec<Row> = places.map(Row::Preset).collect();
    if !rows.is_empty() {
        rows.insert(0, Row::Heading(heading));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;
    use crate::tui::tests::builders::cnn;

    fn many() -> Presets {
        let named = |name: String| Entry::new(Origin::BuiltIn, Preset { name, ..cnn() });
        let mut entries: Vec<Entry> = (0..30).map(|i| named(format!("net-{i}"))).collect();
        entries.push(named("mnist-cnn".into()));
        let dense = Preset { name: "dense".into(), layers: cnn().layers.split_off(2), ..cnn() };
        entries.push(Entry::new(Origin::BuiltIn, dense));
        Presets::new(entries, vec![("bad.ron".into(), "line 3".into())])
    }

    #[test]
    fn the_case_study_is_chosen_first_and_kinds_stand_together() {
        let presets = many();
        assert_eq!(presets.current().map(|entry| entry.original.name.as_str()), Some("mnist-cnn"));
        let rows = presets.rows();
        assert_eq!(&rows[..3], [Row::Heading("Perceptrons"), Row::Preset(31), Row::Heading("Convolutional")]);
        assert_eq!(rows[rows.len() - 2..], [Row::Heading(BROKEN), Row::Preset(32)]);
    }

    #[test]
    fn moving_follows_what_is_seen_and_a_broken_file_can_be_looked_at() {
        let mut presets = many();
        presets.move_by(-1000);
        assert_eq!(presets.selected, 31);
        presets.move_by(1);
        assert_eq!(presets.selected, 0);
        presets.move_by(1000);
        assert!(presets.current().is_none());
        assert_eq!(presets.current_broken().map(|(file, _)| file.as_str()), Some("bad.ron"));
    }

    #[test]
    fn a_filter_narrows_by_every_word_and_keeps_the_choice_where_it_can() {
        let mut presets = many();
        presets.set_filter("CNN mnist-");
        assert_eq!(presets.rows(), [Row::Heading("Convolutional"), Row::Preset(30)]);
        presets.set_filter("dense");
        assert_eq!(presets.selected, 31);
        presets.set_filter("no such thing");
        assert!(presets.rows().is_empty());
        presets.move_by(1);
        assert_eq!(presets.selected, 31);
        presets.set_filter("");
        assert_eq!((presets.rows().len(), presets.selected), (36, 31));
    }
}
