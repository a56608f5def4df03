//! Moving about: between screens, in lists and popups.

use crate::tui::message::Effect;
use crate::tui::state::new_preset::Said;
use crate::tui::state::{Overlay, Screen, State};
use crate::tui::{chart_places, keymap, palette, screens};

use super::inspect;
use super::perform::perform;

/// Shows a screen.
pub(super) fn go(state: &mut State, screen: Screen) -> Vec<Effect> {
    state.screen = screen;
    keymap::on_show(screen).map_or_else(Vec::new, |command| perform(state, command))
}

/// Shows the screen `tabs` tabs to the right, wrapping around.
pub(super) fn turn(state: &mut State, tabs: isize) -> Vec<Effect> {
    go(state, state.screen.next(tabs))
}

/// Moves to the start.
pub(super) fn first(state: &mut State) -> Vec<Effect> {
    if state.overlays.is_empty() && state.screen == Screen::Inspect {
        return inspect::move_to(state, 0);
    }
    move_by(state, -1_000_000)
}

/// Moves to the end.
pub(super) fn last(state: &mut State) -> Vec<Effect> {
    if state.overlays.is_empty() && state.screen == Screen::Inspect {
        return inspect::move_to(state, -1);
    }
    move_by(state, 1_000_000)
}

/// Moves the choice, or scrolls, in the popup or screen that has the keys.
pub(super) fn move_by(state: &mut State, rows: isize) -> Vec<Effect> {
    let moved = |place: usize, count: usize| place.saturating_add_signed(rows).min(count.saturating_sub(1));
    let size = state.size;
    match state.overlays.last_mut() {
        Some(Overlay::Help { .. }) => {
            let lines = screens::help::scrollable_lines(state);
            if let Some(Overlay::Help { scroll, .. }) = state.overlays.last_mut() {
                *scroll = scroll.saturating_add_signed(rows).min(lines);
            }
        }
        Some(Overlay::Palette { input, selected }) => {
            *selected = moved(*selected, palette::matching(input.text()).len());
        }
        Some(Overlay::Picker(picker)) => {
            picker.selected = moved(picker.selected, picker.matching().len());
        }
        Some(Overlay::Details { .. }) => {
            let lines = screens::details::scrollable_lines(state);
            if let Some(Overlay::Details { scroll }) = state.overlays.last_mut() {
                *scroll = scroll.saturating_add_signed(rows).min(lines);
            }
        }
        Some(Overlay::Tags { input, .. }) => {
            let typed = input.text().to_owned();
            let count = chart_places::tags_like(state, &typed).len();
            if let Some(Overlay::Tags { selected, .. }) = state.overlays.last_mut() {
                *selected = moved(*selected, count);
            }
        }
        Some(Overlay::Card { .. }) => {
            let lines = screens::card::scrollable_lines(state);
            if let Some(Overlay::Card { scroll }) = state.overlays.last_mut() {
                *scroll = scroll.saturating_add_signed(rows).min(lines);
            }
        }
        Some(Overlay::Reading { reading, scroll }) => {
            *scroll =
                scroll.saturating_add_signed(rows).min(screens::reading::scrollable_lines(reading, size));
        }
        Some(Overlay::Filter(_)) => state.move_by(rows),
        Some(Overlay::Targets(targets)) => {
            targets.selected = moved(targets.selected, targets.suggestion.targets.len());
            targets.said = Said::Nothing;
        }
        Some(Overlay::Settings { .. }) => {
            let count = state.running().map_or(0, |training| training.settings().len());
            if let Some(Overlay::Settings { selected }) = state.overlays.last_mut() {
                *selected = moved(*selected, count);
            }
        }
        Some(Overlay::Suggested(suggested)) => {
            let lines = screens::new_preset::scrollable_lines(size, suggested);
            suggested.scroll = suggested.scroll.saturating_add_signed(rows).min(lines);
        }
        Some(Overlay::Confirm(_) | Overlay::Prompt(_) | Overlay::Mistake(_) | Overlay::Rates(_)) => {}
        None if state.screen == Screen::Inspect => return inspect::steer(state, 0, -(rows as i64)),
        None => {
            state.move_by(rows);
            if state.screen == Screen::Train {
                let (epochs, lines) = screens::train::scrollable(state);
                state.epoch_scroll = state.epoch_scroll.min(epochs);
                state.log_scroll = state.log_scroll.min(lines);
            }
        }
    }
    Vec::new()
}
