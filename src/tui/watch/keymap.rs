//! Which key does what, as data.

use crossterm::event::{KeyCode, KeyEvent};

use super::commands::{self as does, Command};
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
    shown(&[key(KeyCode::Char(' ')), ENTER], &does::MARK, "mark"),
    shown(&[ch('t')], &does::TAGS, "figure"),
    bind(&[RIGHT, ch('l'), ch(']'), key(KeyCode::Tab)], &does::NEXT_TAG),
    bind(&[LEFT, ch('h'), ch('['), key(KeyCode::BackTab)], &does::PREVIOUS_TAG),
    shown(&[ch('/')], &does::FILTER, "find"),
    shown(&[ch('o')], &does::SORT, "sort"),
    shown(&[ch('s'), ch('m')], &does::SMOOTHING, "smooth"),
    shown(&[ch('y'), ch('L')], &does::LOG_SCALE, "log scale"),
    shown(&[ch(',')], &does::OLDER, "older"),
    shown(&[ch('.')], &does::NEWER, "newer"),
    shown(&[ch('i')], &does::DETAILS, "details"),
    bind(&[ESC], &does::UNMARK),
    bind(&[UP, ch('k')], &does::UP),
    bind(&[DOWN, ch('j')], &does::DOWN),
    bind(&[key(KeyCode::PageUp), ctrl('u')], &does::PAGE_UP),
    bind(&[key(KeyCode::PageDown), ctrl('d')], &does::PAGE_DOWN),
    bind(&[key(KeyCode::Home), ch('g')], &does::FIRST),
    bind(&[key(KeyCode::End), ch('G')], &does::LAST),
    shown(&[ch('?'), key(KeyCode::F(1))], &does::HELP, "help"),
    shown(&[ch('q'), ctrl('c')], &does::QUIT, "quit"),
];

/// In popups to be read.
static READING: &[Binding] = &[
    bind(&[UP, ch('k')], &does::UP),
    shown(&[DOWN, ch('j')], &does::DOWN, "scroll"),
    bind(&[key(KeyCode::PageUp), ctrl('u')], &does::PAGE_UP),
    bind(&[key(KeyCode::PageDown), ctrl('d'), ch(' ')], &does::PAGE_DOWN),
    bind(&[key(KeyCode::Home), ch('g')], &does::FIRST),
    bind(&[key(KeyCode::End), ch('G')], &does::LAST),
    shown(&[ESC, ch('?'), ch('i'), ch('q'), ENTER, ctrl('c')], &does::CLOSE, "close"),
];

/// Where something is typed: letters go to the line.
static TYPING: &[Binding] = &[
    shown(&[ENTER], &does::ACCEPT, "accept"),
    shown(&[ESC, ctrl('c')], &does::CLOSE, "close"),
    bind(&[UP, ctrl('p')], &does::UP),
    bind(&[DOWN, ctrl('n'), key(KeyCode::Tab)], &does::DOWN),
    bind(&[key(KeyCode::PageUp)], &does::PAGE_UP),
    bind(&[key(KeyCode::PageDown)], &does::PAGE_DOWN),
];

fn active(state: &State) -> &'static [Binding] {
    match state.overlays.last() {
        None => MAIN,
        Some(Overlay::Help { .. } | Overlay::Details { .. }) => READING,
        Some(Overlay::Tags { .. } | Overlay::Filter(_)) => TYPING,
    }
}

/// What this key does now.
pub fn lookup(state: &State, event: &KeyEvent) -> Option<&'static Command> {
    let binding = active(state).iter().find(|binding| binding.keys.iter().any(|key| key.matches(event)))?;
    Some(binding.command)
}

/// Keys and words for the footer: those that do something for the figure that is shown.
pub fn hints(state: &State) -> Vec<(String, &'static str)> {
    let is_of_use = |hint: &str| match hint {
        "older" | "newer" => state.kind() == Some(Kind::Picture),
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
        for command in does::ALL {
            assert!(
                tables.iter().any(|table| table.iter().any(|b| b.command.doc == command.doc)),
                "{}",
                command.doc
            );
        }
    }
}
