//! The keys of popups. A popup takes all keys.

use crossterm::event::KeyCode;

use super::bindings::{Table, bind, shown};
use super::commands::Command;
use super::keys::{Key, ch, ctrl, key};
use super::state::Overlay;
use super::state::overlay::{Purpose, Subject};

const ENTER: Key = key(KeyCode::Enter);
const ESC: Key = key(KeyCode::Esc);

/// For popups that can be scrolled, before their own keys.
pub(super) static SCROLLING: Table = Table {
    title: "Scrolling",
    bindings: &[
        bind(&[key(KeyCode::Up), ch('k')], Command::Up),
        shown(&[key(KeyCode::Down), ch('j')], Command::Down, "scroll"),
        bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
        bind(&[key(KeyCode::PageDown), ctrl('d'), ch(' ')], Command::PageDown),
        bind(&[key(KeyCode::Home), ch('g')], Command::First),
        bind(&[key(KeyCode::End), ch('G')], Command::Last),
    ],
};

/// For popups with text to read.
pub(super) static READING: Table = Table {
    title: "Reading",
    bindings: &[shown(&[ESC, ch('?'), ch('v'), ch('q'), ENTER, ctrl('c')], Command::Close, "close")],
};

/// For the list of keys, which can be searched.
pub(super) static HELP: Table = Table {
    title: "Help",
    bindings: &[
        shown(&[ch('/')], Command::FindKey, "find"),
        shown(&[ESC, ch('?'), ch('q'), ENTER, ctrl('c')], Command::Close, "close"),
    ],
};

/// What is asked about cannot be undone: only its own key says yes.
pub(super) static CONFIRM: Table = Table {
    title: "Question",
    bindings: &[
        shown(&[ch('y')], Command::Yes, "yes"),
        shown(&[ch('n'), ESC, ENTER, ch('q'), ctrl('c')], Command::No, "no"),
    ],
};

/// The same for the question whether to leave a training.
pub(super) static LEAVING: Table = Table {
    title: "Leaving a training",
    bindings: &[
        shown(&[ch('d')], Command::Detach, "leave it running"),
        shown(&[ch('y')], Command::Yes, "end it"),
        shown(&[ch('n'), ESC, ENTER, ch('q'), ctrl('c')], Command::No, "stay"),
    ],
};

/// For popups with a line to type: letters go to the line.
pub(super) static TYPING: Table = Table {
    title: "Typing",
    bindings: &[
        shown(&[ENTER], Command::Accept, "accept"),
        shown(&[ESC, ctrl('c')], Command::Close, "close"),
        bind(&[key(KeyCode::Up), ctrl('p')], Command::Up),
        bind(&[key(KeyCode::Down), ctrl('n'), key(KeyCode::Tab)], Command::Down),
    ],
};

/// For the path of data, which can be completed.
pub(super) static PATH: Table = Table {
    title: "Path",
    bindings: &[
        shown(&[ENTER], Command::Accept, "make a preset"),
        shown(&[key(KeyCode::Tab)], Command::CompletePath, "complete"),
        shown(&[ESC, ctrl('c')], Command::Close, "close"),
    ],
};

/// For a list from which something is chosen.
pub(super) static RATES: Table = Table {
    title: "Learning rates",
    bindings: &[
        shown(&[ENTER], Command::Accept, "take the suggestion"),
        shown(&[ESC, ch('q'), ctrl('c')], Command::Close, "leave the rate"),
    ],
};

pub(super) static CHOOSING: Table = Table {
    title: "Choosing",
    bindings: &[
        shown(&[ENTER], Command::Accept, "choose"),
        bind(&[key(KeyCode::Up), ch('k'), ctrl('p')], Command::Up),
        shown(&[key(KeyCode::Down), ch('j'), ctrl('n')], Command::Down, "next"),
        bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
        bind(&[key(KeyCode::PageDown), ctrl('d')], Command::PageDown),
        bind(&[key(KeyCode::Home), ch('g')], Command::First),
        bind(&[key(KeyCode::End), ch('G')], Command::Last),
        shown(&[ESC, ch('q'), ctrl('c')], Command::Close, "back"),
    ],
};

/// For the columns that can be predicted, of which several can be at once.
pub(super) static TARGETS: Table = Table {
    title: "Column to predict",
    bindings: &[
        shown(&[ENTER], Command::Accept, "choose"),
        shown(&[ch(' ')], Command::MarkTarget, "mark several"),
        bind(&[key(KeyCode::Up), ch('k'), ctrl('p')], Command::Up),
        shown(&[key(KeyCode::Down), ch('j'), ctrl('n')], Command::Down, "next"),
        bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
        bind(&[key(KeyCode::PageDown), ctrl('d')], Command::PageDown),
        bind(&[key(KeyCode::Home), ch('g')], Command::First),
        bind(&[key(KeyCode::End), ch('G')], Command::Last),
        shown(&[ESC, ch('q'), ctrl('c')], Command::Close, "back"),
    ],
};

/// For a new preset that is read before it is saved.
pub(super) static KEEPING: Table = Table {
    title: "New preset",
    bindings: &[
        shown(&[ENTER], Command::Accept, "save"),
        bind(&[key(KeyCode::Up), ch('k')], Command::Up),
        shown(&[key(KeyCode::Down), ch('j')], Command::Down, "scroll"),
        bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
        bind(&[key(KeyCode::PageDown), ctrl('d'), ch(' ')], Command::PageDown),
        bind(&[key(KeyCode::Home), ch('g')], Command::First),
        bind(&[key(KeyCode::End), ch('G')], Command::Last),
        shown(&[ESC, ch('q'), ctrl('c')], Command::Close, "back"),
    ],
};

/// For a text from the editor that is no preset.
pub(super) static MISTAKE: Table = Table {
    title: "Mistake",
    bindings: &[
        shown(&[ENTER, ch('E')], Command::Accept, "open the editor again"),
        shown(&[ESC, ch('q'), ctrl('c')], Command::Close, "leave it"),
    ],
};

/// The keys of a popup.
pub(super) fn overlay_table(overlay: &Overlay) -> &'static Table {
    match overlay {
        Overlay::Help { .. } => &HELP,
        Overlay::Card { .. } | Overlay::Details { .. } | Overlay::Reading { .. } => &READING,
        Overlay::Confirm(confirm) if confirm.purpose == Purpose::Quit => &LEAVING,
        Overlay::Confirm(_) => &CONFIRM,
        Overlay::Prompt(prompt) if prompt.subject == Subject::DataPath => &PATH,
        Overlay::Palette { .. }
        | Overlay::Tags { .. }
        | Overlay::Prompt(_)
        | Overlay::Filter(_)
        | Overlay::Picker(_) => &TYPING,
        Overlay::Targets(_) => &TARGETS,
        Overlay::Settings { .. } => &CHOOSING,
        Overlay::Suggested(_) => &KEEPING,
        Overlay::Rates(_) => &RATES,
        Overlay::Mistake(_) => &MISTAKE,
    }
}
