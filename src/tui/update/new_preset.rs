//! A preset for data of a person's own: which data, which column is to be predicted, whether to keep what was made of it. Each
//! question lies on the one before, so that going back is closing a popup.

use crate::preset::Preset;
use crate::tui::message::Effect;
use crate::tui::state::input::LineInput;
use crate::tui::state::new_preset::{Said, Suggested, Suggestion, Targets};
use crate::tui::state::overlay::{Overlay, Prompt, Subject};
use crate::tui::state::presets::Entry;
use crate::tui::state::{Screen, State, clean};

const HELP: &str = "a table, a text, an archive of x and y, or a folder with a folder of images or sounds for each class; \
                    Tab completes the path";

/// The most names that are shown of those that a path could go on with.
const SHOWN: usize = 40;

/// Asks for the file or folder.
pub fn ask_data(state: &mut State) -> Vec<Effect> {
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "New from data: file or folder".into(),
        help: HELP.into(),
        input: LineInput::default(),
        error: None,
        subject: Subject::DataPath,
    }));
    Vec::new()
}

/// The question for the file or folder, where it is the topmost popup and `typed` still stands there.
fn question<'a>(state: &'a mut State, typed: &str) -> Option<&'a mut Prompt> {
    match state.overlays.last_mut()? {
        Overlay::Prompt(prompt) if prompt.subject == Subject::DataPath && prompt.input.text() == typed => {
            Some(prompt)
        }
        _ => None,
    }
}

/// Has the path completed that is typed.
pub fn complete(state: &mut State) -> Vec<Effect> {
    match state.overlays.last() {
        Some(Overlay::Prompt(prompt)) if prompt.subject == Subject::DataPath => {
            vec![Effect::CompletePath(prompt.input.text().to_owned())]
        }
        _ => Vec::new(),
    }
}

/// What the path that was typed can be completed to, and with which names it could go on.
pub(super) fn on_completed(state: &mut State, typed: &str, completed: &str, names: &[String]) {
    let Some(prompt) = question(state, typed) else { return };
    prompt.input = LineInput::new(completed);
    prompt.error = None;
    let more =
        if names.len() > SHOWN { format!(" … and {} more", names.len() - SHOWN) } else { String::new() };
    prompt.help = match names {
        [] => "nothing has a name that begins so".into(),
        [_] => HELP.into(),
        _ => format!("{}{more}", clean(&names[..names.len().min(SHOWN)].join("  "))),
    };
}

/// Has the data looked into that was typed.
///
/// # Errors
/// When nothing was typed.
pub(super) fn look(state: &mut State, mut prompt: Prompt) -> Result<Vec<Effect>, String> {
    let data = prompt.input.text().to_owned();
    if data.trim().is_empty() {
        return Err("type the path of a file or folder".into());
    }
    prompt.help = "reading it …".into();
    state.overlays.push(Overlay::Prompt(prompt));
    Ok(vec![Effect::Suggest { data, targets: Vec::new() }])
}

/// Takes the column that is chosen as what is to be predicted.
pub(super) fn choose(state: &mut State, mut targets: Targets) -> Vec<Effect> {
    let wanted = targets.wanted();
    let Targets { suggestion, said, .. } = &mut targets;
    let effects = match wanted.is_empty() {
        false => {
            *said = Said::Reading;
            vec![Effect::Suggest { data: suggestion.data.clone(), targets: wanted }]
        }
        true => Vec::new(),
    };
    let shown = effects.is_empty().then(|| shown(suggestion.clone()));
    state.overlays.push(Overlay::Targets(targets));
    state.overlays.extend(shown);
    effects
}

/// Marks the chosen column, or takes its mark away: marked ones are predicted at once.
pub(super) fn mark(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Targets(targets)) = state.overlays.last_mut() {
        let Targets { selected, marked, said, .. } = targets;
        match marked.iter().position(|place| place == selected) {
            Some(at) => drop(marked.remove(at)),
            None => marked.push(*selected),
        }
        marked.sort_unstable();
        *said = Said::Nothing;
    }
    Vec::new()
}

fn shown(suggestion: Suggestion) -> Overlay {
    Overlay::Suggested(Suggested { suggestion, scroll: 0, error: None })
}

/// A preset has been made of the data, or could not be. Whoever has gone on to something else hears nothing of it.
pub(super) fn on_suggested(
    state: &mut State,
    data: &str,
    wanted: &[String],
    result: Result<Suggestion, String>,
) {
    let next = match (wanted, result) {
        ([], result) => {
            let Some(prompt) = question(state, data) else { return };
            prompt.help = HELP.into();
            match result {
                Ok(suggestion) if suggestion.targets.len() > 1 => Overlay::Targets(Targets {
                    suggestion,
                    selected: 0,
                    marked: Vec::new(),
                    said: Said::Nothing,
                }),
                Ok(suggestion) => shown(suggestion),
                Err(problem) => return prompt.error = Some(clean(&problem)),
            }
        }
        (wanted, result) => {
            let Some(Overlay::Targets(targets)) = state.overlays.last_mut() else { return };
            if targets.wanted() != wanted || targets.suggestion.data != data {
                return;
            }
            match result {
                Ok(suggestion) => {
                    targets.said = Said::Nothing;
                    shown(suggestion)
                }
                Err(problem) => return targets.said = Said::Problem(clean(&problem)),
            }
        }
    };
    state.overlays.push(next);
}

/// Has the preset saved that is shown.
pub(super) fn save(state: &mut State, suggested: Suggested) -> Vec<Effect> {
    let Suggestion { name, text, .. } = suggested.suggestion.clone();
    state.overlays.push(Overlay::Suggested(suggested));
    vec![Effect::SaveNew { name, text }]
}

/// The preset is among the person's own now, in a file at this path, or could not be saved.
pub(super) fn on_saved(state: &mut State, text: String, result: Result<(String, Box<Preset>), String>) {
    match result {
        Err(problem) => match state.overlays.last_mut() {
            Some(Overlay::Suggested(suggested)) => suggested.error = Some(clean(&problem)),
            _ => state.complain(problem),
        },
        Ok((path, preset)) => {
            state.overlays.retain(|overlay| {
                !matches!(overlay, Overlay::Targets(_) | Overlay::Suggested(_))
                    && !matches!(overlay, Overlay::Prompt(prompt) if prompt.subject == Subject::DataPath)
            });
            state.inform(format!("saved as {path}: Enter trains it"));
            state.presets.entries.push(Entry::of_file(path, text, *preset));
            state.presets.selected = state.presets.entries.len() - 1;
            state.presets.filter.clear();
            state.screen = Screen::Presets;
        }
    }
}
