//! The only place where the state changes: a message in, effects out.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::{Position, Size};

use crate::run::watch::{Content, Kind};
use crate::tui::state::SMOOTHING;
use crate::tui::state::input::LineInput;

use super::commands::Command;
use super::layout::{self, Hit};
use super::message::{Effect, Message};
use super::state::{MARKS, Mark, Overlay, State};
use super::{draw, keymap};

/// Takes in what happened. When that changes what should be read, the last effect says so.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let before = state.interest();
    let mut effects: Vec<Effect> = match message {
        Message::Key(event) => on_key(state, event).into_iter().collect(),
        Message::Mouse(event) => {
            on_mouse(state, event);
            Vec::new()
        }
        Message::Paste(text) => {
            type_text(state, |input| input.insert_text(&text));
            Vec::new()
        }
        Message::Resize(width, height) => {
            state.size = Size { width, height };
            Vec::new()
        }
        Message::Snapshot(view) => {
            state.take_snapshot(*view);
            Vec::new()
        }
        Message::ReaderGone => {
            state.complain("reading has ended unexpectedly: what is shown does not change any more");
            Vec::new()
        }
        Message::Clock(now) => {
            state.now = now;
            Vec::new()
        }
    };
    let after = state.interest();
    if after != before {
        effects.push(Effect::LookAt(after));
    }
    effects
}

fn on_key(state: &mut State, event: KeyEvent) -> Option<Effect> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    state.notice = None;
    match keymap::lookup(state, &event) {
        Some(command) => perform(state, command),
        None => {
            type_key(state, event);
            None
        }
    }
}

/// Does a command. A command that nothing does would not compile.
fn perform(state: &mut State, command: Command) -> Option<Effect> {
    match command {
        Command::Mark => toggle_mark(state),
        Command::Unmark => clear(state),
        Command::Sort => sort(state),
        Command::Filter => filter(state),
        Command::Details => details(state),
        Command::Tags => tags(state),
        Command::NextTag => change_tag(state, 1),
        Command::PreviousTag => change_tag(state, -1),
        Command::Older => older(state),
        Command::Newer => newer(state),
        Command::Smoothing => cycle_smoothing(state),
        Command::LogScale => toggle_log_scale(state),
        Command::Up => move_by(state, -1),
        Command::Down => move_by(state, 1),
        Command::PageUp => move_by(state, -page(state)),
        Command::PageDown => move_by(state, page(state)),
        Command::First => move_by(state, isize::MIN),
        Command::Last => move_by(state, isize::MAX),
        Command::Help => help(state),
        Command::Close => close(state),
        Command::Accept => accept(state),
        Command::Quit => return Some(Effect::Quit),
    }
    None
}

fn type_key(state: &mut State, event: KeyEvent) {
    if event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return;
    }
    type_text(state, |input| match event.code {
        KeyCode::Char(letter) => input.insert(letter),
        KeyCode::Backspace => input.backspace(),
        KeyCode::Delete => input.delete(),
        KeyCode::Left => input.move_by(-1),
        KeyCode::Right => input.move_by(1),
        KeyCode::Home => input.home(),
        KeyCode::End => input.end(),
        _ => {}
    });
}

/// Changes the line that is being typed, if there is one. A filter acts at once.
fn type_text(state: &mut State, change: impl FnOnce(&mut LineInput)) {
    match state.overlays.last_mut() {
        Some(Overlay::Tags { input, selected }) => {
            change(input);
            *selected = 0;
        }
        Some(Overlay::Filter(input)) => {
            change(input);
            state.filter = input.text().to_owned();
            state.reorder();
        }
        _ => {}
    }
}

fn on_mouse(state: &mut State, event: MouseEvent) {
    let step = match event.kind {
        MouseEventKind::ScrollDown => 3,
        MouseEventKind::ScrollUp => -3,
        MouseEventKind::Down(MouseButton::Left) => 0,
        _ => return,
    };
    state.notice = None;
    if !state.overlays.is_empty() {
        if step != 0 {
            move_by(state, step);
        }
        return;
    }
    match layout::hit(state, Position { x: event.column, y: event.row }) {
        Some(Hit::Panels) if step != 0 && matches!(state.kind(), Some(Kind::Picture | Kind::Text)) => {
            state.back = state.back.saturating_add_signed(-step.signum()).min(oldest_kept(state));
        }
        Some(Hit::Table | Hit::Run(_) | Hit::Mark(_)) if step != 0 => move_by(state, step),
        Some(Hit::Mark(run)) => {
            state.cursor = Some(run);
            toggle_mark(state);
        }
        Some(Hit::Run(run)) => state.cursor = Some(run),
        _ => {}
    }
}

