//! Where things are. Drawing and the mouse ask the same functions.

use ratatui::layout::{Constraint, Layout, Position, Rect, Size};

use crate::run::watch::RunId;
use crate::tui::layout::{parts, scroll_to};

pub use crate::tui::layout::{inside, is_large_enough, popup};

use super::state::{Overlay, State};

/// The least width of a panel of one run, where several stand side by side.
const PANEL: u16 = 26;

/// The table and the panels: side by side where it is wide.
pub fn body(size: Size) -> (Rect, Rect) {
    let [_, body, _] = parts(size);
    let layout = if body.width >= 120 {
        Layout::horizontal([Constraint::Length((body.width * 2 / 5).clamp(50, 100)), Constraint::Min(0)])
    } else {
        Layout::vertical([Constraint::Length((body.height * 2 / 5).max(6)), Constraint::Min(0)])
    };
    let [table, panels] = layout.areas(body);
    (table, panels)
}

/// The line of the filter, if there is one; its height is 0 otherwise.
pub fn filter(state: &State, table: Rect) -> Rect {
    let is_typed = matches!(state.overlays.last(), Some(Overlay::Filter(_)));
    Rect { height: u16::from(is_typed || !state.filter.is_empty()), ..inside(table) }
}

/// The rows of the table, below the filter and the names of the columns.
pub fn rows(state: &State, table: Rect) -> Rect {
    let above = filter(state, table).height + 1;
    let inner = inside(table);
    Rect { y: inner.y + above.min(inner.height), height: inner.height.saturating_sub(above), ..inner }
}

/// The place in the order of the first row that is seen.
pub fn first_row(state: &State, height: u16) -> usize {
    scroll_to(state.cursor_place(), state.order.len(), usize::from(height))
}

/// Panels for several runs side by side, as many as there is room for.
pub fn columns(panels: Rect, runs: usize) -> Vec<Rect> {
    let count = runs.min(usize::from(panels.width / PANEL)).max(1);
    Layout::horizontal(vec![Constraint::Fill(1); count]).split(panels).to_vec()
}

/// What a click hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The place before a run's name.
    Mark(RunId),
    /// A run's row.
    Run(RunId),
    /// Somewhere in the table.
    Table,
    /// Somewhere in the panels.
    Panels,
}

/// What is at this place, popups aside.
pub fn hit(state: &State, at: Position) -> Option<Hit> {
    if !is_large_enough(state.size) {
        return None;
    }
    let (table, panels) = body(state.size);
    let rows = rows(state, table);
    if rows.contains(at) {
        let place = first_row(state, rows.height) + usize::from(at.y - rows.y);
        return Some(match state.order.get(place) {
            Some(run) if at.x < rows.x + 2 => Hit::Mark(*run),
            Some(run) => Hit::Run(*run),
            None => Hit::Table,
        });
    }
    if table.contains(at) {
        return Some(Hit::Table);
    }
    panels.contains(at).then_some(Hit::Panels)
}
