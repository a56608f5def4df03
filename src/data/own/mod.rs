//! Data in files of a person's own: a file here for each kind, which says how it is imported ([`Import`]).

mod arrays;
mod csv;
mod file_table;
mod fills;
mod fit;
mod fitted;
mod idx;
mod image_folder;
mod labelled_text;
mod npy;
mod npz;
mod other;
mod recent;
mod set;
mod shared;
mod table;
mod text_file;
mod wav_folder;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::answers::{Answers, Numbering};
use super::import::folders::{Classed, SetParts};
use super::import::labelled::unknown_words;
use super::import::limits::Limits;
use super::import::rows::Rows;
use super::open::unused_share;
use super::parts::Parts;
use super::samples::Samples;
use super::table::classes::alike_in_words;
use super::table::learned_as_classes;
use super::text::{self, Text};
use super::tokens;
use super::{Error, Splits};
use crate::preset::sources::file_sources;
use crate::preset::{
    Csv, DataConfig, FileSource, Offers, Preparation, Reading, Source, TableSchema, TargetKind, ValuesAre,
};
pub use arrays::class_words;
use fit::Fit;
pub(super) use fitted::repeated;
pub use other::{TestSet, test_set, test_set_of};
use set::Imported;

/// How the files that a source names become samples.
pub(super) trait Import: FileSource {
    /// Reads the files. What a person should know of them goes to `notices`, a sentence each.
    ///
    /// # Errors
    /// The first thing that is wrong with them, with its place.
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error>;

    /// The files that are read where the source names `path`: those of a folder, else the file itself.
    ///
    /// # Errors
    /// When a folder cannot be listed, or holds nothing of that kind.
    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        Ok(vec![path.to_path_buf()])
    }

    /// What is in the files. They are read from beginning to end, unless reading less is enough.
    ///
    /// # Errors
    /// As [`Import::open`].
    fn offers(&self, limits: &Limits) -> Result<Offers, Error> {
        Ok(self.open(limits, &mut Vec::new())?.offers())
    }
}

