//! Coloured pixels, two per cell, one above the other; letters of different darkness where there are no colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::tui::theme::{Depth, Theme};

/// What a pixel says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// From black (0) to white (1).
    Grey(f32),
    /// Red, green and blue, each from 0 to 1.
    Rgb([f32; 3]),
    /// From little (0) to much (1).
    Heat(f32),
    /// From -1 through 0 to 1.
    Signed(f32),
    /// A class and how sure it is, 0 to 1.
    Class(u8, f32),
}

/// From dark to bright, for terminals without colours.
const RAMP: &[u8] = b" .:-=+*#%@";
/// The same for numbers above zero, and below it.
const POSITIVE: &[u8] = b" .+*#@";
const NEGATIVE: &[u8] = b" .-=~o";
/// The letter that fills the area of each class.
const GROUND: &[u8] = b".:-=~^',_;";

/// Dark blue over green to yellow: as bright as the number is large (matplotlib's viridis).
const HEAT: [[f32; 3]; 5] =
    [[68.0, 1.0, 84.0], [59.0, 82.0, 139.0], [33.0, 145.0, 140.0], [94.0, 201.0, 98.0], [253.0, 231.0, 37.0]];
const NOTHING: [f32; 3] = [18.0, 18.0, 22.0];
const ABOVE: [f32; 3] = [250.0, 152.0, 56.0];
const BELOW: [f32; 3] = [72.0, 158.0, 250.0];

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [u8; 3] {
    std::array::from_fn(|i| (from[i] + (to[i] - from[i]) * share).round().clamp(0.0, 255.0) as u8)
}

fn unit(value: f32) -> f32 {
    if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 }
}

impl Tone {
    /// Its colour in 24 bits.
    pub fn rgb(self, theme: &Theme) -> [u8; 3] {
        match self {
            Tone::Grey(level) => mix([0.0; 3], [255.0; 3], unit(level)),
            Tone::Rgb(levels) => levels.map(|level| (unit(level) * 255.0).round() as u8),
            Tone::Heat(level) => {
                let place = unit(level) * (HEAT.len() - 1) as f32;
                let below = (place as usize).min(HEAT.len() - 2);
                mix(HEAT[below], HEAT[below + 1], place - below as f32)
            }
            Tone::Signed(level) => {
                let share = unit(level.abs()).powf(0.8);
                mix(NOTHING, if level < 0.0 { BELOW } else { ABOVE }, share)
            }
            Tone::Class(class, sureness) => {
                // Dark enough for points to stand out on it.
                let hue = theme.class_rgb(class).map(|part| f32::from(part) * 0.62);
                mix([34.0, 34.0, 38.0], hue, 0.1 + 0.9 * unit(sureness))
            }
        }
    }

    /// The nearest colour that the terminal has. With 16 colours, signs and classes have fixed ones: the nearest would
    /// all be grey.
    fn color(self, theme: &Theme) -> Color {
        match (theme.depth, self) {
            (Depth::Sixteen, Tone::Signed(level)) => match level {
                0.55.. => Color::LightYellow,
                0.15.. => Color::Yellow,
                ..=-0.55 => Color::LightBlue,
                ..=-0.15 => Color::Blue,
                _ => Color::Black,
            },
            (Depth::Sixteen, Tone::Class(_, sureness)) if sureness < 0.15 => Color::Black,
            (Depth::Sixteen, Tone::Class(class, _)) => {
                const GROUNDS: [Color; 7] = [
                    Color::Blue,
                    Color::Yellow,
                    Color::Green,
                    Color::Red,
                    Color::Magenta,
                    Color::Cyan,
                    Color::DarkGray,
                ];
                GROUNDS[usize::from(class) % GROUNDS.len()]
            }
            _ => {
                let [r, g, b] = self.rgb(theme);
                theme.rgb(r, g, b)
            }
        }
    }

    /// How dark the letter should be.
    fn ink(self) -> f32 {
        match self {
            Tone::Grey(level) | Tone::Heat(level) | Tone::Class(_, level) => unit(level),
            Tone::Rgb([r, g, b]) => 0.299 * unit(r) + 0.587 * unit(g) + 0.114 * unit(b),
            Tone::Signed(level) => {
                if level.is_finite() {
                    level.clamp(-1.0, 1.0)
                } else {
                    0.0
                }
            }
        }
    }

