//! What a person does with the mouse.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::message::{Effect, Message};
use crate::tui::state::{Overlay, Screen, State};
use crate::tui::update::update;
use crate::worker::Command;

use super::builders::*;

/// Clicks at the start of a text on the screen.
fn click(state: &mut State, text: &str) -> Vec<Effect> {
    point(state, text, Message::Mouse)
}

/// Clicks there twice.
fn double_click(state: &mut State, text: &str) -> Vec<Effect> {
    assert_eq!(click(state, text), []);
    point(state, text, Message::DoubleClick)
}

fn point(state: &mut State, text: &str, message: fn(MouseEvent) -> Message) -> Vec<Effect> {
    let shown = screen(state);
    let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(text)).expect("it is shown");
    let column = line.split(text).next().map_or(0, |before| before.chars().count());
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = MouseEvent { kind, column: column as u16, row: row as u16, modifiers: KeyModifiers::NONE };
    update(state, message(event))
}

#[test]
fn a_click_on_a_tab_shows_its_screen() {
    let mut state = dashboard(80, 24);
    for screen in Screen::ALL.into_iter().rev() {
        click(&mut state, screen.short_title());
        assert_eq!(state.screen, screen);
    }
}

#[test]
fn a_click_chooses_a_field_and_a_double_click_asks_for_its_value() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('4'));
    assert_eq!(click(&mut state, "batch_size"), []);
    assert_eq!(state.form.chosen().map(|row| &*row.label), Some("batch_size"));
    assert!(state.overlays.is_empty());
    assert_eq!(click(&mut state, "batch_size"), []);
    assert!(state.overlays.is_empty(), "a slow second click only chooses");
    assert_eq!(double_click(&mut state, "batch_size"), []);
    assert!(matches!(state.overlays.last(), Some(Overlay::Prompt(_))));
}

#[test]
fn a_double_click_on_a_run_shows_it() {
    let mut state = with_runs(80, 24);
    let folder = state.runs.current().map(|overview| overview.run.path().to_string_lossy().into_owned());
    let effects = double_click(&mut state, "running");
    assert_eq!(commands(effects), [Command::Attach(folder.expect("a run is chosen"))]);
}