/// Moves in the popup on top, or in the table.
fn move_by(state: &mut State, by: isize) {
    let scrollable = draw::scrollable_lines(state);
    let count = match state.overlays.last() {
        Some(Overlay::Tags { input, .. }) => state.tags(input.text()).len(),
        _ => 0,
    };
    match state.overlays.last_mut() {
        Some(Overlay::Help { scroll } | Overlay::Details { scroll }) => {
            *scroll = scroll.saturating_add_signed(by).min(scrollable);
        }
        Some(Overlay::Tags { selected, .. }) => {
            *selected = selected.saturating_add_signed(by).min(count.saturating_sub(1));
        }
        Some(Overlay::Filter(_)) | None => {
            let place = state.cursor_place().saturating_add_signed(by);
            state.cursor = state.order.get(place.min(state.order.len().saturating_sub(1))).copied();
        }
    }
}

fn page(state: &State) -> isize {
    let height = match state.overlays.last() {
        Some(_) => state.size.height / 2,
        None => layout::rows(state, layout::body(state.size).0).height,
    };
    isize::try_from(height).unwrap_or(1).max(1)
}

/// Marks the run under the cursor, or unmarks it.
fn toggle_mark(state: &mut State) {
    let Some(run) = state.cursor else { return };
    if state.mark(run).is_some() {
        state.marks.retain(|mark| mark.run != run);
    } else if state.marks.len() < MARKS {
        let color = state.free_color();
        state.marks.push(Mark { run, color });
    } else {
        state.complain("eight runs are marked already: unmark one first");
    }
}

/// Forgets the filter if there is one, otherwise the marks.
fn clear(state: &mut State) {
    if state.filter.is_empty() {
        state.marks.clear();
    } else {
        state.filter.clear();
        state.reorder();
    }
}

/// Takes the next order.
fn sort(state: &mut State) {
    state.sort = state.sort.next();
    state.reorder();
}

/// Opens the filter's line.
fn filter(state: &mut State) {
    state.overlays.push(Overlay::Filter(LineInput::new(&state.filter)));
}

/// Opens what is known of the run under the cursor.
fn details(state: &mut State) {
    if state.cursor.is_some() {
        state.overlays.push(Overlay::Details { scroll: 0 });
    }
}

/// Opens the list of tags at the one that is shown.
fn tags(state: &mut State) {
    let selected = state.tags("").iter().position(|tag| Some(*tag) == state.tag).unwrap_or(0);
    state.overlays.push(Overlay::Tags { input: LineInput::default(), selected });
}

fn change_tag(state: &mut State, by: isize) {
    let tags = state.tags("");
    let place = tags.iter().position(|tag| Some(*tag) == state.tag).unwrap_or(0);
    if !tags.is_empty() {
        let place = (place as isize + by).rem_euclid(tags.len() as isize);
        state.show_tag(tags[place as usize]);
    }
}

/// How many of the kept pictures or texts are newer than the oldest.
fn oldest_kept(state: &State) -> usize {
    let kept = state.view.panels.iter().filter_map(|panel| match &panel.content {
        Some(Content::Picture { of, .. } | Content::Text { of, .. }) => Some(of.saturating_sub(1)),
        _ => None,
    });
    kept.max().unwrap_or(0)
}

/// Shows an older picture or text.
fn older(state: &mut State) {
    state.back = (state.back + 1).min(oldest_kept(state));
}

/// Shows a newer picture or text.
fn newer(state: &mut State) {
    state.back = state.back.saturating_sub(1);
}

/// Takes the next amount of smoothing.
fn cycle_smoothing(state: &mut State) {
    state.smoothing = (state.smoothing + 1) % SMOOTHING.len();
}

/// Switches between a linear and a logarithmic axis.
fn toggle_log_scale(state: &mut State) {
    state.log_scale = !state.log_scale;
}

/// Opens the help.
fn help(state: &mut State) {
    state.overlays.push(Overlay::Help { scroll: 0 });
}

/// Closes the popup on top. A filter that is left with Escape is forgotten.
fn close(state: &mut State) {
    if let Some(Overlay::Filter(_)) = state.overlays.pop() {
        state.filter.clear();
        state.reorder();
    }
}

/// Does what the popup on top asks.
fn accept(state: &mut State) {
    if let Some(Overlay::Tags { input, selected }) = state.overlays.pop()
        && let Some(tag) = state.tags(input.text()).get(selected)
    {
        state.show_tag(*tag);
    }
}