    /// The letter for a cell of two pixels.
    fn letter(upper: Option<Tone>, lower: Option<Tone>) -> char {
        let Some(first) = upper.or(lower) else { return ' ' };
        let (above, below) = (upper.map_or(0.0, Tone::ink), lower.map_or(0.0, Tone::ink));
        // Opposite signs would cancel out: the stronger one counts.
        let mean = match first {
            Tone::Signed(_) if above.abs() >= below.abs() => above,
            Tone::Signed(_) => below,
            _ => (above + below) / 2.0,
        };
        let of = |ramp: &[u8], level: f32| {
            char::from(ramp[(level * (ramp.len() - 1) as f32).round() as usize % ramp.len()])
        };
        match first {
            Tone::Signed(_) => of(if mean < 0.0 { NEGATIVE } else { POSITIVE }, mean.abs()),
            Tone::Class(_, sureness) if sureness < 0.15 => ' ',
            Tone::Class(class, _) => char::from(GROUND[usize::from(class) % GROUND.len()]),
            _ => of(RAMP, mean),
        }
    }
}

/// Draws the pixels of `area`, which is `area.width` wide and `2 * area.height` high: `tone` gives the tone at a column
/// and a row; `None` leaves the terminal's own background.
pub fn draw(theme: &Theme, area: Rect, buffer: &mut Buffer, tone: impl Fn(usize, usize) -> Option<Tone>) {
    for position in area.intersection(buffer.area).positions() {
        let x = usize::from(position.x - area.x);
        let y = 2 * usize::from(position.y - area.y);
        let (upper, lower) = (tone(x, y), tone(x, y + 1));
        if upper.is_none() && lower.is_none() {
            continue;
        }
        let cell = &mut buffer[position];
        if theme.depth == Depth::Monochrome {
            cell.set_char(Tone::letter(upper, lower));
            continue;
        }
        let color = |tone: Option<Tone>| tone.map_or(Color::Reset, |tone| tone.color(theme));
        match upper {
            Some(_) => cell.set_symbol("▀").set_fg(color(upper)).set_bg(color(lower)),
            None => cell.set_symbol("▄").set_fg(color(lower)).set_bg(Color::Reset),
        };
    }
}

/// The numbers of `0..len` that share place `at` of `places`, or the one that is repeated there.
pub fn span(at: usize, places: usize, len: usize) -> std::ops::Range<usize> {
    let (places, len) = (places.max(1), len.max(1));
    let from = (at * len / places).min(len - 1);
    from..((at + 1) * len).div_ceil(places).clamp(from + 1, len).min(if places >= len {
        from + 1
    } else {
        len
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_colours_and_letters_of_their_own() {
        let theme = Theme::new(Depth::True, true);
        let [red, _, blue] = Tone::Signed(1.0).rgb(&theme);
        assert!(red > 200 && blue < 100);
        let [red, _, blue] = Tone::Signed(-1.0).rgb(&theme);
        assert!(red < 100 && blue > 200);
        let letter = |tone| Tone::letter(Some(tone), Some(tone));
        assert_eq!((letter(Tone::Signed(1.0)), letter(Tone::Signed(-1.0))), ('@', 'o'));
        assert_eq!((letter(Tone::Signed(0.0)), letter(Tone::Grey(1.0))), (' ', '@'));
        assert_ne!(letter(Tone::Class(0, 1.0)), letter(Tone::Class(1, 1.0)));
    }

    #[test]
    fn numbers_that_are_none_are_drawn_as_nothing() {
        for tone in [Tone::Grey(f32::NAN), Tone::Heat(f32::INFINITY), Tone::Signed(f32::NAN)] {
            tone.rgb(&Theme::new(Depth::True, true));
            assert_eq!(Tone::letter(Some(tone), None), ' ', "{tone:?}");
        }
    }

    #[test]
    fn every_number_falls_into_a_place() {
        for (places, len) in [(3, 7), (7, 3), (5, 5), (1, 9), (9, 1)] {
            let mut seen = vec![false; len];
            for at in 0..places {
                let span = span(at, places, len);
                assert!(!span.is_empty() && span.end <= len, "{at} of {places}: {span:?}");
                span.for_each(|i| seen[i] = true);
            }
            assert!(seen.into_iter().all(|x| x), "{places} {len}");
        }
    }
}
