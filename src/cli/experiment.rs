//! From what a command line names to an experiment.

use super::Error;
use super::text::plain;
use crate::preset::library::{self, Found};
use crate::preset::{Experiment, Learned, Preset, PresetError, Source, check_extension, overrides, parse};
use crate::worker;

/// Reads a preset's text and looks into its data.
pub(super) fn of_found(found: &Found) -> Result<Experiment, PresetError> {
    parse::parse(&found.text, &found.origin)?.check_name(&found.origin, &found.text)?;
    of_any_name(found)
}

fn of_any_name(found: &Found) -> Result<Experiment, PresetError> {
    let Found { text, origin, folder } = found;
    let mut preset = parse::parse(text, origin)?;
    preset.locate(folder.as_deref(), &[], origin, text)?;
    worker::check(preset, origin, text)
}

/// As [`of_found`], for a text that was written here, with paths that are whole.
fn of_text(text: &str, origin: &str) -> Result<Experiment, PresetError> {
    of_any_name(&Found { text: text.into(), origin: origin.into(), folder: None })
}

/// The preset that a command line names, with its changes.
pub(super) fn with_overrides(wanted: &str, changes: &[String]) -> Result<Experiment, Error> {
    let found = library::find(wanted)?;
    let before = of_found(&found);
    if changes.is_empty() {
        return Ok(before?);
    }
    let Found { text, origin, folder } = found;
    let in_file = parse::parse(&text, &origin)?.data.source;
    let text = overrides::apply_all(&text, changes)?;
    let mut preset = parse::parse(&text, &origin)?;
    preset.check_name(&origin, &text).map_err(|error| of_changes(error, changes))?;
    let typed: Vec<String> = preset.data.source.paths().into_iter().map(str::to_string).collect();
    let typed: Vec<String> = typed.into_iter().filter(|path| !in_file.paths().contains(&&path[..])).collect();
    preset.locate(folder.as_deref(), &typed, &origin, &text).map_err(|error| of_changes(error, changes))?;
    // Files that are the same are not read again. A change may also mend what was wrong before.
    let after = match before {
        Ok(before) if preset.data.source == before.preset.data.source => {
            preset.validate(&before.offers, &origin, &text)
        }
        Ok(_) | Err(_) => worker::check(preset, &origin, &text),
    };
    Ok(after.map_err(|error| of_changes(error, changes))?)
}

/// An error of a changed preset as one of the change that it is about, where there is one.
fn of_changes(error: PresetError, changes: &[String]) -> PresetError {
    let is_meant =
        |change: &&String| error.path.as_ref().is_some_and(|path| overrides::concerns(change, path));
    match changes.iter().rfind(is_meant) {
        Some(change) => {
            PresetError { origin: format!("--set {change}"), place: None, line: Box::default(), ..error }
        }
        None => error,
    }
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

/// The experiment of a run's preset with changes, by which the run is trained further.
pub(super) fn of_extended_run(
    name: &str,
    preset: &Preset,
    learned: Option<&Learned>,
    changes: &[String],
) -> Result<Experiment, Error> {
    let before = of_run(name, preset, learned)?;
    let text = overrides::apply_all(&parse::write(preset)?, changes)?;
    let changed = parse::parse(&text, name)?;
    if let Err(problem) = check_extension(preset, &changed) {
        let is_refused = |count: &usize| {
            let first = parse::write(preset).and_then(|text| overrides::apply_all(&text, &changes[..*count]));
            let first = first.and_then(|text| parse::parse(&text, name));
            first.is_ok_and(|first| check_extension(preset, &first).is_err())
        };
        let change = (1..=changes.len()).find(is_refused).and_then(|count| changes.get(count - 1));
        let change = change.map(String::as_str).unwrap_or_default();
        return Err(Error::Usage(format!("--set {}: {problem}", plain(change))));
    }
    let after = parse::parse(&text, name)?.validate(&before.offers, name, &text);
    Ok(after.map_err(|error| of_changes(error, changes))?)
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
