//! The colours of each theme, in 24 bits and of the 16 of ANSI.

use ratatui::style::Color;
use serde::{Deserialize, Serialize};

use super::Role;

/// A choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colours {
    /// Mid-tones, at least 2.8:1 against black as well as white.
    #[default]
    Standard,
    /// For a dark ground: at least 4.5:1 against black.
    Dark,
    /// For a light ground: at least 4:1 against white.
    Light,
    /// A black ground of its own, at least 7:1.
    HighContrast,
    /// Blue and orange in place of green and red, after Okabe and Ito, "Color Universal Design" (2008).
    ColourBlind,
}

/// A colour in 24 bits, and the nearest in meaning of the 16.
pub(super) type Hue = ([u8; 3], Color);

impl Colours {
    /// All themes, in the order in which a key goes through them.
    pub const ALL: [Colours; 5] =
        [Colours::Standard, Colours::Dark, Colours::Light, Colours::HighContrast, Colours::ColourBlind];

    /// As it is called in messages and in `config.ron`.
    pub fn name(self) -> &'static str {
        match self {
            Colours::Standard => "standard",
            Colours::Dark => "dark",
            Colours::Light => "light",
            Colours::HighContrast => "high_contrast",
            Colours::ColourBlind => "colour_blind",
        }
    }

    /// The theme after this one.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The colour of a role.
    pub(super) fn hue(self, role: Role) -> Hue {
        use Color::{Blue, DarkGray, Gray, Green, LightBlue, LightCyan, LightGreen, LightRed, LightYellow};
        use Color::{Red, Reset, White, Yellow};
        let pick = |hues: [Hue; 5]| hues[self as usize];
        match role {
            Role::Accent => pick([
                ([74, 139, 214], LightBlue),
                ([97, 175, 239], LightBlue),
                ([0, 95, 175], Blue),
                ([0, 255, 255], LightCyan),
                ([50, 140, 215], LightBlue),
            ]),
            Role::Training => pick([
                ([64, 145, 222], LightBlue),
                ([97, 175, 239], LightBlue),
                ([0, 95, 175], Blue),
                ([90, 200, 255], LightBlue),
                ([0, 120, 190], LightBlue),
            ]),
            Role::Validation => pick([
                ([222, 129, 50], Yellow),
                ([240, 160, 90], LightYellow),
                ([165, 75, 0], Red),
                ([255, 190, 0], LightYellow),
                ([205, 125, 0], Yellow),
            ]),
            Role::Good => pick([
                ([61, 158, 98], Green),
                ([120, 200, 130], LightGreen),
                ([0, 112, 50], Green),
                ([0, 255, 120], LightGreen),
                ([0, 130, 190], LightBlue),
            ]),
            Role::Bad => pick([
                ([216, 88, 82], Red),
                ([240, 113, 120], LightRed),
                ([185, 25, 25], Red),
                ([255, 130, 130], LightRed),
                ([178, 45, 0], Red),
            ]),
            Role::Warning => pick([
                ([190, 140, 30], Yellow),
                ([229, 192, 83], LightYellow),
                ([125, 90, 0], Yellow),
                ([255, 255, 0], LightYellow),
                ([180, 138, 0], Yellow),
            ]),
            Role::Muted => pick([
                ([128, 134, 146], Reset),
                ([150, 156, 168], Reset),
                ([90, 95, 105], Reset),
                ([220, 220, 220], White),
                ([128, 134, 146], Reset),
            ]),
            Role::Faint => pick([
                ([118, 124, 136], DarkGray),
                ([118, 124, 136], DarkGray),
                ([118, 124, 136], DarkGray),
                ([170, 170, 170], Gray),
                ([118, 124, 136], DarkGray),
            ]),
            Role::Curve(number) => self.class(number),
        }
    }

    /// The colour of a class, or of a curve that has no role of its own.
    pub(super) fn class(self, class: u8) -> Hue {
        let hues = match self {
            Colours::Standard | Colours::Dark | Colours::Light | Colours::HighContrast => &CLASSES,
            Colours::ColourBlind => &UNIVERSAL,
        };
        hues[usize::from(class) % hues.len()]
    }

    /// The row, tab or button that is chosen: its ground and its text.
    pub(super) fn chosen(self) -> [[u8; 3]; 2] {
        match self {
            Colours::Standard | Colours::Dark | Colours::ColourBlind => [[44, 100, 170], [255, 255, 255]],
            Colours::Light => [[0, 95, 175], [255, 255, 255]],
            Colours::HighContrast => [[255, 255, 0], [0, 0, 0]],
        }
    }

    /// The full shade behind white digits in a heat table of right or wrong answers.
    pub(super) fn heat(self, is_bad: bool) -> [f64; 3] {
        match (self, is_bad) {
            (Colours::ColourBlind, false) => [0.0, 98.0, 160.0],
            (Colours::ColourBlind, true) => [170.0, 70.0, 0.0],
            (_, false) => [36.0, 122.0, 72.0],
            (_, true) => [186.0, 58.0, 52.0],
        }
    }

    /// A ground and a text colour of its own, where the terminal's own do not do.
    pub(super) fn ground(self) -> Option<[[u8; 3]; 2]> {
        (self == Colours::HighContrast).then_some([[0, 0, 0], [255, 255, 255]])
    }
}

