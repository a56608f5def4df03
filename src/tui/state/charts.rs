//! How charts are drawn, which part of them is looked at, and what of that is kept for the next time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::abscissa::Abscissa;

/// The weights of the past that the smoothing key goes through.
pub const SMOOTHING: [f64; 4] = [0.0, 0.8, 0.95, 0.99];

/// The most panes.
pub const PANES: usize = 9;

/// Which values a vertical axis covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// All, unless a few lie so far out that the rest would be flat.
    #[default]
    Sensible,
    /// All.
    Whole,
    /// All but the largest hundredth.
    Folded,
}

impl Fit {
    /// The one that the key shows next.
    pub fn next(self) -> Self {
        match self {
            Fit::Sensible => Fit::Folded,
            Fit::Folded => Fit::Whole,
            Fit::Whole => Fit::Sensible,
        }
    }

    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Fit::Sensible => "the charts show all values, unless a few would flatten the rest",
            Fit::Whole => "the charts show all values",
            Fit::Folded => "the charts leave out the largest hundredth of the values",
        }
    }
}

/// What is kept of charts for the next training of a preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartLayout {
    /// How many panes there are, 1 to [`PANES`]; `None`: as many as there is room for.
    pub panes: Option<usize>,
    /// Only panes with a scalar that matches this are shown.
    pub filter: String,
    /// What the horizontal axis counts.
    pub along: Abscissa,
    /// Whether the horizontal axis is logarithmic.
    pub log_x: bool,
    /// Whether the vertical axis is logarithmic; that of shares and learning rates never is.
    pub log_y: bool,
    /// Index into [`SMOOTHING`].
    pub smoothing: usize,
    /// Which values the vertical axes cover.
    pub fit: Fit,
    /// The reference lines as they were typed; `None`: those of the preset.
    pub reference: Option<String>,
}

impl Default for ChartLayout {
    fn default() -> Self {
        ChartLayout {
            panes: None,
            filter: String::new(),
            along: Abscissa::default(),
            log_x: false,
            log_y: false,
            smoothing: 2,
            fit: Fit::default(),
            reference: None,
        }
    }
}

impl ChartLayout {
    /// The weight of the past in the curves.
    pub fn smoothing(&self) -> f64 {
        SMOOTHING[self.smoothing % SMOOTHING.len()]
    }
}

/// How the charts of a screen are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartOptions {
    /// What is kept for the next time.
    pub layout: ChartLayout,
    /// The tag of the pane that stands first, where a person has chosen one.
    pub first: Option<String>,
    /// Which pane follows the first one; the number wraps around.
    pub beside: usize,
    /// The part of the horizontal axis that is shown; `None`: all of it.
    pub view: Option<(f64, f64)>,
    /// The place at which the curves are read.
    pub cursor: Option<f64>,
    /// Whether the charts fill the screen and have the arrow keys.
    pub is_open: bool,
    /// The place on the axis that the mouse holds while it drags.
    pub held: Option<f64>,
}

impl ChartOptions {
    /// Options with this layout.
    pub fn new(layout: ChartLayout) -> Self {
        ChartOptions { layout, ..ChartOptions::default() }
    }

    /// Shows the whole axis.
    pub fn show_all(&mut self) {
        (self.view, self.held) = (None, None);
    }

    /// Forgets places on the axis: it counts something else, or other curves are drawn.
    pub fn forget_places(&mut self) {
        self.show_all();
        self.cursor = None;
    }

    /// Shows a part of the axis that is `times` as long, with `at` where it was; all of it, where the part would be longer
    /// than `whole`.
    pub fn zoom(&mut self, at: f64, times: f64, whole: (f64, f64)) {
        let (low, high) = self.view.unwrap_or(whole);
        let part = (at - (at - low) * times, at + (high - at) * times);
        // Below this, neighbouring places of the axis are the same number.
        let least = (whole.0.abs().max(whole.1.abs()) * 1e-12).max(f64::MIN_POSITIVE);
        if part.1 - part.0 > least {
            self.look_at(part, whole);
        }
    }

    /// Moves the part of the axis that is shown, as far as the axis goes.
    pub fn pan(&mut self, by: f64, whole: (f64, f64)) {
        if let Some((low, high)) = self.view {
            self.look_at((low + by, high + by), whole);
        }
    }

