//! A preset of the list, and the draft of it that the form edits.

use std::path::{Path as FilePath, PathBuf};

use super::kind;
use crate::preset::form::{self, RowKind};
use crate::preset::{Experiment, Offers, Path, Preset, PresetError, Source, parse};

/// Where a preset comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in the program.
    BuiltIn,
    /// A file of the user's, at this path.
    User(String),
}

/// What is known of the data that a preset names.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// It is in files that have not been read yet.
    Unread,
    /// Its files are being read.
    Reading,
    /// What it offers.
    Known(Offers),
    /// Its files cannot be used, for this reason.
    Broken(String),
}

impl Data {
    /// What is known of a source before its files are read.
    fn of(source: &Source) -> Self {
        source.built_in_offers().map_or(Data::Unread, Data::Known)
    }
}

/// Why a draft cannot be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance<'a> {
    /// Its files have not been read yet.
    Unread,
    /// Its files cannot be used, for this reason.
    Files(&'a str),
    /// Its parts do not fit each other or the data: where, and why.
    Misfit(&'a str),
}

impl Hindrance<'_> {
    /// What to tell the person.
    pub fn text(&self) -> &str {
        match self {
            Hindrance::Unread => "reading its files …",
            Hindrance::Files(problem) | Hindrance::Misfit(problem) => problem,
        }
    }
}

/// Why a draft does not fit, and where that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What is to blame, where that is known.
    pub path: Option<Path>,
    /// The whole message.
    pub text: String,
    /// The same without the place: what is wrong, and what would be valid.
    pub reason: String,
}

/// A preset of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it comes from.
    pub origin: Origin,
    /// As it was read.
    pub original: Preset,
    /// What it was read from, comments included.
    pub text: String,
    /// As it would start now.
    pub draft: Preset,
    /// The text of the draft.
    source: String,
    /// The texts before it, the newest last.
    past: Vec<String>,
    /// The texts that were taken back, the newest last.
    future: Vec<String>,
    /// The folder from which its paths are seen; `None` where that is this process's.
    folder: Option<PathBuf>,
    /// The draft's data.
    pub data: Data,
    /// The draft, checked against its data, or why it does not fit; `None` before the data is known.
    checked: Option<Result<Box<Experiment>, Misfit>>,
    /// What kind of network it is, one of [`kind::ALL`].
    pub kind: &'static str,
}

impl Entry {
    /// An entry without changes, whose text is written from the preset.
    pub fn new(origin: Origin, preset: Preset) -> Self {
        let text = parse::write(&preset).unwrap_or_default();
        Entry::of_text(origin, text, preset)
    }

    /// An entry without changes, which was read from `text`. Data that is built in is known; files are still to be read.
    pub fn of_text(origin: Origin, text: String, preset: Preset) -> Self {
        let folder = match &origin {
            Origin::User(path) => FilePath::new(path).parent().map(FilePath::to_path_buf),
            Origin::BuiltIn => None,
        };
        let mut entry = Entry {
            origin,
            data: Data::of(&preset.data.source),
            kind: kind::of(&preset),
            draft: preset.clone(),
            original: preset,
            source: text.clone(),
            text,
            past: Vec::new(),
            future: Vec::new(),
            folder,
            checked: None,
        };
        entry.check();
        entry
    }

    /// The same for a file of the user's, which says `text`.
    pub fn of_file(path: String, text: String, preset: Preset) -> Self {
        Entry::of_text(Origin::User(path), text, preset)
    }

    /// The same for a preset that is built in. Paths that are put into it are seen from `folder`, where it would be saved.
    pub fn built_in(text: String, preset: Preset, folder: Option<PathBuf>) -> Self {
        Entry { folder, ..Entry::of_text(Origin::BuiltIn, text, preset) }
    }

    /// Whether the draft differs from what was read.
    pub fn is_changed(&self) -> bool {
        self.draft != self.original
    }

