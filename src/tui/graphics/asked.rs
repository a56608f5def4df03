//! Which images a terminal understands. It is asked after the first frame; keys that a person presses before the answer come count.

use std::time::Duration;

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};

use super::{Cell, Images, Protocol};
use crate::tui::theme::{Depth, Theme};

/// Asks for an image of Kitty's protocol to be looked at, and then, which every terminal answers, for what it can do.
pub const QUESTION: &[u8] = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c";
/// How long answers are waited for; keys are not held up by that.
pub const LIMIT: Duration = Duration::from_secs(2);
/// The longest answer.
const LONGEST: usize = 1 << 12;

/// What is known before the terminal is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// It shows half blocks, and is not asked.
    Blocks,
    /// It understands this, and is not asked.
    Known(Protocol),
    /// It is to be asked.
    Open,
}

impl Asking {
    /// By the person's settings, the theme, the environment, and the pixels of a cell, which a terminal of letters only does not have.
    pub fn of(
        images: Images,
        theme: &Theme,
        variable: impl Fn(&str) -> Option<String>,
        cell: Option<Cell>,
    ) -> Self {
        let is = |name: &str, value: &str| variable(name).is_some_and(|found| found == value);
        let term = variable("TERM").unwrap_or_default();
        // A multiplexer draws letters, and its panes have other places than the terminal.
        let is_multiplexed = ["TMUX", "STY", "ZELLIJ"]
            .iter()
            .any(|name| variable(name).is_some_and(|value| !value.is_empty()))
            || term.starts_with("tmux")
            || term.starts_with("screen");
        match images {
            Images::Blocks => Asking::Blocks,
            Images::Kitty => Asking::Known(Protocol::Kitty),
            Images::Iterm2 => Asking::Known(Protocol::Iterm2),
            Images::Sixel => Asking::Known(Protocol::Sixel),
            Images::Auto if is_multiplexed || cell.is_none() => Asking::Blocks,
            Images::Auto if theme.depth == Depth::Monochrome || theme.is_ascii => Asking::Blocks,
            // ssh hands the variables LC_* on.
            Images::Auto if is("TERM_PROGRAM", "iTerm.app") || is("LC_TERMINAL", "iTerm2") => {
                Asking::Known(Protocol::Iterm2)
            }
            Images::Auto => Asking::Open,
        }
    }
}

/// What has come since the terminal was asked: its answers, and keys in between.
#[derive(Debug, Default)]
pub struct Asked {
    waiting: Vec<u8>,
    has_kitty: bool,
    /// What the last answer says, once it has come.
    answer: Option<Option<Protocol>>,
}

impl Asked {
    /// Takes bytes from the terminal in; returns the keys among them.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.waiting.extend_from_slice(bytes);
        let mut keys = Vec::new();
        while let Some((length, input)) = self.next() {
            self.waiting.drain(..length);
            keys.extend(input);
        }
        // An answer that never ends is none.
        if self.waiting.len() > LONGEST {
            self.waiting.clear();
        }
        keys
    }

    /// Nothing more will come: what waits was typed.
    pub fn rest(&mut self) -> Vec<Input> {
        let is_escape = std::mem::take(&mut self.waiting) == b"\x1b";
        is_escape.then(|| key(KeyCode::Esc, KeyModifiers::NONE)).into_iter().collect()
    }

    /// What the terminal understands, once it has said everything; `None` inside: nothing of this.
    pub fn answer(&self) -> Option<Option<Protocol>> {
        self.answer
    }

    /// How many of the bytes that wait belong together, and the key that they are; `None` where more must come.
    fn next(&mut self) -> Option<(usize, Option<Input>)> {
        let text = &self.waiting;
        match text[..] {
            [] | [0x1b] => None,
            // The answers of Kitty's protocol, and strings of other kinds, end with ST.
            [0x1b, b'_' | b'P' | b']', ..] => {
                let end = text.windows(2).skip(2).position(|pair| pair == b"\x1b\\")? + 4;
                self.has_kitty |= text.starts_with(b"\x1b_G") && text[..end].ends_with(b";OK\x1b\\");
                Some((end, None))
            }
            [0x1b, b'[' | b'O', ..] => {
                let end = text[2..].iter().position(|byte| (0x40..0x7f).contains(byte))? + 3;
                let (parameters, last) = (&text[2..end - 1], text[end - 1]);
                if last == b'c' && parameters.starts_with(b"?") {
                    let has_sixel = parameters[1..].split(|byte| *byte == b';').any(|one| one == b"4");
                    let protocol = if self.has_kitty {
                        Some(Protocol::Kitty)
                    } else {
                        has_sixel.then_some(Protocol::Sixel)
                    };
                    self.answer = Some(protocol);
                    return Some((end, None));
                }
                Some((end, of_sequence(parameters, last).map(|code| key(code, KeyModifiers::NONE))))
            }
            [0x1b, _, ..] => Some((1, Some(key(KeyCode::Esc, KeyModifiers::NONE)))),
            [first, ..] => {
                let length = match first {
                    0xc0..0xe0 => 2,
                    0xe0..0xf0 => 3,
                    0xf0.. => 4,
                    _ => 1,
                };
                let letter =
                    std::str::from_utf8(text.get(..length)?).ok().and_then(|letter| letter.chars().next());
                Some((length, letter.map(of_letter)))
            }
        }
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

/// The key of a letter, as terminals send them.
fn of_letter(letter: char) -> Input {
    let code = match letter {
        '\r' | '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        '\x01'..='\x1a' => {
            return key(KeyCode::Char((letter as u8 - 1 + b'a').into()), KeyModifiers::CONTROL);
        }
        other => KeyCode::Char(other),
    };
    let is_upper = letter.is_uppercase();
    key(code, if is_upper { KeyModifiers::SHIFT } else { KeyModifiers::NONE })
}