/// Colours of classes and curves that have no role of their own, told apart as far as ten can be.
const CLASSES: [Hue; 10] = [
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

/// The same after Okabe and Ito, a little darker where theirs are hard to see on white; then by lightness.
const UNIVERSAL: [Hue; 10] = [
    ([0, 114, 178], Color::LightBlue),
    ([213, 94, 0], Color::LightRed),
    ([0, 158, 115], Color::LightGreen),
    ([204, 121, 167], Color::LightMagenta),
    ([214, 146, 0], Color::LightYellow),
    ([86, 180, 233], Color::LightCyan),
    ([176, 168, 30], Color::Yellow),
    ([110, 116, 128], Color::DarkGray),
    ([120, 70, 20], Color::Red),
    ([150, 156, 168], Color::Gray),
];

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 8] = [
        Role::Accent,
        Role::Training,
        Role::Validation,
        Role::Good,
        Role::Bad,
        Role::Warning,
        Role::Muted,
        Role::Faint,
    ];

    /// sRGB to linear light, IEC 61966-2-1.
    fn linear(rgb: [u8; 3]) -> [f64; 3] {
        rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// The contrast ratio of WCAG 2.1.
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let luminance = |rgb| {
            let [r, g, b] = linear(rgb);
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (one, other) = (luminance(one), luminance(other));
        one.max(other) / one.min(other)
    }

    /// The difference of two colours in CIELAB (CIE 1976), each seen through `eye`, a matrix on linear light.
    fn difference(one: [u8; 3], other: [u8; 3], eye: [[f64; 3]; 3]) -> f64 {
        let times = |rows: [[f64; 3]; 3], v: [f64; 3]| rows.map(|r| r[0] * v[0] + r[1] * v[1] + r[2] * v[2]);
        let lab = |rgb| {
            let xyz = times(
                [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]],
                times(eye, linear(rgb)),
            );
            let white = [0.9505, 1.0, 1.089];
            let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
            let [x, y, z] = [0, 1, 2].map(|axis| f((xyz[axis] / white[axis]).max(0.0)));
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        };
        let (one, other) = (lab(one), lab(other));
        one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    /// Protanopia, deuteranopia and tritanopia: Machado, Oliveira and Fernandes (2009), severity 1.
    const EYES: [[[f64; 3]; 3]; 3] = [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    #[test]
    fn every_theme_has_the_contrast_that_it_promises() {
        let (black, white) = ([0; 3], [255; 3]);
        for role in ROLES {
            let hue = |colours: Colours| colours.hue(role).0;
            for colours in [Colours::Standard, Colours::ColourBlind] {
                assert!(
                    contrast(hue(colours), black) >= 2.8 && contrast(hue(colours), white) >= 2.8,
                    "{role:?}"
                );
            }
            assert!(contrast(hue(Colours::Dark), black) >= 4.5, "{role:?}");
            assert!(contrast(hue(Colours::Light), white) >= 4.0, "{role:?}");
            assert!(contrast(hue(Colours::HighContrast), black) >= 7.0, "{role:?}");
        }
        for colours in Colours::ALL {
            let [ground, text] = colours.chosen();
            assert!(contrast(ground, text) >= 4.5, "{colours:?}");
        }
    }

    #[test]
    fn what_means_the_opposite_differs_for_every_eye() {
        let hue = |role| Colours::ColourBlind.hue(role).0;
        for eye in EYES {
            assert!(difference(hue(Role::Good), hue(Role::Bad), eye) > 60.0);
            assert!(difference(hue(Role::Training), hue(Role::Validation), eye) > 60.0);
            assert!(difference(hue(Role::Bad), hue(Role::Warning), eye) > 15.0);
        }
        // The reason for the theme: the standard colours of right and wrong are near each other for some eyes.
        let standard = |role| Colours::Standard.hue(role).0;
        assert!(difference(standard(Role::Good), standard(Role::Bad), EYES[1]) < 20.0);
    }
}