    /// The draft's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Puts another text in the place of the draft's, which can be taken back, and checks it. What is known of the data stays
    /// known unless it names another source. Layers that do not fit are taken in: they may need several changes.
    ///
    /// # Errors
    /// When the text is no preset, or has a number out of its range; the draft stays as it was.
    pub fn edit(&mut self, text: String) -> Result<(), PresetError> {
        let preset = self.read(&text)?;
        if text != self.source {
            self.past.push(std::mem::replace(&mut self.source, text));
            self.future.clear();
        }
        self.set_draft(preset);
        Ok(())
    }

    /// Goes back to the text before the last change. Returns whether there is one.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.source, before));
        self.take_source()
    }

    /// Makes the change again that was taken back last. Returns whether there is one.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.source, after));
        self.take_source()
    }

    /// Whether there is a change that can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a change that was taken back.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Puts the text in place that it was read from; this can be taken back.
    pub fn reset(&mut self) {
        if self.source != self.text {
            self.past.push(std::mem::replace(&mut self.source, self.text.clone()));
            self.future.clear();
        }
        self.set_draft(self.original.clone());
    }

    /// Forgets all changes: the draft lives on elsewhere.
    pub fn forget_changes(&mut self) {
        (self.past, self.future) = (Vec::new(), Vec::new());
        self.source.clone_from(&self.text);
        self.set_draft(self.original.clone());
    }

    /// Reads the draft again from its text, which was a draft before.
    fn take_source(&mut self) -> bool {
        let read = self.read(&self.source);
        if let Ok(preset) = read {
            self.set_draft(preset);
        }
        true
    }

    /// The preset that a text says, its numbers checked.
    fn read(&self, text: &str) -> Result<Preset, PresetError> {
        let origin = match &self.origin {
            Origin::User(path) => path,
            Origin::BuiltIn => &self.original.name,
        };
        let mut preset = parse::parse(text, origin)?;
        for row in form::rows(text) {
            if let RowKind::Value(kind) = row.kind
                && kind.range().is_some()
                && !row.is_off
                && let Err(problem) = kind.check(&row.value)
            {
                let problem = format!("{}: {problem}", row.path);
                return Err(PresetError::at(origin, text, &row.path, problem, format!("it is {}", row.help)));
            }
        }
        preset.locate(self.folder.as_deref(), &[], origin, text)?;
        Ok(preset)
    }

    fn set_draft(&mut self, draft: Preset) {
        if draft.data.source != self.draft.data.source {
            self.data = Data::of(&draft.data.source);
        }
        self.draft = draft;
        self.check();
    }

    /// Takes in what was found in its files.
    pub fn set_data(&mut self, data: Data) {
        self.data = data;
        self.check();
    }

    /// What would be trained now.
    ///
    /// # Errors
    /// Why the draft cannot be.
    pub fn experiment(&self) -> Result<&Experiment, Hindrance<'_>> {
        match (&self.data, &self.checked) {
            (Data::Broken(problem), _) => Err(Hindrance::Files(problem)),
            (_, Some(Err(misfit))) => Err(Hindrance::Misfit(&misfit.text)),
            (_, Some(Ok(experiment))) => Ok(experiment),
            (_, None) => Err(Hindrance::Unread),
        }
    }

    /// What of the draft does not fit.
    pub fn misfit(&self) -> Option<&Misfit> {
        self.checked.as_ref()?.as_ref().err()
    }

    fn check(&mut self) {
        let Data::Known(offers) = &self.data else {
            self.checked = None;
            return;
        };
        let draft = self.draft.clone();
        self.checked = Some(
            match &self.origin {
                Origin::User(path) if self.source == self.text => {
                    draft.validate(offers, path, &self.text).map_err(|error| Misfit {
                        text: error.to_string(),
                        reason: as_the_form_counts(&format!("{}; {}", error.problem, error.help)),
                        path: error.path.map(|path| *path),
                    })
                }
                // A draft is not in a file, so there is no place at which a mistake could be shown.
                Origin::User(_) | Origin::BuiltIn => draft.fit(offers).map_err(|finding| Misfit {
                    text: as_the_form_counts(&finding.to_string()),
                    reason: as_the_form_counts(&format!("{}; {}", finding.problem, finding.help)),
                    path: Some(finding.path),
                }),
            }
            .map(Box::new),
        );
    }
}

