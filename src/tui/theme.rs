//! Colours and glyphs, chosen once by what the terminal can show.
//!
//! The hues are mid-tones: at least 3:1 against black as well as white. Text keeps the terminal's own colour, so
//! that the dashboard reads well on dark and on light.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None, or none wanted: only bold, dim and reversed.
    Monochrome,
    /// The 16 of ANSI.
    Sixteen,
    /// xterm's 6x6x6 cube and 24 greys.
    Indexed,
    /// 24 bits.
    True,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Where the person is: the active tab, the focused border, keys.
    Accent,
    /// Values of the training set.
    Training,
    /// Values of the validation set.
    Validation,
    /// Right, done.
    Good,
    /// Wrong, failed.
    Bad,
    /// Held, worth a look.
    Warning,
    /// Less important text.
    Muted,
    /// Borders, grids, empty parts of bars.
    Faint,
    /// One of several curves that mean the same, in the colours of the classes.
    Curve(u8),
}

/// Colours and glyphs of one terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// How many colours there are.
    pub depth: Depth,
    /// Whether braille, rounded corners and eighth blocks can be expected in the font.
    pub rich_glyphs: bool,
    /// Whether the terminal takes nothing but ASCII; [`ascii`](super::ascii) sees to that.
    pub is_ascii: bool,
}

impl Theme {
    /// Chooses by `NO_COLOR`, `COLORTERM`, `TERM` and the locale, read through `variable`.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let colorterm = set("COLORTERM").unwrap_or_default();
        let depth = if set("NO_COLOR").is_some() || term == "dumb" {
            Depth::Monochrome
        } else if matches!(colorterm.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            Depth::True
        } else if ["256color", "kitty", "alacritty", "ghostty", "wezterm"].iter().any(|t| term.contains(t)) {
            Depth::Indexed
        } else {
            Depth::Sixteen
        };
        // As setlocale(3) looks for it. Where no locale is set at all, as in many containers, terminals take UTF-8.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let is_utf8 = |locale: String| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        };
        let is_ascii = !locale.is_none_or(is_utf8);
        let is_plain = is_ascii || matches!(term.as_str(), "linux" | "dumb" | "vt100" | "vt220");
        Theme { depth, rich_glyphs: !is_plain, is_ascii }
    }

    /// The colour of a role.
    pub fn color(&self, role: Role) -> Color {
        let ((r, g, b), ansi) = match role {
            Role::Accent => ((74, 139, 214), Color::LightBlue),
            Role::Training => ((64, 145, 222), Color::LightBlue),
            Role::Validation => ((222, 129, 50), Color::Yellow),
            Role::Good => ((61, 158, 98), Color::Green),
            Role::Bad => ((216, 88, 82), Color::Red),
            Role::Warning => ((190, 140, 30), Color::Yellow),
            Role::Muted => ((128, 134, 146), Color::Reset),
            Role::Faint => ((118, 124, 136), Color::DarkGray),
            Role::Curve(number) => {
                let ([r, g, b], ansi) = CLASSES[usize::from(number) % CLASSES.len()];
                ((r, g, b), ansi)
            }
        };
        match self.depth {
            Depth::Monochrome => Color::Reset,
            Depth::Sixteen => ansi,
            _ => self.rgb(r, g, b),
        }
    }

    /// Text in the colour of a role.
    pub fn style(&self, role: Role) -> Style {
        let style = Style::new().fg(self.color(role));
        let colourless = self.color(role) == Color::Reset;
        if matches!(role, Role::Muted | Role::Faint) && colourless {
            style.add_modifier(Modifier::DIM)
        } else {
            style
        }
    }

    /// Bold text in the colour of a role.
    pub fn strong(&self, role: Role) -> Style {
        Style::new().fg(self.color(role)).add_modifier(Modifier::BOLD)
    }

    /// The row, tab or button that is chosen.
    pub fn selected(&self) -> Style {
        match self.depth {
            Depth::Monochrome | Depth::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
            _ => Style::new().bg(self.rgb(44, 100, 170)).fg(self.rgb(255, 255, 255)),
        }
    }

    /// The nearest colour that the terminal has; `Reset` without colours.
    pub fn rgb(&self, r: u8, g: u8, b: u8) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            Depth::Indexed => Color::Indexed(nearest_indexed(r, g, b)),
            Depth::Sixteen => nearest_sixteen(r, g, b),
            Depth::Monochrome => Color::Reset,
        }
    }

    /// The style of a cell in a heat table: `share` from 0 (nothing) to 1, in the hue of `role`.
    pub fn heat(&self, role: Role, share: f64) -> Style {
        let share = share.clamp(0.0, 1.0);
        if share == 0.0 {
            return self.style(Role::Faint);
        }
        match self.depth {
            Depth::Monochrome if share > 0.5 => Style::new().add_modifier(Modifier::REVERSED),
            Depth::Monochrome => Style::new(),
            Depth::Sixteen if share > 0.5 => Style::new().fg(Color::Black).bg(self.color(role)),
            Depth::Sixteen => self.strong(role),
            _ => {
                // From a dark shade to the full hue, always behind white digits.
                let hue: [f64; 3] = if role == Role::Bad { [186.0, 58.0, 52.0] } else { [36.0, 122.0, 72.0] };
                let shade = |full: f64| (full * (0.35 + 0.65 * share.sqrt())) as u8;
                Style::new()
                    .bg(self.rgb(shade(hue[0]), shade(hue[1]), shade(hue[2])))
                    .fg(self.rgb(255, 255, 255))
            }
        }
    }
}

