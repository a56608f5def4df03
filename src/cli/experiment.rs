//! From what a command line names to an experiment.

use std::path::Path;

use super::Error;
use super::text::plain;
use crate::data::suggest::lacks_column;
use crate::data::table::is_ending_of_table;
use crate::preset::library::{self, Found};
use crate::preset::{
    Columns, DataConfig, Experiment, Learned, Preset, PresetError, Source, check_extension, overrides, parse,
};
pub(super) use crate::run::text::in_shell;
use crate::worker;

/// Reads a preset's text and looks into its data.
pub(super) fn of_found(found: &Found) -> Result<Experiment, PresetError> {
    parse::parse(&found.text, &found.origin)?.check_name(&found.origin, &found.text)?;
    worker::check_text(found)
}

/// As [`of_found`], for a text that was written here, with paths that are whole.
fn of_text(text: &str, origin: &str) -> Result<Experiment, PresetError> {
    worker::check_text(&Found { text: text.into(), origin: origin.into(), folder: None })
}

/// An option that is short for a change by `--set`: an error speaks of the option, which is what was typed.
pub(super) struct Short {
    option: &'static str,
    typed: String,
    path: &'static str,
    value: String,
}

impl Short {
    /// The option with what was typed behind it; it puts `value` at `path`.
    pub fn new(option: &'static str, typed: &str, path: &'static str, value: String) -> Self {
        Short { option, typed: typed.into(), path, value }
    }

    /// The change, as `--set` takes it.
    pub fn change(&self) -> String {
        format!("{}={}", self.path, self.value)
    }

    /// What was typed for a change.
    fn shown(change: &str, short: &[Short]) -> String {
        match short.iter().find(|short| short.change() == change) {
            Some(Short { option, typed, .. }) => format!("{option} {typed}"),
            None => format!("--set {change}"),
        }
    }

    /// An error about a change as one about what was typed for it.
    fn explain(error: PresetError, short: &[Short]) -> PresetError {
        let is_meant = |short: &&Short| error.origin == format!("--set {}", short.change());
        let Some(Short { option, typed, path, .. }) = short.iter().find(is_meant) else { return error };
        let help = match error.help.strip_prefix(path) {
            Some(rest) => {
                format!("{option}{rest}").replace(&format!("--set {path}="), &format!("{option} ")).into()
            }
            None => error.help,
        };
        PresetError { origin: format!("{option} {typed}"), help, ..error }
    }
}

/// The preset that a command line names.
pub(super) fn find(wanted: &str) -> Result<Found, PresetError> {
    let found = library::find(wanted);
    let path = Path::new(wanted);
    let unpacked = wanted.strip_suffix(".gz").unwrap_or(wanted);
    let is_table =
        Path::new(unpacked).extension().and_then(|end| end.to_str()).is_some_and(is_ending_of_table);
    match &found {
        _ if wanted.ends_with(".ron") => found,
        Ok(found_here) if found_here.folder.is_none() || begins_like_a_preset(found_here) => found,
        _ if path.exists() => Err(data_for_a_preset(wanted)),
        _ if is_table => Err(PresetError::whole(
            wanted,
            "there is no such file, and a preset is needed, which says how to learn from data",
            "`trainyard init FILE` writes one for a data file",
        )),
        Ok(_) | Err(_) => found,
    }
}

/// The preset in a file.
///
/// # Errors
/// When it cannot be read, or holds data.
pub(super) fn in_file(file: &Path) -> Result<Found, PresetError> {
    let is_called_a_preset = file.extension().is_some_and(|end| end == "ron");
    match Found::in_file(file) {
        found if is_called_a_preset => found,
        Ok(found) if begins_like_a_preset(&found) => Ok(found),
        _ if file.exists() => Err(data_for_a_preset(&file.to_string_lossy())),
        found => found,
    }
}

fn begins_like_a_preset(found: &Found) -> bool {
    let text = found.text.trim_start();
    text.starts_with(['(', '/', '#']) || text.starts_with("Preset")
}

/// What is said of data where a preset is asked for.
fn data_for_a_preset(wanted: &str) -> PresetError {
    let shown = in_shell(wanted);
    PresetError::whole(
        wanted,
        "this is data, and a preset is needed, which says how to learn from it",
        format!(
            "`trainyard init {shown}` writes one, and `trainyard data check {shown}` says what the data holds"
        ),
    )
}

/// The preset that a command line names, with its changes: those of `--set`, then those of options that are short for it.
pub(super) fn with_overrides(wanted: &str, sets: &[String], short: &[Short]) -> Result<Experiment, Error> {
    let changes: Vec<String> = sets.iter().cloned().chain(short.iter().map(Short::change)).collect();
    Ok(overridden(wanted, &changes).map_err(|error| Short::explain(error, short))?)
}

