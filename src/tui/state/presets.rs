//! The experiments to choose from, and the drafts that the form edits.

use super::kind;
use crate::preset::Preset;

/// Where a preset comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in the program.
    BuiltIn,
    /// A file of the user's, at this path.
    User(String),
}

/// A network, layer by layer, as its summary prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Layer with its kind, output shape, number of parameters.
    pub rows: Vec<[String; 3]>,
    /// All trainable numbers, and those that are not trained.
    pub parameters: (u64, u64),
}

/// A preset of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it comes from.
    pub origin: Origin,
    /// As it was read.
    pub original: Preset,
    /// As it would start now.
    pub draft: Preset,
    /// The draft's network, or why its layers do not fit.
    pub outline: Result<Outline, String>,
    /// What kind of network it is, one of [`kind::ALL`].
    pub kind: &'static str,
}

impl Entry {
    /// An entry without changes.
    pub fn new(origin: Origin, preset: Preset) -> Self {
        let outline = outline(&preset);
        Entry { origin, kind: kind::of(&preset), draft: preset.clone(), original: preset, outline }
    }

    /// Whether the draft differs from what was read.
    pub fn is_changed(&self) -> bool {
        self.draft != self.original
    }

    /// Puts another draft in place; its shapes are checked anew.
    pub fn set_draft(&mut self, draft: Preset) {
        self.outline = outline(&draft);
        self.draft = draft;
    }
}

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

/// The preset that is chosen at the start, where it is there.
const FIRST_CHOICE: &str = "mnist-cnn";

impl Presets {
    /// A list with its first choice made.
    pub fn new(entries: Vec<Entry>, broken: Vec<(String, String)>) -> Self {
        let mut presets = Presets { entries, broken, ..Presets::default() };
        let first = presets.entries.iter().position(|entry| entry.original.name == FIRST_CHOICE);
        presets.selected = first.or_else(|| presets.shown().first().copied()).unwrap_or(0);
        presets
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

    /// Chooses so many rows further down.
    pub fn move_by(&mut self, rows: isize) {
        let shown = self.shown();
        let at = shown.iter().position(|place| *place == self.selected).unwrap_or(0);
        let to = at.saturating_add_signed(rows).min(shown.len().saturating_sub(1));
        self.selected = shown.get(to).copied().unwrap_or(self.selected);
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

fn outline(preset: &Preset) -> Result<Outline, String> {
    let summaries = preset.summaries()?;
    let mut rows = Vec::new();
    for summary in &summaries {
        if summaries.len() > 1 {
            rows.push([format!("[{}]", summary.name), String::new(), String::new()]);
        }
        let count = |count| crate::tui::format::thousands(count);
        rows.extend(
            summary.rows.iter().map(|row| [row.label(), row.output(), count(row.parameters.total())]),
        );
    }
    let all = |part: fn(&crate::preset::Parameters) -> u64| {
        summaries.iter().map(|summary| part(&summary.parameters)).sum()
    };
    let parameters = (all(|p| p.trainable), all(|p| p.non_trainable));
    Ok(Outline { rows, parameters })
}

#[cfg(test)]
mod tests {
    use super::*;
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
