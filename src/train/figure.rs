//! Figures: what a training has to show beside its curves, as data that any screen can draw.
//!
//! A procedure lists its figures and works one out when it is asked; the dashboard knows only the kinds of
//! [`Body`]. So a new figure needs no new screen, and a new way of drawing serves every figure.

use serde::{Deserialize, Serialize};

/// A figure that can be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureInfo {
    /// Its name, as asked for: `first-layer`.
    pub name: String,
    /// On the screen.
    pub title: String,
    /// What a person can turn.
    pub knobs: Vec<Knob>,
}

/// Something about a figure that a person can turn; the values come back in [`Controls`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Knob {
    /// Which sample: [`Controls::position`], counted round.
    Sample,
    /// Which of `count` things (a layer, a neuron): [`Controls::item`].
    Item {
        /// What is chosen: `layer`.
        label: String,
        /// How many there are.
        count: usize,
    },
    /// A point of a plane: [`Controls::x`] and [`Controls::y`].
    Plane {
        /// What it is: `latent point`.
        label: String,
        /// One key press.
        step: f64,
    },
    /// A number: [`Controls::level`].
    Level {
        /// What it is: `threshold`, `temperature`.
        label: String,
        /// The smallest.
        from: f64,
        /// The largest.
        to: f64,
        /// Where it starts.
        start: f64,
        /// One key press.
        step: f64,
    },
    /// A line that is typed: [`Controls::text`].
    Text {
        /// What it is: `prompt`.
        label: String,
        /// What it starts as.
        start: String,
    },
}

/// How a figure's knobs stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Controls {
    /// Which sample.
    pub position: i64,
    /// Which thing.
    pub item: usize,
    /// A point of a plane.
    pub x: f64,
    /// Its other coordinate.
    pub y: f64,
    /// A number.
    pub level: f64,
    /// A line.
    pub text: String,
}

impl Controls {
    /// How the knobs of a figure stand at first.
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

/// A figure, worked out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The name it was asked by.
    pub name: String,
    /// How the knobs stood.
    pub at: Controls,
    /// The step of the model it shows.
    pub step: u64,
    /// What it says in words: a line each.
    pub notes: Vec<String>,
    /// Its parts, most important first; a small screen shows the first ones.
    pub panels: Vec<Panel>,
}

/// A part of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Above it.
    pub title: String,
    /// What it shows.
    pub body: Body,
}

/// What a panel shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Images of one size, side by side.
    Images {
        /// Height, width and channels (1 or 3) of one.
        shape: [usize; 3],
        /// All of them, one after the other, channels last, from `range.0` (dark) to `range.1` (bright).
        pixels: Vec<f32>,
        /// The numbers that are drawn darkest and brightest. Around zero (`-a, a`): colours by sign.
        range: (f32, f32),
        /// A word under each; empty for none.
        captions: Vec<String>,
        /// How many side by side look best; 0: as many as fit.
        columns: usize,
    },
    /// A matrix as colours.
    Heatmap {
        /// Rows, row by row.
        values: Vec<f32>,
        /// Numbers in a row.
        columns: usize,
        /// The numbers that are drawn darkest and brightest. Around zero: colours by sign.
        range: (f32, f32),
        /// A word beside each row; empty for none.
        rows_named: Vec<String>,
        /// A word above each column; empty for none.
        columns_named: Vec<String>,
    },
    /// A plane coloured by what the model says at each place, with samples on it.
    Surface {
        /// From where to where the plane goes.
        x: (f64, f64),
        /// The same upwards.
        y: (f64, f64),
        /// The class at each place, row by row from the top.
        classes: Vec<u8>,
        /// How sure, 0 to 1, of each place.
        sureness: Vec<f32>,
        /// Places in a row.
        columns: usize,
        /// Samples.
        points: Vec<Point>,
    },
    /// Points in a plane.
    Scatter {
        /// Under the x axis.
        x_label: String,
        /// Beside the y axis.
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
        /// Under the x axis.
        x_label: String,
        /// Beside the y axis.
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
        /// The number of a full bar.
        full: f64,
    },
    /// Words.
    Text(String),
    /// Rows of words.
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
    /// Rightwards.
    pub x: f32,
    /// Upwards.
    pub y: f32,
    /// Its class.
    pub class: u8,
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// In the legend.
    pub name: String,
    /// Its course.
    pub points: Vec<(f64, f64)>,
}
