//! Which key does what, as data. A binding points to a [`Command`], which has a description by its type.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::commands::{self as does, Command};
use super::state::{Overlay, Screen, State};
use crate::worker::Knob;

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

pub(super) const fn key(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}
pub(super) const fn ch(letter: char) -> Key {
    key(KeyCode::Char(letter))
}
pub(super) const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL }
}

impl Key {
    /// Whether the terminal reported this key. Letters carry their case, so Shift counts only for other keys.
    pub(super) fn matches(self, event: &KeyEvent) -> bool {
        let mut modifiers =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        if matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab) {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        self.code == event.code && self.modifiers == modifiers
    }

    /// As written in help and footer.
    pub fn label(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            other => format!("{other:?}"),
        };
        if self.modifiers.contains(KeyModifiers::CONTROL) { format!("Ctrl-{name}") } else { name }
    }
}

/// Keys that do one thing; of the dashboard, where nothing else is said.
#[derive(Debug)]
pub struct Binding<C: 'static = Command> {
    /// Any of these.
    pub keys: &'static [Key],
    /// What they do.
    pub command: &'static C,
    /// A word or two for the footer; none for those that need no mention there.
    pub hint: Option<&'static str>,
}

pub(super) const fn bind<C>(keys: &'static [Key], command: &'static C) -> Binding<C> {
    Binding { keys, command, hint: None }
}
pub(super) const fn shown<C>(keys: &'static [Key], command: &'static C, hint: &'static str) -> Binding<C> {
    Binding { keys, command, hint: Some(hint) }
}

/// Bindings that hold in one place.
#[derive(Debug)]
pub struct Table {
    /// As the help calls it.
    pub title: &'static str,
    /// Looked up from the first to the last.
    pub bindings: &'static [Binding],
}

const LEFT: Key = key(KeyCode::Left);
const RIGHT: Key = key(KeyCode::Right);
const ENTER: Key = key(KeyCode::Enter);
const ESC: Key = key(KeyCode::Esc);

static PRESETS: Table = Table {
    title: "Presets",
    bindings: &[
        shown(&[ENTER], &does::START, "train"),
        shown(&[ch('v')], &does::READ, "read"),
        shown(&[ch('/')], &does::FILTER, "find"),
        shown(&[ch('e')], &does::TO_HYPER, "edit"),
        shown(&[ch('s')], &does::SAVE_PRESET, "save as"),
        bind(&[ESC], &does::UNFILTER),
    ],
};

static TRAIN: Table = Table {
    title: "Train",
    bindings: &[
        bind(&[ENTER], &does::START),
        shown(&[ch('y')], &does::LOG_SCALE, "log scale"),
        shown(&[ch('m')], &does::SMOOTHING, "smooth"),
        shown(&[ch('c')], &does::NEXT_CHART, "next chart"),
        bind(&[ch('e')], &does::TO_HYPER),
        bind(&[LEFT, ch('h')], &does::PREVIOUS_SCREEN),
        bind(&[RIGHT, ch('l')], &does::NEXT_SCREEN),
    ],
};

static INSPECT: Table = Table {
    title: "Inspect",
    bindings: &[
        shown(&[ch('f')], &does::NEXT_VIEW, "figures"),
        bind(&[ch('F')], &does::PREVIOUS_VIEW),
        shown(&[ch('w')], &does::ONLY_WRONG, "only wrong"),
        shown(&[RIGHT, ch('l')], &does::LOOK_RIGHT, "next"),
        shown(&[LEFT, ch('h')], &does::LOOK_LEFT, "previous"),
        bind(&[ch('n')], &does::NEXT_SAMPLE),
        bind(&[ch('p')], &does::PREVIOUS_SAMPLE),
        shown(&[ch('c')], &does::CONFUSION, "confusion"),
        shown(&[ENTER], &does::FIGURE_TEXT, "type"),
        bind(&[ch('>')], &does::NEXT_ITEM),
        bind(&[ch('<')], &does::PREVIOUS_ITEM),
        bind(&[ch(']')], &does::RAISE_LEVEL),
        bind(&[ch('[')], &does::LOWER_LEVEL),
        shown(&[ch('z')], &does::NEXT_PART, "next part"),
        bind(&[ch('r')], &does::REFRESH),
    ],
};

static HYPER: Table = Table {
    title: "Hyperparameters",
    bindings: &[
        shown(&[ENTER], &does::EDIT, "type"),
        shown(&[LEFT, ch('h')], &does::LESS, "less"),
        shown(&[RIGHT, ch('l')], &does::MORE, "more"),
        shown(&[ch('t')], &does::START, "train"),
        shown(&[ch('s')], &does::SAVE_PRESET, "save as"),
        bind(&[ch('r')], &does::RESET_FIELD),
        bind(&[ch('R')], &does::RESET),
    ],
};

