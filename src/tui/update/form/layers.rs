//! The lists of layers: adding, removing, copying and moving them.

use crate::preset::form::{Row, RowKind};
use crate::preset::outline::Outline;
use crate::preset::{Key, Path, edit};
use crate::tui::message::Effect;
use crate::tui::state::entry::as_the_form_counts;
use crate::tui::state::form::picker::{Picker, Picking};
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{Screen, State};

use super::draft::{self, tell};

/// A list of layers, and a place in it.
type Place = (Path, usize);

/// The innermost layer or branch in which the chosen row stands.
fn chosen_layer(state: &State) -> Option<Place> {
    let chosen = &state.form.chosen()?.path;
    let holds = |row: &&Row| row.is_item() && chosen.0.starts_with(&row.path.0);
    let layer = state.form.sheet.rows.iter().filter(holds).max_by_key(|row| row.path.0.len())?;
    let (Key::Index(place), list) = layer.path.0.split_last()? else { return None };
    Some((Path(list.to_vec()), *place))
}

/// Shows the kinds of layers, to add one behind the chosen one; on the heading of a list, as the first of it; elsewhere at the
/// end of the network. On the heading of a list of branches it adds an empty branch behind them.
pub fn add(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let heading = state.form.chosen().filter(|row| matches!(row.kind, RowKind::List(_)));
    let (list, place) = match (heading, chosen_layer(state)) {
        (Some(heading), _) => (heading.path.clone(), 0),
        (None, Some((list, place))) => (list, place + 1),
        (None, None) => {
            let count = state.presets.current().map_or(0, |entry| entry.draft.layers.len());
            (Path::to("layers"), count)
        }
    };
    let Some(row) = state.form.sheet.rows.iter().find(|row| row.path == list) else { return Vec::new() };
    if row.is_list_of_lists() {
        let is_branch = |row: &&Row| row.path.outer().as_ref() == Some(&list);
        let end = state.form.sheet.rows.iter().filter(is_branch).count();
        let done = insert(state, &list, end, "");
        return tell(state, done);
    }
    let title = as_the_form_counts(&format!("Add {}", list.clone().index(place)));
    let picker = Picker::new(title, row.choices(), "", Picking::Insert(list, place));
    state.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// Adds a layer of this kind, or to a list of branches one without layers.
pub fn insert(state: &mut State, list: &Path, place: usize, kind: &str) -> Result<(), String> {
    let row = state.form.sheet.rows.iter().find(|row| row.path == *list).cloned();
    draft::change(state, |entry| {
        let layer = row.and_then(|row| match row.is_list_of_lists() {
            true => Some("[]".to_owned()),
            false => row.variant(entry.source(), kind),
        });
        let layer = layer.ok_or_else(|| format!("there is no layer {kind}"))?;
        // A list that is left out or empty is written first.
        let whole = Outline::of(entry.source()).node(list).is_some();
        let text =
            if whole { Some(entry.source().to_owned()) } else { edit::put(entry.source(), list, "[]") };
        let text = text.and_then(|text| edit::insert(&text, list, place, &layer));
        text.ok_or_else(|| as_the_form_counts(&format!("there is no {list}")))
    })?;
    state.form.item_inserted(list, place);
    state.form.set_open(list, true);
    state.form.choose(&list.clone().index(place));
    Ok(())
}

/// Removes the chosen layer; leaves the chosen field out where it may be.
pub fn remove(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let Some(row) = state.form.chosen().cloned() else { return Vec::new() };
    let Some(entry) = state.presets.current() else { return Vec::new() };
    let may_be_left_out = edit::default_at(entry.source(), &row.path).is_some();
    let is_named = row.path.outer().is_some_and(|outer| {
        let rows = &state.form.sheet.rows;
        rows.iter().any(|group| group.path == outer && matches!(group.kind, RowKind::ByName(_)))
    });
    let done = match (row.is_item(), chosen_layer(state)) {
        (true, Some((list, place))) => {
            let removed = draft::change(state, |entry| Ok(edit::remove(entry.source(), &row.path)));
            removed.map(|()| {
                state.form.item_removed(&list, place);
                state.form.choose(&list.index(place));
                state.inform(format!("{} is removed: u brings it back", row.label));
            })
        }
        _ if may_be_left_out || is_named => draft::leave_out(state, &row.path),
        _ => Err(format!("{} must be there", row.label)),
    };
    tell(state, done)
}

/// Puts a copy of the chosen layer behind it.
pub fn copy(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let Some((list, place)) = chosen_layer(state) else { return no_layer(state) };
    let done = draft::change(state, |entry| {
        let outline = Outline::of(entry.source());
        let layer = outline.find_exactly(&list.clone().index(place)).map(|span| &entry.source()[span]);
        let copied = layer.and_then(|layer| edit::insert(entry.source(), &list, place + 1, layer));
        copied.ok_or_else(|| "there is no such layer".to_owned())
    });
    if done.is_ok() {
        state.form.item_inserted(&list, place + 1);
        state.form.choose(&list.index(place + 1));
    }
    tell(state, done)
}

/// Moves the chosen layer up by one.
pub fn up(state: &mut State) -> Vec<Effect> {
    shift(state, -1)
}

/// Moves the chosen layer down by one.
pub fn down(state: &mut State) -> Vec<Effect> {
    shift(state, 1)
}

fn shift(state: &mut State, by: isize) -> Vec<Effect> {
    state.screen = Screen::Hyper;
    let Some((list, from)) = chosen_layer(state) else { return no_layer(state) };
    let chosen = state.form.chosen().map(|row| row.path.clone()).unwrap_or_default();
    let moved = from.checked_add_signed(by).and_then(|to| {
        let text = edit::shift(state.presets.current()?.source(), &list, from, to)?;
        Some((to, text))
    });
    // The first layer cannot go up, nor the last one down.
    let Some((to, text)) = moved else { return Vec::new() };
    let done = draft::change(state, |_| Ok(text));
    if done.is_ok() {
        state.form.item_moved(&list, from, to);
        let mut follow = chosen;
        follow.0[list.0.len()] = Key::Index(to);
        state.form.choose(&follow);
    }
    tell(state, done)
}

fn no_layer(state: &mut State) -> Vec<Effect> {
    state.inform("choose a layer first: they stand below layers");
    Vec::new()
}
