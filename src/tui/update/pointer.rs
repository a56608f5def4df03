//! The mouse: a click chooses, a second click on the chosen one does what Enter does, the wheel scrolls.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::tui::layout::{self, Hit};
use crate::tui::message::Effect;
use crate::tui::state::State;

use super::{edit, inspect, navigate, presets, runs};

pub(super) fn on_mouse(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    match event.kind {
        MouseEventKind::ScrollUp => navigate::move_by(state, -1),
        MouseEventKind::ScrollDown => navigate::move_by(state, 1),
        MouseEventKind::Down(MouseButton::Left) if state.overlays.is_empty() => {
            state.notice = None;
            match layout::hit(state, Position::new(event.column, event.row)) {
                Some(Hit::Tab(screen)) => navigate::go(state, screen),
                Some(Hit::View(view)) => inspect::show(state, view),
                Some(Hit::Preset(row)) if row == state.presets.selected => presets::start(state),
                Some(Hit::Preset(row)) => {
                    state.presets.selected = row;
                    Vec::new()
                }
                Some(Hit::Field(row)) if row == state.hyper.selected => edit::begin(state),
                Some(Hit::Field(row)) => {
                    state.hyper.selected = row;
                    Vec::new()
                }
                Some(Hit::Run(row)) if row == state.runs.selected => runs::open(state),
                Some(Hit::Run(row)) => {
                    state.runs.selected = row;
                    Vec::new()
                }
                None => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}