fn overridden(wanted: &str, changes: &[String]) -> Result<Experiment, PresetError> {
    let found = find(wanted)?;
    let before = of_found(&found);
    if changes.is_empty() {
        return before;
    }
    worker::check_changed(&found, before.as_ref().ok(), changes).map_err(|error| {
        // A column that is named there and is not in the table is a mistake of the command line.
        let blames_files = error.blames_files && !names_no_column(&found, changes);
        PresetError { blames_files, ..error }
    })
}

/// Whether a preset with these changes names a column that its table has not.
fn names_no_column(found: &Found, changes: &[String]) -> bool {
    let Found { text, origin, folder } = found;
    let preset = overrides::apply_all(text, changes).and_then(|text| {
        let mut preset = parse::parse(&text, origin)?;
        preset.locate(folder.as_deref(), &[], origin, &text)?;
        Ok(preset)
    });
    let Ok(Preset { data: DataConfig { source: Source::Csv(table), .. }, .. }) = preset else { return false };
    let described = match &table.columns {
        Columns::Described(kinds) => kinds.iter().map(|(name, _)| name.clone()).collect(),
        Columns::Chosen(names) => names.clone(),
    };
    let labels = table.label.iter().flat_map(|label| label.as_slice().iter().cloned());
    let names: Vec<String> = labels.chain(described).chain(table.weights.clone()).collect();
    lacks_column(&table.file, &names, table.sheet.as_deref())
}

/// The experiment of a run's preset; `name` is the run's. Only for a run that did not keep what it learned of its data the
/// data is looked into.
pub(super) fn of_run(name: &str, preset: &Preset, learned: Option<&Learned>) -> Result<Experiment, Error> {
    let text = parse::write(preset)?;
    match learned {
        Some(learned) => Ok(parse::parse(&text, name)?.validate(&learned.offers, name, &text)?),
        None => Ok(of_text(&text, name)?),
    }
}

/// The experiment of a run's preset with changes, by which the run is trained further. Those in `short` are among them.
pub(super) fn of_extended_run(
    name: &str,
    preset: &Preset,
    learned: Option<&Learned>,
    changes: &[String],
    short: &[Short],
) -> Result<Experiment, Error> {
    let before = of_run(name, preset, learned)?;
    let explain = |error| Short::explain(error, short);
    let text = overrides::apply_all(&parse::write(preset)?, changes).map_err(explain)?;
    let changed = parse::parse(&text, name)?;
    if let Err(problem) = check_extension(preset, &changed) {
        let is_refused = |count: &usize| {
            let first = parse::write(preset).and_then(|text| overrides::apply_all(&text, &changes[..*count]));
            let first = first.and_then(|text| parse::parse(&text, name));
            first.is_ok_and(|first| check_extension(preset, &first).is_err())
        };
        let change = (1..=changes.len()).find(is_refused).and_then(|count| changes.get(count - 1));
        let change = change.map(String::as_str).unwrap_or_default();
        return Err(Error::Usage(format!("{}: {problem}", plain(&Short::shown(change, short)))));
    }
    let after = parse::parse(&text, name)?.validate(&before.offers, name, &text);
    Ok(after.map_err(|error| explain(worker::of_changes(error, changes)))?)
}

/// The experiment of a run's preset on another source, as a preset writes it.
pub(super) fn on_source(name: &str, preset: &Preset, source: &str) -> Result<Experiment, Error> {
    let text = with_source(preset, source)?;
    of_text(&text, name).map_err(|error| match &error.path {
        Some(path) if overrides::concerns("data.source=", path) => of_data(error, source).into(),
        _ => error.into(),
    })
}

/// A source, as a preset writes it in the place of that of `preset`.
pub(super) fn source(name: &str, preset: &Preset, source: &str) -> Result<Source, Error> {
    let text = with_source(preset, source)?;
    let mut preset = parse::parse(&text, name)?;
    preset.locate(None, &[], name, &text).map_err(|error| of_data(error, source))?;
    Ok(preset.data.source)
}

/// The preset's text with another source. A refusal speaks of `--data`, by which it was given.
fn with_source(preset: &Preset, source: &str) -> Result<String, Error> {
    let text = parse::write(preset)?;
    let changed = overrides::apply(&text, &format!("data.source={source}"));
    Ok(changed.map_err(|error| of_data(error, source))?)
}

fn of_data(error: PresetError, source: &str) -> PresetError {
    PresetError { origin: format!("--data {source}"), place: None, line: Box::default(), ..error }
}
