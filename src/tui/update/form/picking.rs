//! Words to choose from: kinds of layers, optimizers and the like, and the words that a field takes.

use crate::preset::Path;
use crate::preset::field::FieldKind;
use crate::preset::form::{Row, RowKind};
use crate::tui::message::Effect;
use crate::tui::state::State;
use crate::tui::state::entry::as_the_form_counts;
use crate::tui::state::form::picker::{Picker, Picking};
use crate::tui::state::overlay::Overlay;

use super::draft::{self, tell};
use super::layers;

/// Shows the words that the chosen row can be.
pub fn choose_kind(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.form.chosen().cloned() else { return Vec::new() };
    let choices = row.choices();
    if choices.is_empty() || matches!(row.kind, RowKind::List(_)) {
        state.inform(format!("{} is not one of several kinds", row.label));
        return Vec::new();
    }
    let purpose = match row.kind {
        RowKind::Value(FieldKind::Choices(_)) => Picking::Toggle(row.path.clone()),
        _ => Picking::Become(row.path.clone()),
    };
    let title = as_the_form_counts(&row.path.to_string());
    let mut picker = Picker::new(title, choices, &row.value, purpose);
    if let Picking::Toggle(_) = picker.purpose {
        picker.ticked = words(&row);
    }
    state.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// The words of a list such as `[f1, recall]`.
fn words(row: &Row) -> Vec<String> {
    let inside = row.value.trim_start_matches('[').trim_end_matches(']');
    inside.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Does with the chosen word what the list is for. A list of which several may hold stays open.
pub fn pick(state: &mut State, mut picker: Picker) -> Vec<Effect> {
    let Some(choice) = picker.chosen() else {
        state.overlays.push(Overlay::Picker(picker));
        return Vec::new();
    };
    let done = match picker.purpose.clone() {
        Picking::Insert(list, place) => layers::insert(state, &list, place, choice.word),
        Picking::Become(path) => become_word(state, &path, choice.word),
        Picking::Toggle(path) => {
            let word = choice.word.to_owned();
            match picker.ticked.iter().position(|ticked| *ticked == word) {
                Some(place) => drop(picker.ticked.remove(place)),
                None => picker.ticked.push(word),
            }
            let value = format!("[{}]", picker.ticked.join(", "));
            state.overlays.push(Overlay::Picker(picker));
            draft::set(state, &path, &value)
        }
    };
    tell(state, done)
}

/// Gives the value at this path a word, or the shortest text of the variant of that name.
fn become_word(state: &mut State, path: &Path, word: &str) -> Result<(), String> {
    let Some(row) = state.form.sheet.rows.iter().find(|row| row.path == *path).cloned() else {
        return Ok(());
    };
    let source = state.presets.current().map(|entry| entry.source().to_owned()).unwrap_or_default();
    let is_variant = matches!(row.kind, RowKind::Variant(_) | RowKind::Item(_));
    let has_changed =
        row.is_off || !is_variant || (row.value != word && !row.label.ends_with(&format!(" {word}")));
    if !has_changed {
        // It is of this kind, and keeps its settings.
        return Ok(());
    }
    let value = row.variant(&source, word).unwrap_or_else(|| word.to_owned());
    draft::set(state, path, &value)?;
    if is_variant {
        state.form.set_open(path, true);
    }
    Ok(())
}
