//! The form over the chosen preset: its rows, and beside or below them what the chosen one is.

pub(super) mod mistake;
pub(super) mod picker;
mod rows;
mod side;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

use crate::tui::layout;
use crate::tui::state::{Overlay, State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::panel;

use super::popups;

/// From this width on what the chosen row is stands beside the form, else below it.
const WIDE: u16 = 100;
/// The rows below the form.
const BELOW: u16 = 5;

/// The form, and what the chosen row is.
fn places(body: Rect) -> [Rect; 2] {
    if body.width >= WIDE {
        let side = (body.width * 2 / 5).min(72);
        Layout::horizontal([Constraint::Min(0), Constraint::Length(side)]).areas(body)
    } else {
        Layout::vertical([Constraint::Min(0), Constraint::Length(BELOW)]).areas(body)
    }
}

/// The line that narrows the form, if there is one, and the rows below it.
fn list_places(state: &State, form: Rect) -> [Rect; 2] {
    let filters = !state.form.filter.is_empty() || matches!(state.overlays.last(), Some(Overlay::Filter(_)));
    Layout::vertical([Constraint::Length(u16::from(filters)), Constraint::Min(0)]).areas(layout::inside(form))
}

/// The row that stands at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<usize> {
    let [_, list] = list_places(state, places(body)[0]);
    let count = state.form.shown().len();
    let first = layout::scroll_to(state.form.selected, count, usize::from(list.height));
    layout::row_at(list, first, at).filter(|row| *row < count)
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let [form, side] = places(body);
    let entry = state.presets.current();
    let name = entry.map(|entry| clean(&entry.draft.name)).unwrap_or_default();
    let changed = if entry.is_some_and(|entry| entry.is_changed()) { ", changed" } else { "" };
    let block =
        panel(theme, format!("{name}: for the next start{changed}")).border_style(theme.style(Role::Accent));
    frame.render_widget(block, form);
    let [filter, list] = list_places(state, form);
    match state.overlays.last() {
        Some(Overlay::Filter(input)) => popups::draw_input(state, "/", input, filter, frame),
        _ => {
            let text = format!("/ {}", state.form.filter);
            frame.render_widget(Line::styled(text, theme.style(Role::Warning)), filter);
        }
    }
    rows::draw(state, list, frame);
    if body.width >= WIDE { side::draw(state, side, frame) } else { side::draw_below(state, side, frame) }
}