/// Colours of classes and curves that have no role of their own, told apart as far as ten can be; 24 bits, and of the 16.
const CLASSES: [([u8; 3], Color); 10] = [
    ([64, 145, 222], Color::LightBlue),
    ([232, 133, 46], Color::LightYellow),
    ([61, 168, 98], Color::LightGreen),
    ([222, 88, 82], Color::LightRed),
    ([158, 112, 208], Color::LightMagenta),
    ([44, 178, 190], Color::LightCyan),
    ([216, 108, 172], Color::Magenta),
    ([178, 162, 46], Color::Yellow),
    ([154, 108, 84], Color::Red),
    ([140, 146, 158], Color::Gray),
];

/// Without colours: a letter for the points of each class.
const LETTERS: [char; 10] = ['o', 'x', '+', '*', '#', '@', '%', '&', '$', '?'];

/// The colour of a class in 24 bits.
pub fn class_rgb(class: u8) -> [u8; 3] {
    CLASSES[usize::from(class) % CLASSES.len()].0
}

/// The letter of a class, for terminals without colours.
pub fn class_letter(class: u8) -> char {
    LETTERS[usize::from(class) % LETTERS.len()]
}

impl Theme {
    /// Points and curves of a class.
    pub fn class(&self, class: u8) -> Style {
        let ([r, g, b], ansi) = CLASSES[usize::from(class) % CLASSES.len()];
        match self.depth {
            Depth::Monochrome => Style::new(),
            Depth::Sixteen => Style::new().fg(ansi),
            _ => Style::new().fg(self.rgb(r, g, b)),
        }
    }
}

/// The levels of a channel in xterm's colour cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
    let step = |value: u8| {
        (0..6).min_by_key(|&i| value.abs_diff(CUBE[i])).expect("the range is not empty") // 0..6 has six elements
    };
    let (ri, gi, bi) = (step(r), step(g), step(b));
    let mean = (u32::from(r) + u32::from(g) + u32::from(b)) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    let level = 8 + 10 * grey;
    let distance = |x: (u8, u8, u8)| {
        let d = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        d(x.0, r) + d(x.1, g) + d(x.2, b)
    };
    if distance((level, level, level)) < distance((CUBE[ri], CUBE[gi], CUBE[bi])) {
        232 + grey
    } else {
        (16 + 36 * ri + 6 * gi + bi) as u8
    }
}

fn nearest_sixteen(r: u8, g: u8, b: u8) -> Color {
    const COLORS: [(Color, [u8; 3]); 16] = [
        (Color::Black, [0, 0, 0]),
        (Color::Red, [170, 0, 0]),
        (Color::Green, [0, 170, 0]),
        (Color::Yellow, [170, 85, 0]),
        (Color::Blue, [0, 0, 170]),
        (Color::Magenta, [170, 0, 170]),
        (Color::Cyan, [0, 170, 170]),
        (Color::Gray, [170, 170, 170]),
        (Color::DarkGray, [85, 85, 85]),
        (Color::LightRed, [255, 85, 85]),
        (Color::LightGreen, [85, 255, 85]),
        (Color::LightYellow, [255, 255, 85]),
        (Color::LightBlue, [85, 85, 255]),
        (Color::LightMagenta, [255, 85, 255]),
        (Color::LightCyan, [85, 255, 255]),
        (Color::White, [255, 255, 255]),
    ];
    let distance =
        |c: [u8; 3]| -> u32 { c.iter().zip([r, g, b]).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    let nearest = COLORS.iter().min_by_key(|(_, c)| distance(*c));
    nearest.map_or(Color::Reset, |(color, _)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> Theme {
        Theme::detect(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string()))
    }

    #[test]
    fn depth_follows_the_environment() {
        assert_eq!(detect(&[("COLORTERM", "truecolor"), ("TERM", "xterm-256color")]).depth, Depth::True);
        assert_eq!(detect(&[("TERM", "tmux-256color")]).depth, Depth::Indexed);
        assert_eq!(detect(&[("TERM", "xterm")]).depth, Depth::Sixteen);
        assert_eq!(detect(&[("TERM", "dumb")]).depth, Depth::Monochrome);
        let refused = [("NO_COLOR", "1"), ("COLORTERM", "truecolor"), ("TERM", "xterm-256color")];
        assert_eq!(detect(&refused).depth, Depth::Monochrome);
        assert_eq!(detect(&[("NO_COLOR", ""), ("COLORTERM", "24bit")]).depth, Depth::True);
        assert!(!detect(&[("TERM", "linux")]).rich_glyphs);
    }

    #[test]
    fn a_locale_without_utf_8_gets_ascii() {
        assert!(!detect(&[]).is_ascii, "no locale at all");
        assert!(!detect(&[("LANG", "de_DE.UTF-8")]).is_ascii);
        assert!(!detect(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")]).is_ascii);
        assert!(detect(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]).is_ascii);
        assert!(detect(&[("LANG", "de_DE.ISO-8859-1"), ("LC_ALL", "")]).is_ascii);
    }

    #[test]
    fn no_role_has_a_colour_in_monochrome() {
        let theme = Theme { depth: Depth::Monochrome, rich_glyphs: true, is_ascii: false };
        for role in [Role::Accent, Role::Training, Role::Validation, Role::Good, Role::Bad, Role::Faint] {
            assert_eq!(theme.style(role).fg, Some(Color::Reset));
            assert_eq!(theme.heat(role, 0.9).bg, None);
        }
    }

    #[test]
    fn greys_and_primaries_find_their_index() {
        assert_eq!(nearest_indexed(255, 0, 0), 196);
        assert_eq!(nearest_indexed(0, 0, 0), 16);
        assert_eq!(nearest_indexed(128, 128, 128), 244);
    }
}
