//! Figures: what a training can show beside its curves, as data that any screen can draw.
//!
//! A procedure lists its figures and computes one on request; the dashboard knows only the kinds of [`Body`]. So a
//! new figure needs no new screen, and a new way of drawing serves every figure.

use serde::{Deserialize, Serialize};

/// A figure that can be requested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureInfo {
    /// Its name, as used in requests: `first-layer`.
    pub name: String,
    /// Its title on the screen.
    pub title: String,
    /// The knobs that a person can turn.
    pub knobs: Vec<Knob>,
}

/// A setting of a figure that a person can change; the values are in [`Controls`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Knob {
    /// Which sample: [`Controls::position`], modulo the number of samples.
    Sample,
    /// Which of `count` things (a layer, a neuron): [`Controls::item`].
    Item {
        /// What the item is: `layer`.
        label: String,
        /// The number of items.
        count: usize,
        /// What each item is called; empty where they only have numbers.
        #[serde(default)]
        names: Vec<String>,
    },
    /// A point of a plane: [`Controls::x`] and [`Controls::y`].
    Plane {
        /// What the point is: `latent point`.
        label: String,
        /// How far one key press moves.
        step: f64,
    },
    /// A number: [`Controls::level`].
    Level {
        /// What the number is: `threshold`, `temperature`.
        label: String,
        /// The smallest value.
        from: f64,
        /// The largest value.
        to: f64,
        /// The value at first.
        start: f64,
        /// How far one key press moves.
        step: f64,
    },
    /// A line that is typed: [`Controls::text`].
    Text {
        /// What the line is: `prompt`.
        label: String,
        /// The text at first.
        start: String,
    },
}

/// The values of a figure's knobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Controls {
    /// The value of [`Knob::Sample`].
    pub position: i64,
    /// The value of [`Knob::Item`].
    pub item: usize,
    /// The first coordinate of [`Knob::Plane`].
    pub x: f64,
    /// The second coordinate of [`Knob::Plane`].
    pub y: f64,
    /// The value of [`Knob::Level`].
    pub level: f64,
    /// The value of [`Knob::Text`].
    pub text: String,
}

impl Controls {
    /// The values of a figure's knobs at first.
    pub fn start(knobs: &[Knob]) -> Self {
        let mut controls = Controls::default();
        for knob in knobs {
            match knob {
                Knob::Level { start, .. } => controls.level = *start,
                Knob::Text { start, .. } => controls.text.clone_from(start),
                Knob::Sample | Knob::Item { .. } | Knob::Plane { .. } => {}
            }
        }
        controls
    }
}

/// A computed figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The name by which it was requested.
    pub name: String,
    /// The values of the knobs.
    pub at: Controls,
    /// The step of the model it shows.
    pub step: u64,
    /// Notes in words, one line each.
    pub notes: Vec<String>,
    /// Its parts, most important first; a small screen shows the first ones.
    pub panels: Vec<Panel>,
}

/// A part of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// The title above it.
    pub title: String,
    /// Its content.
    pub body: Body,
}

