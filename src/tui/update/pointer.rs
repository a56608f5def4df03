//! The mouse: a click chooses, a double click does what Enter does, the wheel scrolls.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::tui::keymap;
use crate::tui::message::Effect;
use crate::tui::screens::{self, Hit};
use crate::tui::state::State;

use super::perform::perform;
use super::{charts, inspect, navigate, shelf, watch};

pub(super) fn on_mouse(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    let on_charts = match event.kind {
        _ if !state.overlays.is_empty() => None,
        MouseEventKind::ScrollUp => charts::wheel(state, event, 0.8).or_else(|| over_media(state, event, -1)),
        MouseEventKind::ScrollDown => {
            charts::wheel(state, event, 1.25).or_else(|| over_media(state, event, 1))
        }
        MouseEventKind::Down(MouseButton::Left) => charts::press(state, event),
        MouseEventKind::Drag(MouseButton::Left) => Some(charts::drag(state, event)),
        MouseEventKind::Up(MouseButton::Left) => Some(charts::release(state)),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    };
    if let Some(effects) = on_charts {
        return effects;
    }
    match event.kind {
        MouseEventKind::ScrollUp => navigate::move_by(state, -1),
        MouseEventKind::ScrollDown => navigate::move_by(state, 1),
        MouseEventKind::Down(MouseButton::Left) if state.overlays.is_empty() => {
            state.notice = None;
            match screens::hit(state, Position::new(event.column, event.row)) {
                Some(Hit::Tab(screen)) => navigate::go(state, screen),
                Some(Hit::InspectView(view)) => inspect::show(state, view),
                Some(Hit::Row(row)) => {
                    state.choose(row);
                    Vec::new()
                }
                Some(Hit::Search(place)) => {
                    state.searches.choose_search(place);
                    Vec::new()
                }
                Some(Hit::Mark(row)) => {
                    state.choose(row);
                    shelf::toggle_mark(state)
                }
                None => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The wheel turned over a picture or a text: it shows an older or a newer one.
fn over_media(state: &mut State, event: MouseEvent, by: isize) -> Option<Vec<Effect>> {
    let at = Position::new(event.column, event.row);
    let is_there = crate::tui::watching::shown_tags(state).iter().any(|(_, place)| place.contains(at));
    if is_there { watch::look_back(state, by) } else { None }
}

/// The first click of the two has chosen the row.
pub(super) fn on_double_click(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    let at = Position::new(event.column, event.row);
    if !state.overlays.is_empty() || !matches!(screens::hit(state, at), Some(Hit::Row(_))) {
        return on_mouse(state, event);
    }
    state.notice = None;
    let enter = keymap::lookup(state, &KeyEvent::from(KeyCode::Enter));
    enter.map_or_else(Vec::new, |command| perform(state, command))
}
