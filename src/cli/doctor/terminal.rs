//! What the terminal can show, as far as its variables tell.

use std::io::IsTerminal;

use serde::Serialize;

use crate::tui::theme::{Depth, Theme};

/// The terminal.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Terminal {
    /// Whether the dashboard has one: standard input and output both are.
    pub is_there: bool,
    /// Columns and rows, where there is one.
    pub size: Option<(u16, u16)>,
    /// How many colours it has.
    pub colours: &'static str,
    /// Whether its locale is UTF-8.
    pub is_unicode: bool,
    /// Whether braille and rounded corners can be expected in its font.
    pub has_rich_glyphs: bool,
    /// The graphics protocols that it is likely to know; the dashboard draws with characters and needs none.
    pub graphics: Vec<&'static str>,
    /// Its name, from `TERM` and `TERM_PROGRAM`.
    pub name: String,
    /// Whether it is inside of tmux or screen.
    pub is_multiplexed: bool,
}

impl Terminal {
    /// Looks at the one of this process.
    pub(super) fn look() -> Self {
        let is_there = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let size = crossterm::terminal::size().ok().filter(|_| std::io::stdout().is_terminal());
        Terminal { is_there, size, ..Self::of(|name| std::env::var(name).ok()) }
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let Theme { depth, rich_glyphs, is_ascii, .. } = Theme::detect(&variable);
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let names = [set("TERM_PROGRAM"), set("TERM")];
        Terminal {
            is_there: false,
            size: None,
            colours: match depth {
                Depth::Monochrome => "none",
                Depth::Sixteen => "16",
                Depth::Indexed => "256",
                Depth::True => "16.7 million",
            },
            is_unicode: !is_ascii,
            has_rich_glyphs: rich_glyphs,
            graphics: graphics(&set),
            name: names.into_iter().flatten().collect::<Vec<_>>().join(", "),
            is_multiplexed: set("TMUX").is_some() || set("STY").is_some(),
        }
    }
}

/// The graphics protocols that a terminal of these variables knows. Asking the terminal itself would write to it.
fn graphics(set: &impl Fn(&str) -> Option<String>) -> Vec<&'static str> {
    const KITTY: &str = "kitty";
    const ITERM: &str = "iTerm2";
    const SIXEL: &str = "sixel";
    let (term, program) = (set("TERM").unwrap_or_default(), set("TERM_PROGRAM").unwrap_or_default());
    let is = |name: &str| term.contains(name) || program.to_ascii_lowercase().contains(name);
    if is("kitty") || is("ghostty") || set("KITTY_WINDOW_ID").is_some() {
        vec![KITTY]
    } else if is("wezterm") {
        vec![KITTY, ITERM, SIXEL]
    } else if is("iterm") {
        vec![ITERM, SIXEL]
    } else if is("konsole") || set("KONSOLE_VERSION").is_some() {
        vec![KITTY, ITERM, SIXEL]
    } else if ["foot", "mlterm", "contour", "sixel"].into_iter().any(is) {
        vec![SIXEL]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Terminal {
        Terminal::of(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_characters_and_graphics_follow_from_the_variables() {
        let plain = of(&[("TERM", "xterm"), ("LANG", "C")]);
        assert_eq!((plain.colours, plain.is_unicode, plain.has_rich_glyphs), ("16", false, false));
        assert!(plain.graphics.is_empty() && !plain.is_multiplexed);
        let kitty = of(&[("TERM", "xterm-kitty"), ("COLORTERM", "truecolor"), ("TMUX", "/tmp/x")]);
        assert_eq!((kitty.colours, &kitty.graphics[..]), ("16.7 million", &["kitty"][..]));
        assert!(kitty.is_unicode && kitty.is_multiplexed);
        let wezterm = of(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]);
        assert_eq!((wezterm.colours, wezterm.graphics.len()), ("256", 3));
        assert_eq!(wezterm.name, "WezTerm, xterm-256color");
        assert_eq!(of(&[("NO_COLOR", "1")]).colours, "none");
    }
}
