//! The experiments to choose from, and the drafts that the form edits.

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
}

impl Entry {
    /// An entry without changes.
    pub fn new(origin: Origin, preset: Preset) -> Self {
        let outline = outline(&preset);
        Entry { origin, draft: preset.clone(), original: preset, outline }
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
    /// The chosen one.
    pub selected: usize,
    /// Files that could not be read, with the reason.
    pub broken: Vec<(String, String)>,
}

impl Presets {
    /// The chosen one.
    pub fn current(&self) -> Option<&Entry> {
        self.entries.get(self.selected)
    }

    /// The chosen one, to change.
    pub fn current_mut(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.selected)
    }
}

fn outline(preset: &Preset) -> Result<Outline, String> {
    let input = preset.data.source.signature().input;
    let summary = crate::preset::Summary::of(&preset.name, &preset.layers, &input)
        .map_err(|error| format!("{}: {}; {}", error.path, error.problem, error.help))?;
    let rows = summary
        .rows
        .iter()
        .map(|row| [row.label(), row.output(), crate::tui::format::thousands(row.parameters.total())]);
    let parameters = (summary.parameters.trainable, summary.parameters.non_trainable);
    Ok(Outline { rows: rows.collect(), parameters })
}
