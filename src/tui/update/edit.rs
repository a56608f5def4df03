//! Changing the draft of the chosen preset.

use crate::preset::Preset;
use crate::tui::message::Effect;
use crate::tui::state::State;
use crate::tui::state::hyper::{self, Field};
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Overlay, Prompt, Subject};
use crate::tui::state::presets::Hindrance;

/// The fields of the chosen preset's draft.
fn fields(state: &State) -> Vec<Field> {
    state.presets.current().map(|entry| hyper::fields(&entry.draft)).unwrap_or_default()
}

fn selected(state: &State) -> Option<Field> {
    fields(state).into_iter().nth(state.hyper.selected)
}

/// Asks for the chosen field's value.
pub fn begin(state: &mut State) -> Vec<Effect> {
    if let Some(field) = selected(state) {
        state.overlays.push(Overlay::Prompt(Prompt {
            title: format!("{}: {}", field.group, field.label),
            help: field.kind.in_words(),
            input: LineInput::new(&field.value),
            error: None,
            subject: Subject::Field,
        }));
    }
    Vec::new()
}

/// Gives the chosen field a value. A value with which the layers no longer fit is refused: the form stays as it was.
pub(super) fn set_selected(state: &mut State, text: &str) -> Result<(), String> {
    let Some(field) = selected(state) else { return Ok(()) };
    let Some(entry) = state.presets.current_mut() else { return Ok(()) };
    let before = entry.draft.clone();
    let fitted = !matches!(entry.experiment(), Err(Hindrance::Misfit(_)));
    let mut draft = before.clone();
    hyper::set(&mut draft, &field, text)?;
    entry.set_draft(draft);
    match entry.experiment() {
        // A form that did not fit before may need several changes.
        Err(Hindrance::Misfit(problem)) if fitted => {
            let problem = hyper::as_the_form_counts(problem);
            entry.set_draft(before);
            Err(problem)
        }
        Err(Hindrance::Misfit(problem)) => {
            let problem = hyper::as_the_form_counts(problem);
            state.complain(problem);
            Ok(())
        }
        Ok(_) | Err(Hindrance::Unread | Hindrance::Files(_)) => Ok(()),
    }
}

fn step(state: &mut State, up: bool) -> Vec<Effect> {
    if let Some(field) = selected(state)
        && let Err(problem) = set_selected(state, &hyper::stepped(&field, up))
    {
        state.complain(problem);
    }
    Vec::new()
}

/// The previous choice, or a smaller value.
pub fn less(state: &mut State) -> Vec<Effect> {
    step(state, false)
}

/// The next choice, or a larger value.
pub fn more(state: &mut State) -> Vec<Effect> {
    step(state, true)
}

/// Gives the chosen field its original value.
pub fn reset_field(state: &mut State) -> Vec<Effect> {
    let Some(field) = selected(state) else { return Vec::new() };
    let Some(entry) = state.presets.current() else { return Vec::new() };
    let original = hyper::fields(&entry.original).into_iter().find(|other| other.place == field.place);
    if let Some(original) = original
        && let Err(problem) = set_selected(state, &original.value)
    {
        state.complain(problem);
    }
    Vec::new()
}

/// Gives all fields their original values.
pub fn reset_all(state: &mut State) -> Vec<Effect> {
    if let Some(entry) = state.presets.current_mut() {
        let original: Preset = entry.original.clone();
        entry.set_draft(original);
    }
    state.inform("all fields have their original values");
    Vec::new()
}

/// Changes the draft's learning rate.
pub(super) fn change_draft_rate(state: &mut State, change: impl Fn(f64) -> f64) {
    if let Some(entry) = state.presets.current_mut() {
        let mut draft = entry.draft.clone();
        let rate = change(draft.optimizer.learning_rate());
        draft.optimizer.set_learning_rate(rate);
        let name = draft.name.clone();
        entry.set_draft(draft);
        state.inform(format!("{name} will start with learning rate {rate}"));
    }
}
