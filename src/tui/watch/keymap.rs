//! Which key does what, as data.

use crossterm::event::{KeyCode, KeyEvent};

use super::commands::Command;
use super::state::{Overlay, State};
use crate::run::watch::Kind;
use crate::tui::keymap::{self, Key, bind, ch, ctrl, key, shown};

/// Keys that do one thing here.
pub type Binding = keymap::Binding<Command>;

const UP: Key = key(KeyCode::Up);
const DOWN: Key = key(KeyCode::Down);
const LEFT: Key = key(KeyCode::Left);
const RIGHT: Key = key(KeyCode::Right);
const ENTER: Key = key(KeyCode::Enter);
const ESC: Key = key(KeyCode::Esc);

/// When no popup is open.
pub static MAIN: &[Binding] = &[
    shown(&[key(KeyCode::Char(' ')), ENTER], Command::Mark, "mark"),
    shown(&[ch('t')], Command::Tags, "figure"),
    bind(&[RIGHT, ch('l'), ch(']'), key(KeyCode::Tab)], Command::NextTag),
    bind(&[LEFT, ch('h'), ch('['), key(KeyCode::BackTab)], Command::PreviousTag),
    shown(&[ch('/')], Command::Filter, "find"),
    shown(&[ch('o')], Command::Sort, "sort"),
    shown(&[ch('s'), ch('m')], Command::Smoothing, "smooth"),
    shown(&[ch('y'), ch('L')], Command::LogScale, "log scale"),
    shown(&[ch(',')], Command::Older, "older"),
    shown(&[ch('.')], Command::Newer, "newer"),
    shown(&[ch('i')], Command::Details, "details"),
    bind(&[ESC], Command::Unmark),
    bind(&[UP, ch('k')], Command::Up),
    bind(&[DOWN, ch('j')], Command::Down),
    bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
    bind(&[key(KeyCode::PageDown), ctrl('d')], Command::PageDown),
    bind(&[key(KeyCode::Home), ch('g')], Command::First),
    bind(&[key(KeyCode::End), ch('G')], Command::Last),
    shown(&[ch('?'), key(KeyCode::F(1))], Command::Help, "help"),
    shown(&[ch('q'), ctrl('c')], Command::Quit, "quit"),
];

/// In popups with text to read.
static READING: &[Binding] = &[
    bind(&[UP, ch('k')], Command::Up),
    shown(&[DOWN, ch('j')], Command::Down, "scroll"),
    bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
    bind(&[key(KeyCode::PageDown), ctrl('d'), ch(' ')], Command::PageDown),
    bind(&[key(KeyCode::Home), ch('g')], Command::First),
    bind(&[key(KeyCode::End), ch('G')], Command::Last),
    shown(&[ESC, ch('?'), ch('i'), ch('q'), ENTER, ctrl('c')], Command::Close, "close"),
];

/// Where something is typed: letters go to the line.
static TYPING: &[Binding] = &[
    shown(&[ENTER], Command::Accept, "accept"),
    shown(&[ESC, ctrl('c')], Command::Close, "close"),
    bind(&[UP, ctrl('p')], Command::Up),
    bind(&[DOWN, ctrl('n'), key(KeyCode::Tab)], Command::Down),
    bind(&[key(KeyCode::PageUp)], Command::PageUp),
    bind(&[key(KeyCode::PageDown)], Command::PageDown),
];

fn active(state: &State) -> &'static [Binding] {
    match state.overlays.last() {
        None => MAIN,
        Some(Overlay::Help { .. } | Overlay::Details { .. }) => READING,
        Some(Overlay::Tags { .. } | Overlay::Filter(_)) => TYPING,
    }
}

/// What this key does now.
pub fn lookup(state: &State, event: &KeyEvent) -> Option<Command> {
    let binding = active(state).iter().find(|binding| binding.keys.iter().any(|key| key.matches(event)))?;
    Some(binding.command)
}

/// Keys and words for the footer: those that do something for the tag that is shown.
pub fn hints(state: &State) -> Vec<(String, &'static str)> {
    let is_of_use = |hint: &str| match hint {
        "older" | "newer" => matches!(state.kind(), Some(Kind::Picture | Kind::Text)),
        "smooth" | "log scale" => state.kind() == Some(Kind::Scalar),
        _ => true,
    };
    let bindings = active(state).iter().filter_map(|binding| Some((binding.keys[0].label(), binding.hint?)));
    bindings.filter(|(_, hint)| is_of_use(hint)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice_and_every_command_has_one() {
        let tables = [MAIN, READING, TYPING];
        for table in tables {
            let keys: Vec<Key> = table.iter().flat_map(|binding| binding.keys).copied().collect();
            for (place, key) in keys.iter().enumerate() {
                assert!(!keys[..place].contains(key), "{}", key.label());
            }
        }
        for command in Command::ALL {
            let is_bound = tables.iter().any(|table| table.iter().any(|b| b.command == *command));
            assert!(is_bound, "{}", command.doc());
        }
    }
}