    fn look_at(&mut self, (low, high): (f64, f64), whole: (f64, f64)) {
        let length = high - low;
        if !length.is_finite() || length >= whole.1 - whole.0 {
            return self.show_all();
        }
        let low = low.clamp(whole.0, (whole.1 - length).max(whole.0));
        self.view = Some((low, low + length));
    }
}

/// The layouts that are kept, as they are written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptLayouts {
    /// That of marked runs.
    pub runs: Option<ChartLayout>,
    /// That of event files, without a filter: each folder has scalars of its own.
    pub watched: Option<ChartLayout>,
    /// That of each preset, by its name.
    pub presets: BTreeMap<String, ChartLayout>,
}

impl KeptLayouts {
    /// Takes over all that `newer` has: another dashboard may have kept others since.
    pub fn update(&mut self, newer: KeptLayouts) {
        self.runs = newer.runs.or(self.runs.take());
        self.watched = newer.watched.or(self.watched.take());
        self.presets.extend(newer.presets);
    }
}

/// The layouts that were kept last time, and those that have changed since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layouts {
    kept: KeptLayouts,
    changed: KeptLayouts,
}

impl Layouts {
    /// What was kept, with nothing changed.
    pub fn new(kept: KeptLayouts) -> Self {
        Layouts { kept, changed: KeptLayouts::default() }
    }

    /// That of a preset, if one is known.
    pub fn of(&self, preset: &str) -> Option<&ChartLayout> {
        self.changed.presets.get(preset).or_else(|| self.kept.presets.get(preset))
    }

    /// That of marked runs, if one is known.
    pub fn of_runs(&self) -> Option<&ChartLayout> {
        self.changed.runs.as_ref().or(self.kept.runs.as_ref())
    }

    /// Changes that of a preset.
    pub fn set(&mut self, preset: &str, layout: ChartLayout) {
        self.changed.presets.insert(preset.to_owned(), layout);
    }

    /// Changes that of marked runs.
    pub fn set_for_runs(&mut self, layout: ChartLayout) {
        self.changed.runs = Some(layout);
    }

    /// Changes that of event files.
    pub fn set_for_watched(&mut self, layout: ChartLayout) {
        self.changed.watched = Some(ChartLayout { filter: String::new(), ..layout });
    }

    /// Those that are to be kept.
    pub fn changed(&self) -> &KeptLayouts {
        &self.changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: (f64, f64) = (0.0, 1000.0);

    #[test]
    fn zooming_keeps_the_place_under_the_pointer_and_ends_at_the_whole() {
        let mut options = ChartOptions::default();
        options.zoom(250.0, 0.5, WHOLE);
        assert_eq!(options.view, Some((125.0, 625.0)));
        options.pan(-500.0, WHOLE);
        assert_eq!(options.view, Some((0.0, 500.0)));
        options.pan(9000.0, WHOLE);
        assert_eq!(options.view, Some((500.0, 1000.0)));
        options.zoom(600.0, 2.0, WHOLE);
        assert_eq!(options.view, None);
        (0..2000).for_each(|_| options.zoom(0.1, 0.5, WHOLE));
        assert!(options.view.is_some_and(|(low, high)| high > low));
    }

    #[test]
    fn a_layout_that_is_kept_comes_back_and_newer_ones_win() {
        let layout =
            ChartLayout { panes: Some(4), filter: "loss*".into(), log_y: true, ..ChartLayout::default() };
        let mut kept = KeptLayouts::default();
        kept.presets.insert("xor".into(), layout.clone());
        let text = ron::to_string(&kept).unwrap();
        assert_eq!(ron::from_str(&text), Ok(kept.clone()), "{text}");
        assert_eq!(
            ron::from_str::<KeptLayouts>("(presets: {\"a\": ()})").unwrap().presets["a"],
            ChartLayout::default()
        );
        let newer = ChartLayout::default();
        kept.update(KeptLayouts {
            presets: [("xor".to_owned(), newer.clone())].into(),
            ..KeptLayouts::default()
        });
        assert_eq!(kept.presets["xor"], newer);
    }
}