static RUNS: Table = Table {
    title: "Runs",
    bindings: &[
        shown(&[ENTER], &does::OPEN_RUN, "show"),
        shown(&[ch('r')], &does::RESUME_RUN, "go on"),
        shown(&[ch('u')], &does::LIST_RUNS, "look again"),
        bind(&[LEFT, ch('h')], &does::PREVIOUS_SCREEN),
        bind(&[RIGHT, ch('l')], &does::NEXT_SCREEN),
    ],
};

static GLOBAL: Table = Table {
    title: "Everywhere",
    bindings: &[
        bind(&[key(KeyCode::Up), ch('k')], &does::UP),
        bind(&[key(KeyCode::Down), ch('j')], &does::DOWN),
        bind(&[key(KeyCode::PageUp), ctrl('u')], &does::PAGE_UP),
        bind(&[key(KeyCode::PageDown), ctrl('d')], &does::PAGE_DOWN),
        bind(&[key(KeyCode::Home), ch('g')], &does::FIRST),
        bind(&[key(KeyCode::End), ch('G')], &does::LAST),
        bind(&[key(KeyCode::Tab)], &does::NEXT_SCREEN),
        bind(&[key(KeyCode::BackTab)], &does::PREVIOUS_SCREEN),
        bind(&[ch('1')], &does::TO_PRESETS),
        bind(&[ch('2')], &does::TO_TRAIN),
        bind(&[ch('3')], &does::TO_INSPECT),
        bind(&[ch('4')], &does::TO_HYPER),
        bind(&[ch('5')], &does::TO_RUNS),
        bind(&[ch(' ')], &does::PAUSE),
        bind(&[ch('.')], &does::STEP),
        bind(&[ch('+'), ch('=')], &does::FASTER),
        bind(&[ch('-'), ch('_')], &does::SLOWER),
        bind(&[ch('x')], &does::STOP),
        bind(&[ctrl('s')], &does::SAVE_WEIGHTS),
        shown(&[ch('?'), key(KeyCode::F(1))], &does::HELP, "help"),
        bind(&[ch(':'), ctrl('p')], &does::PALETTE),
        bind(&[ch('d')], &does::DETACH),
        shown(&[ch('q'), ctrl('c')], &does::QUIT, "quit"),
    ],
};

/// In the footer while a training runs, whatever the screen.
static RUNNING: &[Binding] = &[
    shown(&[ch(' ')], &does::PAUSE, "pause"),
    shown(&[ch('.')], &does::STEP, "step"),
    shown(&[ch('+'), ch('-')], &does::FASTER, "rate"),
];

/// Of the popups to be read.
static READING: Table = Table {
    title: "Reading",
    bindings: &[
        bind(&[key(KeyCode::Up), ch('k')], &does::UP),
        shown(&[key(KeyCode::Down), ch('j')], &does::DOWN, "scroll"),
        bind(&[key(KeyCode::PageUp), ctrl('u')], &does::PAGE_UP),
        bind(&[key(KeyCode::PageDown), ctrl('d'), ch(' ')], &does::PAGE_DOWN),
        bind(&[key(KeyCode::Home), ch('g')], &does::FIRST),
        bind(&[key(KeyCode::End), ch('G')], &does::LAST),
        shown(&[ESC, ch('?'), ch('v'), ch('q'), ENTER, ctrl('c')], &does::CLOSE, "close"),
    ],
};

static CONFIRM: Table = Table {
    title: "Question",
    bindings: &[
        shown(&[ch('y'), ENTER], &does::YES, "yes"),
        shown(&[ch('n'), ESC, ch('q')], &does::NO, "no"),
        bind(&[ctrl('c')], &does::YES),
    ],
};

/// Of the popups with a line to type: letters go to the line.
static TYPING: Table = Table {
    title: "Typing",
    bindings: &[
        shown(&[ENTER], &does::ACCEPT, "accept"),
        shown(&[ESC, ctrl('c')], &does::CLOSE, "close"),
        bind(&[key(KeyCode::Up), ctrl('p')], &does::UP),
        bind(&[key(KeyCode::Down), ctrl('n'), key(KeyCode::Tab)], &does::DOWN),
    ],
};

fn table_of(screen: Screen) -> &'static Table {
    match screen {
        Screen::Presets => &PRESETS,
        Screen::Train => &TRAIN,
        Screen::Inspect => &INSPECT,
        Screen::Hyper => &HYPER,
        Screen::Runs => &RUNS,
    }
}