/// The content of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Images of one size, side by side.
    Images {
        /// Height, width and channels (1 or 3) of one image.
        shape: [usize; 3],
        /// The pixels of all images, one after the other, channels last, from `range.0` (dark) to `range.1` (bright).
        pixels: Vec<f32>,
        /// The numbers that are drawn darkest and brightest. Around zero (`-a, a`): colours by sign.
        range: (f32, f32),
        /// A caption under each image; empty for none.
        captions: Vec<String>,
        /// The best number of images side by side; 0: as many as fit.
        columns: usize,
    },
    /// A matrix as colours.
    Heatmap {
        /// The values, row by row.
        values: Vec<f32>,
        /// Numbers in a row.
        columns: usize,
        /// The numbers that are drawn darkest and brightest. Around zero: colours by sign.
        range: (f32, f32),
        /// A label beside each row; empty for none.
        rows_named: Vec<String>,
        /// A label above each column; empty for none.
        columns_named: Vec<String>,
    },
    /// A plane coloured by the model's prediction at each place, with samples on it.
    Surface {
        /// The range of the x axis.
        x: (f64, f64),
        /// The range of the y axis.
        y: (f64, f64),
        /// The class at each place, row by row from the top.
        classes: Vec<u8>,
        /// How certain the prediction at each place is, 0 to 1.
        sureness: Vec<f32>,
        /// Places in a row.
        columns: usize,
        /// The samples.
        points: Vec<Point>,
    },
    /// Points in a plane.
    Scatter {
        /// The label under the x axis.
        x_label: String,
        /// The label beside the y axis.
        y_label: String,
        /// The points.
        points: Vec<Point>,
        /// The classes' names; empty when points have none.
        classes: Vec<String>,
        /// Whether a line y = x is drawn.
        diagonal: bool,
    },
    /// Curves over a common axis.
    Lines {
        /// The label under the x axis.
        x_label: String,
        /// The label beside the y axis.
        y_label: String,
        /// The curves.
        lines: Vec<Line>,
        /// A point to mark.
        mark: Option<(f64, f64)>,
    },
    /// Named numbers as bars.
    Bars {
        /// Names and numbers.
        bars: Vec<(String, f64)>,
        /// The number that fills a bar.
        full: f64,
        /// Whether the numbers are shares of one, which are written as percentages.
        #[serde(default)]
        are_shares: bool,
    },
    /// A text.
    Text(String),
    /// A table of texts.
    Table {
        /// Column titles.
        header: Vec<String>,
        /// Cells.
        rows: Vec<Vec<String>>,
    },
}

/// A point of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its x coordinate, to the right.
    pub x: f32,
    /// Its y coordinate, upwards.
    pub y: f32,
    /// Its class.
    pub class: u8,
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// The most images of units that a figure shows at a time.
const UNITS: usize = 64;

/// A knob that chooses which units are shown of a layer that has so many; `None` where all are shown at once.
pub fn unit_knob(units: usize) -> Option<Knob> {
    (units > UNITS).then(|| Knob::Level {
        label: "from unit".into(),
        from: 1.0,
        to: ((units - 1) / UNITS * UNITS + 1) as f64,
        start: 1.0,
        step: UNITS as f64,
    })
}

/// The units, counted from 0, that are shown of so many.
pub fn shown_units(at: &Controls, units: usize) -> std::ops::Range<usize> {
    // A layer may have fewer than the one that the knob was turned for.
    let page = (at.level.max(1.0) as usize - 1) / UNITS;
    let first = page.min(units.saturating_sub(1) / UNITS) * UNITS;
    first..(first + UNITS).min(units)
}

/// These units in words: `units 65 to 128 of 500`, or where they are all, `32 units`.
pub fn units_in_words(name: &str, shown: &std::ops::Range<usize>, units: usize) -> String {
    match shown.len() {
        all if all == units => format!("{units} {name}"),
        _ => format!("{name} {} to {} of {units}", shown.start + 1, shown.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_units_are_reached_by_the_knob() {
        assert_eq!(unit_knob(64), None);
        let Some(Knob::Level { from, to, step, .. }) = unit_knob(500) else { panic!("500 are too many") };
        let mut seen = Vec::new();
        let mut level = from;
        while level <= to {
            // What the dashboard makes of it may differ in the last digits.
            seen.extend(shown_units(&Controls { level: level + 0.024, ..Controls::default() }, 500));
            level += step;
        }
        assert_eq!(seen, Vec::from_iter(0..500));
        assert_eq!(shown_units(&Controls::default(), 500), 0..64, "before it is turned");
        assert_eq!(
            shown_units(&Controls { level: to, ..Controls::default() }, 100),
            64..100,
            "a smaller layer"
        );
        assert_eq!(units_in_words("units", &(64..128), 500), "units 65 to 128 of 500");
        assert_eq!(units_in_words("maps", &(0..32), 32), "32 maps");
    }
}
