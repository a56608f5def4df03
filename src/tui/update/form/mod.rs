//! The form: values of the chosen preset's draft, typed, stepped and taken back.

mod draft;
mod layers;
mod pace;
mod picking;
mod rates;
mod text;

use crate::preset::edit::{of_plain, plain, quoted};
use crate::preset::field::FieldKind;
use crate::preset::form::{Row, RowKind};
use crate::preset::typed::written;
use crate::tui::message::Effect;
use crate::tui::state::form::step::stepped;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Overlay, Prompt, Subject};
use crate::tui::state::{Screen, State};

pub(super) use draft::change_draft_rate;
pub(super) use layers::{add, copy, down, remove, up};
pub(super) use pace::{attend, cause};
pub(super) use picking::{choose_kind, pick};
pub(super) use rates::{on_measured, take_rate, try_rates};
pub(super) use text::{on_edited, open, open_again, show_changes};

/// How far texts in quotes are indented where they go on in the next line.
const INDENT: usize = 4;

/// Does what the chosen row is there for: asks for a value, shows the words to choose from, turns a switch, opens a group.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.form.chosen().cloned() else { return Vec::new() };
    match row.kind {
        RowKind::Value(FieldKind::Switch) if !row.is_off => step(state, true),
        RowKind::Value(FieldKind::Choice(_) | FieldKind::Choices(_) | FieldKind::Switch)
        | RowKind::Variant(_) => choose_kind(state),
        RowKind::Value(_) | RowKind::ByName(_) => ask(state, &row),
        RowKind::Group(_) if row.is_off => switch_on(state, &row),
        RowKind::Group(_) | RowKind::List(_) | RowKind::Item(_) => {
            let is_open = state.form.is_open(&row);
            state.form.set_open(&row.path, !is_open);
            Vec::new()
        }
    }
}

/// Asks for a value.
fn ask(state: &mut State, row: &Row) -> Vec<Effect> {
    let value = plain(&row.value).unwrap_or_else(|| row.value.clone());
    let optional = if row.is_optional { "; nothing leaves it out" } else { "" };
    let takes = match row.kind {
        RowKind::Value(FieldKind::Text) => "a text; \\n begins a new line".into(),
        RowKind::Value(FieldKind::Sign) => "one sign, such as ; or \\t for a tab".into(),
        RowKind::Value(FieldKind::Paths) => {
            "a path or a pattern, or several: [\"a.csv\", \"b.csv\"]; relative ones are seen from the preset's folder".into()
        }
        RowKind::Value(FieldKind::Names) => {
            "a column's name, or several: [\"a\", \"b\"]".into()
        }
        _ => row.takes(),
    };
    state.overlays.push(Overlay::Prompt(Prompt {
        title: crate::tui::state::entry::as_the_form_counts(&row.path.to_string()),
        help: format!("{takes}{optional}"),
        input: LineInput::new(&value),
        error: None,
        subject: Subject::Field,
    }));
    Vec::new()
}

/// Switches an optional part on.
fn switch_on(state: &mut State, row: &Row) -> Vec<Effect> {
    let done = draft::set(state, &row.path, &row.first_value());
    state.form.set_open(&row.path, true);
    draft::tell(state, done)
}

/// Gives the chosen field the value that was typed.
pub(super) fn set_chosen(state: &mut State, typed: &str) -> Result<(), String> {
    let Some(row) = state.form.chosen().cloned() else { return Ok(()) };
    if typed.is_empty() && row.is_optional {
        return draft::leave_out(state, &row.path);
    }
    let value = match row.kind {
        RowKind::Value(FieldKind::Text) => quoted(&of_plain(typed), INDENT),
        RowKind::Value(kind @ FieldKind::Sign) => written(&kind, typed),
        RowKind::Value(FieldKind::Paths | FieldKind::Names) if !typed.starts_with('[') => {
            quoted(&of_plain(typed), INDENT)
        }
        _ => typed.to_owned(),
    };
    if let RowKind::Value(kind) = row.kind {
        kind.check(&value)?;
    }
    draft::set(state, &row.path, &value)
}

/// The previous choice, a smaller value, or the group closed.
pub(super) fn less(state: &mut State) -> Vec<Effect> {
    step(state, false)
}

/// The next choice, a larger value, or the group opened.
pub(super) fn more(state: &mut State) -> Vec<Effect> {
    step(state, true)
}

fn step(state: &mut State, up: bool) -> Vec<Effect> {
    let Some(row) = state.form.chosen().cloned() else { return Vec::new() };
    if row.is_off {
        return if up { begin(state) } else { Vec::new() };
    }
    if row.is_group() {
        state.form.set_open(&row.path, up);
        return Vec::new();
    }
    match stepped(&row, up) {
        Some(value) => {
            let done = draft::set(state, &row.path, &value);
            draft::tell(state, done)
        }
        None => {
            state.inform(format!("{} takes {}: Enter types it", row.label, row.takes()));
            Vec::new()
        }
    }
}

/// Gives the chosen field, or all of the chosen group, what it was when the preset was read.
pub(super) fn reset_field(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let Some(row) = state.form.chosen().cloned() else { return Vec::new() };
    let done = draft::restore(state, &row.path);
    draft::tell(state, done)
}

/// Gives all fields what they were when the preset was read.
pub(super) fn reset_all(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    if let Some(entry) = state.presets.current_mut() {
        entry.reset();
    }
    state.form.refresh(&state.presets);
    state.inform("all fields have their original values: u takes that back");
    Vec::new()
}

/// Takes the last change back.
pub(super) fn undo(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let done = state.presets.current_mut().is_some_and(|entry| entry.undo());
    state.form.refresh(&state.presets);
    if !done {
        state.inform("there is nothing to take back");
    }
    Vec::new()
}

/// Makes the change again that was taken back last.
pub(super) fn redo(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let done = state.presets.current_mut().is_some_and(|entry| entry.redo());
    state.form.refresh(&state.presets);
    if !done {
        state.inform("nothing was taken back");
    }
    Vec::new()
}

/// Opens all groups, or closes them where all are open.
pub(super) fn fold_all(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let chosen = state.form.chosen().map(|row| row.path.clone());
    let is_open = state.form.is_all_open();
    state.form.set_all_open(!is_open);
    if let Some(path) = chosen {
        state.form.choose(&path);
    }
    Vec::new()
}

/// Narrows the form to what is typed.
pub(super) fn find(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let input = LineInput::selected(&state.form.filter);
    state.overlays.push(Overlay::Filter(input));
    Vec::new()
}

/// Shows all rows again, with the chosen one in view.
pub(super) fn unfind(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let chosen = state.form.chosen().map(|row| row.path.clone());
    state.form.set_filter("");
    if let Some(path) = chosen {
        for length in 1..path.0.len() {
            state.form.set_open(&crate::preset::Path(path.0[..length].to_vec()), true);
        }
        state.form.choose(&path);
    }
    Vec::new()
}