/// The keys of a sequence that a person is likely to press within the first moment; others, and the mouse, are left out.
fn of_sequence(parameters: &[u8], last: u8) -> Option<KeyCode> {
    Some(match (last, parameters) {
        (b'A', _) => KeyCode::Up,
        (b'B', _) => KeyCode::Down,
        (b'C', _) => KeyCode::Right,
        (b'D', _) => KeyCode::Left,
        (b'H', _) | (b'~', b"1") => KeyCode::Home,
        (b'F', _) | (b'~', b"4") => KeyCode::End,
        (b'Z', _) => KeyCode::BackTab,
        (b'~', b"5") => KeyCode::PageUp,
        (b'~', b"6") => KeyCode::PageDown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_asked_only_where_it_may_show_pixels() {
        let theme = Theme::new(Depth::True, true);
        let asking = |images, variables: &[(&str, &str)], cell| {
            let variable =
                |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.to_owned());
            Asking::of(images, &theme, variable, cell)
        };
        let cell = Some((8, 16));
        assert_eq!(asking(Images::Auto, &[("TERM", "xterm-256color")], cell), Asking::Open);
        assert_eq!(asking(Images::Auto, &[("TERM", "xterm-kitty")], None), Asking::Blocks);
        for inside in [
            ("TMUX", "/tmp/tmux-0/default,1,0"),
            ("TERM", "screen-256color"),
            ("TERM", "tmux-direct"),
            ("STY", "1.x"),
        ] {
            assert_eq!(
                asking(Images::Auto, &[inside, ("LC_TERMINAL", "iTerm2")], cell),
                Asking::Blocks,
                "{inside:?}"
            );
        }
        assert_eq!(asking(Images::Auto, &[("LC_TERMINAL", "iTerm2")], cell), Asking::Known(Protocol::Iterm2));
        assert_eq!(asking(Images::Sixel, &[("TMUX", "x")], None), Asking::Known(Protocol::Sixel));
        assert_eq!(asking(Images::Blocks, &[], cell), Asking::Blocks);
        let plain = Theme::new(Depth::Monochrome, true);
        assert_eq!(Asking::of(Images::Auto, &plain, |_| None, cell), Asking::Blocks);
    }

    #[test]
    fn answers_are_taken_out_of_what_is_typed_however_they_are_cut() {
        let came = b"ab\x1b_Gi=31;OK\x1b\\\x1b[B\x1b[?62;4;22c\xc3\xa9\x03\x1b[<0;5;5MQ";
        let code = |input: &Input| match input {
            Input::Key(key) => (key.code, key.modifiers),
            other => panic!("{other:?}"),
        };
        let (none, letter) = (KeyModifiers::NONE, KeyCode::Char);
        let keys = [
            (letter('a'), none),
            (letter('b'), none),
            (KeyCode::Down, none),
            (letter('é'), none),
            (letter('c'), KeyModifiers::CONTROL),
            (letter('Q'), KeyModifiers::SHIFT),
        ];
        for size in [1, 2, 3, 7, came.len()] {
            let mut asked = Asked::default();
            let typed: Vec<_> = came.chunks(size).flat_map(|piece| asked.take(piece)).collect();
            assert_eq!(typed.iter().map(code).collect::<Vec<_>>(), keys, "{size}");
            assert_eq!(asked.answer(), Some(Some(Protocol::Kitty)));
        }
    }

    #[test]
    fn terminals_without_kittys_protocol_show_sixel_or_nothing() {
        let answer = |bytes: &[u8]| {
            let mut asked = Asked::default();
            asked.take(bytes);
            asked.answer()
        };
        assert_eq!(answer(b"\x1b[?62;4;6c"), Some(Some(Protocol::Sixel)));
        assert_eq!(answer(b"\x1b[?1;2c"), Some(None));
        assert_eq!(answer(b"\x1b_Gi=31;ENOTSUP:no\x1b\\\x1b[?62;4c"), Some(Some(Protocol::Sixel)));
        assert_eq!(answer(b"\x1b[?64"), None);
        let mut asked = Asked::default();
        assert!(asked.take(b"\x1b").is_empty() && asked.rest().len() == 1, "Escape was pressed");
    }
}
