//! The draft as a text: in an editor of the person's choice, and beside what it was.

use std::path::PathBuf;

use crate::tui::message::Effect;
use crate::tui::state::overlay::{Mistake, Overlay, Reading};
use crate::tui::state::{Screen, State};

/// Opens the draft's text in the editor.
pub fn open(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    edit(state, None)
}

/// Opens the text again that was no preset, at the line that is wrong.
pub fn open_again(state: &State, mistake: &Mistake) -> Vec<Effect> {
    edit(state, mistake.line)
}

fn edit(state: &State, line: Option<usize>) -> Vec<Effect> {
    let Some(entry) = state.presets.current() else { return Vec::new() };
    let (name, text) = (entry.original.name.clone(), entry.source().to_owned());
    vec![Effect::EditText { name, text, line }]
}

/// Takes the text in that the editor left at this path, or says why not.
pub fn on_edited(state: &mut State, edited: Result<(PathBuf, String), String>) -> Vec<Effect> {
    let (path, text) = match edited {
        Ok(edited) => edited,
        Err(problem) => {
            state.complain(problem);
            return Vec::new();
        }
    };
    let Some(entry) = state.presets.current_mut() else { return Vec::new() };
    if text == entry.source() {
        state.inform("the text is as it was");
        return vec![Effect::DropText(path)];
    }
    match entry.edit(text) {
        Ok(()) => {
            state.form.refresh(&state.presets);
            state.inform("the text is taken in: u takes it back, D shows what it changes");
            vec![Effect::DropText(path)]
        }
        Err(mut error) => {
            error.origin = path.display().to_string();
            let line = error.place.map(|(line, _)| line);
            state.overlays.push(Overlay::Mistake(Mistake { error: error.to_string(), line, path }));
            Vec::new()
        }
    }
}

/// Shows in which lines the draft differs from what was read.
pub fn show_changes(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.presets.current() else { return Vec::new() };
    if entry.source() == entry.text {
        state.inform("nothing has been changed");
        return Vec::new();
    }
    let title = format!("What has changed in {}", entry.original.name);
    let reading = Reading::of_changes(title, &entry.text, entry.source());
    state.overlays.push(Overlay::Reading { reading, scroll: 0 });
    Vec::new()
}