macro_rules! imports {
    ($(#[$help:meta] $file:ident::$kind:ident = $name:literal,)*) => {
        /// The import of a source's files; `None` for a set that is built in.
        fn import(source: &Source) -> Option<&dyn Import> {
            match source {
                $(Source::$kind(files) => Some(files),)*
                built_in => {
                    debug_assert!(built_in.files().is_none(), "every kind of file is imported");
                    None
                }
            }
        }
    };
}
file_sources!(imports);

/// A set in a person's own files, in the form that suits it.
pub(super) enum Opened {
    /// Inputs that may stay on disk.
    Rows(Imported),
    /// Everything in memory. The number is that of the first sample of the set's own test set, where it has one.
    Samples(Samples, Option<usize>),
    /// A text in windows of this many characters.
    Text(Text, usize),
}

impl Opened {
    fn offers(&self) -> Offers {
        match self {
            Opened::Rows(set) => {
                let numbering = (!set.task_is_said).then(|| set.numbering());
                let embedded = set.table.as_ref().map(TableSchema::embedded).unwrap_or_default();
                let columns = set.table.as_ref().map(TableSchema::row).unwrap_or_default();
                let Imported { shape, rows, answers, first_test, first_validation, .. } = set;
                let offers = offers_of(shape.clone(), answers.kind(), rows.count(), *first_test);
                let offers = with_validation(offers, *first_validation);
                with_answers(Offers { embedded, columns, ..offers }, answers, numbering)
            }
            Opened::Samples(samples, first_test) => {
                let count = samples.count();
                let Samples { shape, answers, tokens, .. } = samples;
                let tokens = (!tokens.is_empty()).then_some(tokens.len());
                let offers = offers_of(shape.clone(), answers.kind(), count, *first_test);
                let offers = with_validation(Offers { tokens, ..offers }, samples.first_validation);
                with_answers(offers, answers, Some(samples.numbering()))
            }
            Opened::Text(text, steps) => {
                let letters = text.vocabulary.len();
                let offers = offers_of(vec![*steps], TargetKind::Tokens(letters), text.tokens.len(), None);
                Offers { tokens: Some(letters), window: Some(*steps), ..offers }
            }
        }
    }
}

/// With what else the answers can be read as, by classes of this numbering; and what values are like.
fn with_answers(offers: Offers, answers: &Answers, numbering: Option<Numbering>) -> Offers {
    let other_target = numbering.and_then(|numbering| answers.other(numbering)).map(|other| other.kind());
    Offers { other_target, values: answers.values_are(), ..offers }
}

fn offers_of(input: Vec<usize>, target: TargetKind, count: usize, first_test: Option<usize>) -> Offers {
    Offers {
        input,
        tokens: None,
        embedded: Vec::new(),
        columns: Vec::new(),
        target,
        other_target: None,
        values: ValuesAre::Any,
        samples: first_test.unwrap_or(count),
        window: None,
        gap: 0,
        validation: None,
        test: first_test.map(|first| count - first),
    }
}

/// What listed folders offer, where their files become inputs of this shape.
fn classed(input: Vec<usize>, listed: Classed) -> Offers {
    let answers = listed.answers();
    let Classed { files, first_validation, first_test, .. } = listed;
    let offers = offers_of(input, answers.kind(), files.len(), first_test);
    with_answers(with_validation(offers, first_validation), &answers, Some(Numbering::Names))
}

/// With the samples from this one to those of the test set as a validation set of its own.
fn with_validation(offers: Offers, first: Option<usize>) -> Offers {
    Offers { validation: first.map(|first| offers.samples - first), ..offers }
}

/// What is said of folders that are the parts of a set, or are called so and are taken for classes.
fn parts_in_words(folder: &str, listed: &Classed, kind: &str) -> Option<String> {
    let for_classes = || SetParts::of(folder, &listed.names).map(|parts| parts.taken_for_classes(kind));
    listed.parts.as_ref().map(SetParts::in_words).or_else(for_classes)
}

/// The files of one folder with a folder for each class; or of several, of which one is the validation set and one the test set.
/// Where a folder has no folders of classes but those of the parts of a set, they are taken so.
fn folders(
    folder: &str,
    validation: Option<&String>,
    test: Option<&String>,
    list: &dyn Fn(&Path) -> Result<Classed, Error>,
) -> Result<Classed, Error> {
    if validation.is_some() || test.is_some() {
        let (train, unread) = (folder.to_string(), Vec::new());
        let parts = SetParts { train, validation: validation.cloned(), test: test.cloned(), unread };
        return parts.listed(list);
    }
    let whole = list(Path::new(folder))?;
    match SetParts::with_classes(folder, &whole.names, list) {
        Some(parts) => Ok(Classed { parts: Some(parts.clone()), ..parts.listed(list)? }),
        None => Ok(whole),
    }
}

fn named(source: &Source) -> Result<&dyn Import, Error> {
    let problem = || Error::Broken { origin: source.title().into(), problem: "it names no files".into() };
    import(source).ok_or_else(problem)
}

/// The files of a source with their classes: of folders, or of a table that names them. None is read but the table.
///
/// # Errors
/// When they cannot be listed, or the source names files in another way.
pub(super) fn files_of_classes(source: &Source, limits: &Limits) -> Result<Classed, Error> {
    match source {
        Source::ImageFolder(images) => images.images(),
        Source::WavFolder(sounds) => sounds.sounds(),
        Source::FileTable(table) => table.files(limits, &mut Vec::new()),
        other => {
            let problem = "it names no files of classes".into();
            Err(Error::Broken { origin: other.title().into(), problem })
        }
    }
}

/// How many words each text of a source has; empty where it holds none.
///
/// # Errors
/// When its files cannot be read.
pub(super) fn words_of_texts(source: &Source) -> Result<Vec<usize>, Error> {
    match named(source)?.open(&Limits::of_machine(), &mut Vec::new())? {
        Opened::Samples(Samples { captions, .. }, _) => {
            Ok(captions.iter().map(|text| tokens::words(text)).collect())
        }
        Opened::Rows(_) | Opened::Text(..) => Ok(Vec::new()),
    }
}

/// The samples of a source and what they should give, where it names arrays; `None` where it names something else.
///
/// # Errors
/// When its files cannot be read.
pub(super) fn rows_with_answers(
    source: &Source,
    limits: &Limits,
) -> Result<Option<(Arc<dyn Rows>, Answers)>, Error> {
    Ok(match named(source)?.open(limits, &mut Vec::new())? {
        Opened::Rows(set) => Some((set.rows, set.answers)),
        Opened::Samples(..) | Opened::Text(..) => None,
    })
}

/// What a person should know of how the files of a source are read, a sentence each.
///
/// # Errors
/// When they cannot be read.
pub(super) fn told(source: &Source) -> Result<Vec<String>, Error> {
    let mut notices = Vec::new();
    named(source)?.open(&Limits::of_machine(), &mut notices)?;
    Ok(notices)
}

/// Opens the files that a preset names.
///
/// # Errors
/// The first thing that is wrong with them, with its place.
pub(super) fn open(
    source: &Source,
    config: &DataConfig,
    reading: &Reading,
    seed: u64,
) -> Result<Splits, Error> {
    let mut notices = Vec::new();
    let kept = if let Source::Csv(table) = source { recent::take(table) } else { None };
    let opened = match kept {
        Some((set, told)) => {
            notices = told;
            Opened::Rows(set)
        }
        None => named(source)?.open(&Limits::of_machine(), &mut notices)?,
    };
    let has_test = match &opened {
        Opened::Rows(set) => set.first_test.is_some(),
        Opened::Samples(_, first_test) => first_test.is_some(),
        Opened::Text(..) => false,
    };
    let answers = match &opened {
        Opened::Rows(set) => Some(&set.answers),
        Opened::Samples(samples, _) => Some(&samples.answers),
        Opened::Text(..) => None,
    };
    if let Some(Answers::Classes { names, .. }) = answers
        && let Some(alike) = alike_in_words(names.iter().map(String::as_str))
    {
        notices.push(format!("{}: the classes {alike}", source.paths().join(", ")));
    }
    if has_test {
        notices.extend(unused_share(config, "the source"));
    }
    let splits = match opened {
        Opened::Rows(set) => {
            notices.extend(unused_label(source, &set, reading));
            let set = set.read_as(reading.targets);
            notices.extend(counts_as_classes(source, &set, reading));
            set.split(config, reading, seed)?
        }
        Opened::Samples(samples, first_test) => {
            let mut samples = samples.read_as(reading.targets);
            let parts = cut(&samples, first_test, config, seed);
            notices.extend(config.source.text_form().and_then(|form| unknown_words(&samples, &form)));
            // Tokens are numbers of characters, not quantities.
            match samples.tokens.is_empty() {
                true => super::open::scaled(samples, parts, source, reading)?,
                false => {
                    let origin = source.paths().join(", ");
                    let fitted = samples.fit_targets(&parts.trained_once(), reading);
                    fitted.map_err(|problem| Error::Broken { origin, problem: problem.to_string() })?;
                    samples.split(parts, reading.labels)
                }
            }
        }
        Opened::Text(text, steps) => text::splits(&text, steps, config),
    };
    notices.extend(splits.notices.iter().cloned());
    Ok(Splits { notices, ..splits })
}

/// What is said of a last column that is taken for the label, and so is no input, where a network learns nothing but inputs.
fn unused_label(source: &Source, set: &Imported, reading: &Reading) -> Option<String> {
    match (source, &set.label) {
        (Source::Csv(Csv { file, label: None, columns, .. }), Some(name))
            if !reading.needs_targets && columns.chosen().is_empty() =>
        {
            let named = if name.is_empty() { String::new() } else { format!(", '{name}'") };
            Some(format!(
                "{file}: the last column{named}, is taken for the label, so that it is no input; task: none makes it one"
            ))
        }
        _ => None,
    }
}

/// What is said of whole numbers in the label of a table that are learned as classes, though nobody says that they are.
fn counts_as_classes(source: &Source, set: &Imported, reading: &Reading) -> Option<String> {
    let label = set.label.as_deref().unwrap_or_default();
    let sentence = learned_as_classes(label, set.answers.names())
        .filter(|_| reading.needs_targets && !set.task_is_said && set.table.is_some())?;
    Some(format!("{}: {sentence}", source.paths().join(", ")))
}

fn cut(samples: &Samples, first_test: Option<usize>, config: &DataConfig, seed: u64) -> Parts {
    Parts::cut_in(&samples.classes(), samples.first_validation, first_test, config, seed)
}

/// As [`open`], prepared as a run learned: nothing is fitted to the samples.
///
/// # Errors
/// As [`open`]; and when the files hold columns, classes, characters or shapes that the run did not learn.
pub(super) fn open_as_learned(
    config: &DataConfig,
    reading: &Reading,
    seed: u64,
    learned: &Preparation,
) -> Result<Splits, Error> {
    let source = &config.source;
    let fit = Fit { origin: source.paths().join(", "), source: Some(source), config, reading, learned };
    let mut notices = Vec::new();
    let splits = match fit.open(&config.source, &Limits::of_machine(), &mut notices)? {
        Opened::Rows(set) => {
            let (set, fitted) = fit.rows(set)?;
            set.split_as(fitted, config, reading.labels, seed)?
        }
        Opened::Samples(samples, first_test) => {
            let samples = fit.samples(samples, first_test)?;
            let parts = cut(&samples, first_test, config, seed);
            samples.split(parts, reading.labels)
        }
        Opened::Text(text, steps) => text::splits(&fit.text(&text)?, steps, config),
    };
    Ok(Splits { notices, ..splits })
}

/// The files that are read where a source names `path`, which may be a folder.
///
/// # Errors
/// When a folder cannot be listed, or holds nothing of that kind.
pub(super) fn files(source: &Source, path: &Path) -> Result<Vec<PathBuf>, Error> {
    named(source)?.files_in(path)
}

/// As [`offers`], for a training that follows in this process: a table is kept for it.
///
/// # Errors
/// As [`offers`].
pub(super) fn offers_to_train(source: &Source) -> Result<Offers, Error> {
    let Source::Csv(table) = source else { return offers(source) };
    let (state, mut notices) = (recent::State::of(table), Vec::new());
    let opened = table.open(&Limits::of_machine(), &mut notices)?;
    let offers = opened.offers();
    if let (Some(state), Opened::Rows(set)) = (state, opened) {
        recent::keep(table, state, set, notices);
    }
    Ok(offers)
}

/// What a person should know of the table that a source names, a sentence each, where it is the one that was checked last.
pub fn told_of_checked(source: &Source) -> Vec<String> {
    match source {
        Source::Csv(table) => recent::told(table),
        _ => Vec::new(),
    }
}

/// What is in the files that a source names. Files are read from beginning to end; folders are only listed.
///
/// # Errors
/// As [`open`].
pub(super) fn offers(source: &Source) -> Result<Offers, Error> {
    named(source)?.offers(&Limits::of_machine())
}

#[cfg(test)]
mod tests;
