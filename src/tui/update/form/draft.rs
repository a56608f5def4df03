//! Changes of the chosen preset's draft, by way of its text.

use crate::preset::outline::Outline;
use crate::preset::{Path, edit};
use crate::tui::message::Effect;
use crate::tui::state::State;
use crate::tui::state::entry::{Entry, as_the_form_counts};

/// Puts the text in place that `change` makes of the draft's. What does not fit each other is taken in and shown; a value that
/// its field does not take is not.
pub fn change(
    state: &mut State,
    change: impl FnOnce(&Entry) -> Result<String, String>,
) -> Result<(), String> {
    let Some(entry) = state.presets.current_mut() else { return Ok(()) };
    let text = change(entry)?;
    entry.edit(text).map_err(|error| {
        let help = if error.help.is_empty() { String::new() } else { format!("; {}", error.help) };
        as_the_form_counts(&format!("{}{help}", error.problem))
    })?;
    state.form.refresh(&state.presets);
    Ok(())
}

/// Gives the field at this path a value.
pub fn set(state: &mut State, path: &Path, value: &str) -> Result<(), String> {
    change(state, |entry| {
        let set = edit::set(entry.source(), &entry.text, path, value);
        set.ok_or_else(|| as_the_form_counts(&format!("there is no {path}")))
    })
}

/// Leaves the field at this path out.
pub fn leave_out(state: &mut State, path: &Path) -> Result<(), String> {
    change(state, |entry| Ok(edit::leave_out(entry.source(), &entry.text, path)))
}

/// Gives the value at this path what it was when the preset was read.
pub fn restore(state: &mut State, path: &Path) -> Result<(), String> {
    change(state, |entry| {
        let (before, now) = (Outline::of(&entry.text), Outline::of(entry.source()));
        match (before.node(path), now.node(path)) {
            (Some(node), _) => {
                let put = edit::put(entry.source(), path, &entry.text[node.span()]);
                put.ok_or_else(|| as_the_form_counts(&format!("there is no {path}")))
            }
            (None, Some(_)) => Ok(edit::leave_out(entry.source(), &entry.text, path)),
            (None, None) => Ok(entry.source().to_owned()),
        }
    })
}

/// Changes the draft's learning rate.
pub fn change_draft_rate(state: &mut State, change: impl Fn(f64) -> f64) {
    let Some(entry) = state.presets.current() else { return };
    let (name, rate) = (entry.draft.name.clone(), change(entry.draft.optimizer.learning_rate()));
    match set(state, &Path::to("optimizer").field("learning_rate"), &rate.to_string()) {
        Ok(()) => state.inform(format!("{name} will start with learning rate {rate}")),
        Err(problem) => state.complain(problem),
    }
}

/// Tells why something was not done.
pub fn tell(state: &mut State, done: Result<(), String>) -> Vec<Effect> {
    if let Err(problem) = done {
        state.complain(problem);
    }
    Vec::new()
}