fn overlay_table(overlay: &Overlay) -> &'static Table {
    match overlay {
        Overlay::Help { .. } | Overlay::Card { .. } => &READING,
        Overlay::Confirm(_) => &CONFIRM,
        Overlay::Palette { .. } | Overlay::Prompt(_) | Overlay::Filter(_) => &TYPING,
    }
}

/// The tables that hold now, in the order in which they are asked: a popup takes all keys.
pub fn active(state: &State) -> Vec<&'static Table> {
    match state.overlays.last() {
        Some(overlay) => vec![overlay_table(overlay)],
        None => vec![table_of(state.screen), &GLOBAL],
    }
}

/// What this key does now.
pub fn lookup(state: &State, event: &KeyEvent) -> Option<&'static Command> {
    let bindings = active(state).into_iter().flat_map(|table| table.bindings);
    bindings.into_iter().find(|binding| binding.keys.iter().any(|key| key.matches(event))).map(|b| b.command)
}

/// Whether a key does something to what is shown.
fn makes_sense(state: &State, command: &Command) -> bool {
    if *command == does::NEXT_CHART {
        return state.training.as_ref().is_some_and(|training| training.charts().len() > 1);
    }
    if *command == does::RESUME_RUN {
        return state.runs.current().is_some_and(|run| run.hindrance().is_none());
    }
    if *command == does::OPEN_RUN {
        return state.runs.current().is_some_and(|run| run.is_alive);
    }
    let info = state.training.as_ref().map(|training| &training.info);
    let is_for_samples = [&does::LOOK_RIGHT, &does::LOOK_LEFT, &does::ONLY_WRONG].contains(&command);
    match info.and_then(|info| state.inspect.shown(info)) {
        None => *command != does::FIGURE_TEXT && *command != does::NEXT_PART,
        Some(_) if is_for_samples || *command == does::CONFUSION => false,
        Some((figure, _)) if *command == does::FIGURE_TEXT => {
            figure.knobs.iter().any(|knob| matches!(knob, Knob::Text { .. }))
        }
        Some(_) if *command == does::NEXT_PART => {
            state.inspect.figure.as_ref().is_some_and(|figure| figure.panels.len() > 1)
        }
        Some(_) => true,
    }
}

/// Keys and words for the footer, most useful first.
pub fn hints(state: &State) -> Vec<(String, &'static str)> {
    let running = if state.overlays.is_empty() && state.running().is_some() { RUNNING } else { &[] };
    let paused = state.phase == crate::worker::Phase::Paused;
    let tables = active(state).into_iter().flat_map(|table| table.bindings);
    let mut hints = Vec::new();
    for binding in running.iter().chain(tables) {
        let Some(hint) = binding.hint.filter(|_| makes_sense(state, binding.command)) else { continue };
        let keys =
            if binding.keys == [ch('+'), ch('-')] { "+ -".to_owned() } else { binding.keys[0].label() };
        hints.push((keys, if hint == "pause" && paused { "go on" } else { hint }));
    }
    hints
}

/// All tables for the help, that of the screen in front first.
pub fn for_help(screen: Screen) -> Vec<&'static Table> {
    let others = Screen::ALL.into_iter().filter(|other| *other != screen);
    std::iter::once(screen).chain(others).map(table_of).chain(std::iter::once(&GLOBAL)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice_in_a_table() {
        for table in [&PRESETS, &TRAIN, &INSPECT, &HYPER, &RUNS, &GLOBAL, &READING, &CONFIRM, &TYPING] {
            let keys: Vec<Key> = table.bindings.iter().flat_map(|b| b.keys).copied().collect();
            for (i, key) in keys.iter().enumerate() {
                assert!(!keys[..i].contains(key), "{} in {}", key.label(), table.title);
            }
        }
    }

    #[test]
    fn every_command_can_be_reached_by_key_or_palette() {
        let tables = [&PRESETS, &TRAIN, &INSPECT, &HYPER, &RUNS, &GLOBAL, &READING, &CONFIRM, &TYPING];
        for command in does::ALL {
            let bound = tables.iter().any(|t| t.bindings.iter().any(|b| b.command == *command));
            assert!(bound || command.in_palette, "{}", command.name);
        }
    }

    #[test]
    fn shift_is_part_of_the_letter() {
        let event = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
        assert!(ch('?').matches(&event));
        assert!(!ch('c').matches(&KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        assert_eq!(ctrl('c').label(), "Ctrl-c");
    }
}
