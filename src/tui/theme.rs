//! Colours and glyphs: which, a person chooses; how many, the terminal. Text keeps the terminal's own colour, but in the theme
//! of high contrast.

mod hues;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

pub use hues::Colours;

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
    /// Which ones.
    pub colours: Colours,
    /// Whether braille, rounded corners and eighth blocks can be expected in the font.
    pub rich_glyphs: bool,
    /// Whether the terminal takes nothing but ASCII; [`ascii`](super::ascii) sees to that.
    pub is_ascii: bool,
}

impl Theme {
    /// A theme of the standard colours for a terminal that shows UTF-8.
    pub fn new(depth: Depth, rich_glyphs: bool) -> Self {
        Theme { depth, colours: Colours::Standard, rich_glyphs, is_ascii: false }
    }

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
        Theme { is_ascii, ..Theme::new(depth, !is_plain) }
    }

    /// The colour of a role.
    pub fn color(&self, role: Role) -> Color {
        let ([r, g, b], ansi) = self.colours.hue(role);
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
            Depth::Indexed | Depth::True => {
                let [ground, text] = self.colours.chosen().map(|[r, g, b]| self.rgb(r, g, b));
                Style::new().bg(ground).fg(text)
            }
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
                let hue = self.colours.heat(role == Role::Bad);
                let shade = |full: f64| (full * (0.35 + 0.65 * share.sqrt())) as u8;
                Style::new()
                    .bg(self.rgb(shade(hue[0]), shade(hue[1]), shade(hue[2])))
                    .fg(self.rgb(255, 255, 255))
            }
        }
    }
}

/// Without colours: a letter for the points of each class.
const LETTERS: [char; 10] = ['o', 'x', '+', '*', '#', '@', '%', '&', '$', '?'];

/// The letter of a class, for terminals without colours.
pub fn class_letter(class: u8) -> char {
    LETTERS[usize::from(class) % LETTERS.len()]
}

impl Theme {
    /// The colour of a class in 24 bits.
    pub fn class_rgb(&self, class: u8) -> [u8; 3] {
        self.colours.class(class).0
    }

    /// Gives a finished frame the theme's own ground and text colour, where it has them and the terminal shows them.
    pub fn lay_ground(&self, frame: &mut Buffer) {
        let Some(colours) = self.colours.ground().filter(|_| self.depth != Depth::Monochrome) else { return };
        let [ground, text] = colours.map(|[r, g, b]| self.rgb(r, g, b));
        for cell in &mut frame.content {
            if cell.bg == Color::Reset {
                cell.bg = ground;
            }
            if cell.fg == Color::Reset {
                cell.fg = text;
            }
        }
    }

    /// Points and curves of a class.
    pub fn class(&self, class: u8) -> Style {
        let ([r, g, b], ansi) = self.colours.class(class);
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

/// The 16 of ANSI, in the order of their numbers, as xterm shows them.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
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

/// One of the 16 in 24 bits, as xterm shows it; `None` for what is none of them.
pub(super) fn sixteen_rgb(color: Color) -> Option<[u8; 3]> {
    SIXTEEN.iter().find(|(named, _)| *named == color).map(|(_, rgb)| *rgb)
}

/// A colour of xterm's table of 256 in 24 bits.
pub(super) fn indexed_rgb(place: u8) -> [u8; 3] {
    match place {
        0..16 => SIXTEEN[usize::from(place)].1,
        16..232 => {
            [(place - 16) / 36, (place - 16) / 6 % 6, (place - 16) % 6].map(|step| CUBE[usize::from(step)])
        }
        232.. => [8 + 10 * (place - 232); 3],
    }
}

fn nearest_sixteen(r: u8, g: u8, b: u8) -> Color {
    let distance =
        |c: [u8; 3]| -> u32 { c.iter().zip([r, g, b]).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    let nearest = SIXTEEN.iter().min_by_key(|(_, c)| distance(*c));
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
        let theme = Theme::new(Depth::Monochrome, true);
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
        for place in [16, 59, 196, 231, 232, 244, 255] {
            let [r, g, b] = indexed_rgb(place);
            assert_eq!(indexed_rgb(nearest_indexed(r, g, b)), [r, g, b], "{place}");
        }
    }
}
