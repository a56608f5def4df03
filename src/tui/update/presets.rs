//! Starting and saving presets.

use crate::preset::{Path, Preset, edit};
use crate::tui::message::Effect;
use crate::tui::state::form::Saving;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Subject};
use crate::tui::state::presets::{Data, Entry, Hindrance, Origin};
use crate::tui::state::{Screen, State};
use crate::worker::{Drive, TrainRequest};

use super::training;

/// Trains the chosen preset; asks first when that ends another training.
pub fn start(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.presets.current() else {
        state.complain(match state.presets.current_broken() {
            Some((file, _)) => format!("{file} cannot be read as it is"),
            None => "there is no preset to train".into(),
        });
        return Vec::new();
    };
    // The running training is ended only for one that can start.
    if state.is_busy() && entry.experiment().is_ok() {
        let question = format!("End the training that runs and start {}?", entry.draft.name);
        let yes = "end the training that runs";
        let confirm = Confirm { title: "Start", question, yes, purpose: Purpose::StartOther };
        state.overlays.push(Overlay::Confirm(confirm));
        return Vec::new();
    }
    let index = state.presets.selected;
    start_now(state, index)
}

/// Trains the preset of the training that is shown once more; without one, the chosen preset.
pub fn start_shown(state: &mut State) -> Vec<Effect> {
    if state.is_busy() {
        state.inform("a training is in progress: x ends it, 1 shows the presets");
        return Vec::new();
    }
    if let Some(training) = &state.training {
        let name = &training.info.preset.name;
        let Some(shown) = state.presets.entries.iter().position(|entry| entry.draft.name == *name) else {
            let name = name.clone();
            state.complain(format!("there is no preset {name} any more: 1 shows those that there are"));
            return Vec::new();
        };
        state.presets.selected = shown;
    }
    start(state)
}

/// Trains this preset; nothing may be running.
pub(super) fn start_now(state: &mut State, index: usize) -> Vec<Effect> {
    let Some(entry) = state.presets.entries.get_mut(index) else { return Vec::new() };
    let name = entry.draft.name.clone();
    match entry.experiment() {
        Ok(experiment) => {
            let drive =
                Drive { steps_per_second: experiment.preset.view.steps_per_second, ..Drive::default() };
            let request = Box::new(TrainRequest { drive, ..TrainRequest::new(experiment.clone()) });
            return training::begin(state, format!("preparing {name}"), request);
        }
        Err(Hindrance::Unread) => state.inform(format!("the files of {name} are being read")),
        Err(Hindrance::Files(_)) => {
            // The files may have been repaired.
            entry.set_data(Data::Unread);
            state.inform(format!("reading the files of {name} again"));
        }
        Err(Hindrance::Misfit(problem)) => {
            let problem = problem.to_owned();
            state.complain(problem);
        }
    }
    Vec::new()
}

/// Shows all that is known about the chosen preset.
pub fn read(state: &mut State) -> Vec<Effect> {
    state.overlays.push(Overlay::Card { scroll: 0 });
    Vec::new()
}

/// Narrows the list to what is typed.
pub fn filter(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Presets;
    let input = LineInput::selected(&state.presets.filter);
    state.overlays.push(Overlay::Filter(input));
    Vec::new()
}

/// Shows the whole list again.
pub fn unfilter(state: &mut State) -> Vec<Effect> {
    state.presets.set_filter("");
    Vec::new()
}

/// Asks for a name to save under.
pub fn ask_name(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.presets.current() else { return Vec::new() };
    let own = entry.origin != Origin::BuiltIn;
    let name = if own { entry.draft.name.clone() } else { format!("my-{}", entry.draft.name) };
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "Save preset as".into(),
        help: "letters, digits, - and _".into(),
        input: LineInput::new(&name),
        error: None,
        subject: Subject::PresetName,
    }));
    Vec::new()
}

fn taken_by(state: &State, name: &str) -> Option<Origin> {
    state.presets.entries.iter().find(|e| e.original.name == name).map(|entry| entry.origin.clone())
}

/// Checks that one of the person's presets can have this name.
pub(super) fn check_name(state: &State, name: &str) -> Result<(), String> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 64 || !name.chars().all(valid) {
        return Err(format!("{name:?} is not a name: letters, digits, - and _ only, 64 at most"));
    }
    if name == "last" {
        return Err("commands take 'last' for the newest run: choose another name".into());
    }
    if taken_by(state, name) == Some(Origin::BuiltIn) {
        return Err(format!("{name} is built in: choose another name"));
    }
    Ok(())
}

/// Saves under a name, asking before an own preset is replaced.
pub(super) fn save_as(state: &mut State, name: &str) -> Result<Vec<Effect>, String> {
    check_name(state, name)?;
    let Some(entry) = state.presets.current_mut() else { return Ok(Vec::new()) };
    let named = edit::put(entry.source(), &Path::to("name"), &edit::quoted(name, 4));
    let text = named.ok_or("the preset's text has no name")?;
    let name = name.to_owned();
    if taken_by(state, &name).is_some() {
        let question = format!("{name} exists already. Replace it?");
        state.form.saving = Some(Saving { name, text });
        state.overlays.push(Overlay::Confirm(Confirm {
            title: "Save",
            question,
            yes: "replace it",
            purpose: Purpose::Overwrite,
        }));
        return Ok(Vec::new());
    }
    Ok(vec![Effect::SavePreset { name, text, overwrite: false }])
}

/// Saves over a preset of the same name, after a yes.
pub(super) fn save_over(state: &mut State) -> Vec<Effect> {
    let saving = state.form.saving.take();
    let save = |Saving { name, text }| Effect::SavePreset { name, text, overwrite: true };
    saving.map(save).into_iter().collect()
}

/// The file was written or not.
pub(super) fn on_saved(
    state: &mut State,
    name: &str,
    text: String,
    result: Result<(String, Box<Preset>), String>,
) {
    match result {
        Err(reason) => state.complain(format!("{name} was not saved: {reason}")),
        Ok((path, preset)) => {
            state.inform(format!("saved as {path}"));
            let mut entry = Entry::of_file(path, text, *preset);
            let entries = &mut state.presets.entries;
            // The draft lives on under its new name, with what is known of its data; the preset it came from is as it was.
            if let Some(old) = entries.get_mut(state.presets.selected) {
                if old.draft.data.source == entry.draft.data.source {
                    entry.set_data(old.data.clone());
                }
                old.forget_changes();
            }
            let at = match entries.iter().position(|e| e.original.name == name) {
                Some(at) => {
                    entries[at] = entry;
                    at
                }
                None => {
                    entries.push(entry);
                    entries.len() - 1
                }
            };
            state.presets.selected = at;
            state.presets.filter.clear();
        }
    }
}
