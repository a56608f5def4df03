//! A key with its modifiers: how it is recognised, how it is written in help, footer and `config.ron`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

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

/// Keys that are written by a name, first the name that help shows.
const NAMED: [(KeyCode, &[&str]); 14] = [
    (KeyCode::Char(' '), &["Space"]),
    (KeyCode::Up, &["↑", "Up"]),
    (KeyCode::Down, &["↓", "Down"]),
    (KeyCode::Left, &["←", "Left"]),
    (KeyCode::Right, &["→", "Right"]),
    (KeyCode::PageUp, &["PgUp", "PageUp"]),
    (KeyCode::PageDown, &["PgDn", "PageDown"]),
    (KeyCode::BackTab, &["Shift-Tab", "BackTab"]),
    (KeyCode::Tab, &["Tab"]),
    (KeyCode::Enter, &["Enter", "Return"]),
    (KeyCode::Esc, &["Esc", "Escape"]),
    (KeyCode::Home, &["Home"]),
    (KeyCode::End, &["End"]),
    (KeyCode::Delete, &["Delete", "Del"]),
];

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
        let named = NAMED.iter().find(|(code, _)| *code == self.code).map(|(_, names)| names[0].to_owned());
        let name = named.unwrap_or_else(|| match self.code {
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::F(number) => format!("F{number}"),
            other => format!("{other:?}"),
        });
        let mut label = String::new();
        for (modifier, prefix) in [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-")] {
            if self.modifiers.contains(modifier) {
                label.push_str(prefix);
            }
        }
        label + &name
    }

    /// Reads a key as [`label`](Key::label) writes it: `p`, `Space`, `F5`, `Ctrl-b`, `Alt-Enter`. Names and modifiers may be in
    /// any case, a letter's own case counts.
    pub fn parse(text: &str) -> Option<Key> {
        let mut modifiers = KeyModifiers::NONE;
        let mut name = text;
        // `-` itself is a key: what follows a modifier is never empty.
        while let Some((prefix, rest)) = name.split_once('-').filter(|(_, rest)| !rest.is_empty()) {
            match prefix.to_ascii_lowercase().as_str() {
                "ctrl" => modifiers |= KeyModifiers::CONTROL,
                "alt" => modifiers |= KeyModifiers::ALT,
                // `Shift-Tab` is a name.
                _ => break,
            }
            name = rest;
        }
        let mut letters = name.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && NAMED.iter().all(|(_, names)| names[0] != name)
        {
            // Terminals report Ctrl with a small letter.
            let is_control = modifiers.contains(KeyModifiers::CONTROL);
            let letter = if is_control { letter.to_ascii_lowercase() } else { letter };
            return (!letter.is_control()).then_some(Key { code: KeyCode::Char(letter), modifiers });
        }
        let named =
            NAMED.iter().find(|(_, names)| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
        let function =
            || name.strip_prefix(['F', 'f'])?.parse().ok().filter(|number| (1..=24).contains(number));
        let code = named.map(|(code, _)| *code).or_else(|| function().map(KeyCode::F))?;
        Some(Key { code, modifiers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_is_part_of_the_letter() {
        let event = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
        assert!(ch('?').matches(&event));
        assert!(!ch('c').matches(&KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        assert_eq!(ctrl('c').label(), "Ctrl-c");
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let written = [
            "p",
            "P",
            "-",
            "+",
            "é",
            "Space",
            "↑",
            "PgDn",
            "Shift-Tab",
            "F12",
            "Ctrl-b",
            "Alt-Enter",
            "Alt--",
        ];
        for text in written {
            assert_eq!(Key::parse(text).map(Key::label).as_deref(), Some(text));
        }
        assert_eq!(Key::parse("ctrl-B"), Some(ctrl('b')));
        assert_eq!(Key::parse("pagedown"), Some(key(KeyCode::PageDown)));
        for no_key in ["", "pp", "Hyper-x", "F0", "F25", "Ctrl-", "\n"] {
            assert_eq!(Key::parse(no_key), None, "{no_key:?}");
        }
    }
}
