//! The mouse: a click chooses, a second click on the chosen one does what Enter does, the wheel scrolls.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::tui::keymap;
use crate::tui::message::Effect;
use crate::tui::screens::{self, Hit};
use crate::tui::state::State;

use super::perform::perform;
use super::{inspect, navigate};

pub(super) fn on_mouse(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    match event.kind {
        MouseEventKind::ScrollUp => navigate::move_by(state, -1),
        MouseEventKind::ScrollDown => navigate::move_by(state, 1),
        MouseEventKind::Down(MouseButton::Left) if state.overlays.is_empty() => {
            state.notice = None;
            match screens::hit(state, Position::new(event.column, event.row)) {
                Some(Hit::Tab(screen)) => navigate::go(state, screen),
                Some(Hit::InspectView(view)) => inspect::show(state, view),
                Some(Hit::Row(row)) => choose(state, row),
                None => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn choose(state: &mut State, row: usize) -> Vec<Effect> {
    match state.chosen_mut() {
        Some(chosen) if *chosen == row => {
            let enter = keymap::lookup(state, &KeyEvent::from(KeyCode::Enter));
            enter.map_or_else(Vec::new, |command| perform(state, command))
        }
        Some(chosen) => {
            *chosen = row;
            Vec::new()
        }
        None => Vec::new(),
    }
}