/// A message about a preset, with its layers numbered as the form numbers them: `layers[3]` is layer 4.
pub fn as_the_form_counts(problem: &str) -> String {
    let lists = [
        ("layers[", "layer "),
        ("decoder[", "decoder layer "),
        ("discriminator[", "discriminator layer "),
        ("branches[", "branch "),
    ];
    let mut text = String::with_capacity(problem.len());
    let mut rest = problem;
    while let Some((at, list, name)) =
        lists.iter().filter_map(|(list, name)| Some((rest.find(list)?, *list, *name))).min()
    {
        let (before, from) = rest.split_at(at);
        let inside = &from[list.len()..];
        let number = inside.find(']').and_then(|end| Some((inside[..end].parse::<usize>().ok()?, end)));
        text.push_str(before);
        rest = match number {
            Some((index, end)) => {
                // What it stands in says no more than the name.
                let kept = text.strip_suffix("procedure.").map(str::len);
                text.truncate(kept.unwrap_or(text.len()));
                text.push_str(&format!("{name}{}", index.saturating_add(1)));
                // A branch is a list: the next number is that of one of its layers.
                let rest = &inside[end + 1..];
                let layer = rest.strip_prefix('[').and_then(|layer| layer.split_once(']'));
                let layer = layer.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest)));
                match layer.filter(|_| list == "branches[") {
                    Some((index, rest)) => {
                        text.push_str(&format!(".layer {}", index.saturating_add(1)));
                        rest
                    }
                    // The only value of a layer, as the one in `Bidirectional`, has no number in the form.
                    None => inside[end + 1..].strip_prefix("[0]").unwrap_or(rest),
                }
            }
            None => {
                text.push_str(list);
                inside
            }
        };
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_numbered_as_in_the_form() {
        let problem = "layers[3]: Reshape takes 6272 numbers, not 6468, from layers[2]; layers[x] stays";
        let expected = "layer 4: Reshape takes 6272 numbers, not 6468, from layer 3; layers[x] stays";
        assert_eq!(as_the_form_counts(problem), expected);
        assert_eq!(as_the_form_counts("procedure.decoder[0].units: no"), "decoder layer 1.units: no");
        assert_eq!(as_the_form_counts("layers[1][0].units, layers[1][0]: no"), "layer 2.units, layer 2: no");
        assert_eq!(
            as_the_form_counts("layers[0].branches[1][2].rate, layers[0].branches[0]: no"),
            "layer 1.branch 2.layer 3.rate, layer 1.branch 1: no"
        );
    }

    fn entry() -> Entry {
        Entry::new(Origin::BuiltIn, crate::tui::tests::builders::cnn())
    }

    #[test]
    fn changes_are_taken_back_and_made_again_without_end() {
        let mut entry = entry();
        let first = entry.source().to_owned();
        for epochs in 6..200 {
            let text =
                crate::preset::overrides::apply(entry.source(), &format!("train.epochs={epochs}")).unwrap();
            entry.edit(text).unwrap();
        }
        while entry.undo() {}
        assert_eq!((entry.source(), entry.is_changed()), (&*first, false));
        while entry.redo() {}
        assert_eq!(entry.draft.train.epochs, 199);
        entry.reset();
        assert!(!entry.is_changed() && entry.undo() && entry.draft.train.epochs == 199);
    }

    #[test]
    fn a_number_out_of_its_range_is_refused_and_layers_that_do_not_fit_are_not() {
        let mut entry = entry();
        let set = |entry: &Entry, change| crate::preset::overrides::apply(entry.source(), change).unwrap();
        let refused = entry.edit(set(&entry, "layers.3.units=0")).unwrap_err();
        assert!(
            refused.problem.contains("is not a whole number from 1") && refused.place.is_some(),
            "{refused}"
        );
        assert!(!entry.is_changed() && !entry.undo());
        entry.edit(set(&entry, "layers.0.kernel_size=40")).unwrap();
        assert!(entry.is_changed() && entry.experiment().is_err());
        assert!(entry.misfit().is_some_and(|misfit| misfit.text.starts_with("layer 1.kernel_size")));
    }
}
