//! What the dashboard remembers from one time to the next.

use serde::{Deserialize, Serialize};

use super::charts::KeptLayouts;
use super::runs::SortBy;
use super::tour::Tour;
use super::{Layouts, State};
use crate::tui::theme::Colours;

/// What is kept, as it is written down. What is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// How charts are laid out.
    pub charts: KeptLayouts,
    /// The name of the preset that was chosen last.
    pub preset: Option<String>,
    /// How runs are sorted.
    pub sort: Option<SortBy>,
    /// Whether runs are shown with the settings in which they differ.
    pub shows_settings: Option<bool>,
    /// The colours, where they were changed in the dashboard.
    pub colours: Option<Colours>,
    /// Whether the tour was taken or skipped.
    pub knows_the_tour: bool,
}

impl Kept {
    /// Reads what was kept.
    ///
    /// # Errors
    /// With the line and column of what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        ron::from_str(text).map_err(|error| error.to_string())
    }

    /// As it is kept.
    ///
    /// # Errors
    /// When something cannot be written down, which nothing in it is known to be.
    pub fn in_ron(&self) -> Result<String, String> {
        let pretty = ron::ser::PrettyConfig::default();
        ron::ser::to_string_pretty(self, pretty).map_err(|error| error.to_string())
    }

    /// Takes over all that `newer` knows: another dashboard may have kept something else since.
    pub fn update(&mut self, newer: Kept) {
        self.charts.update(newer.charts);
        self.preset = newer.preset.or(self.preset.take());
        self.sort = newer.sort.or(self.sort);
        self.shows_settings = newer.shows_settings.or(self.shows_settings);
        self.colours = newer.colours.or(self.colours);
        self.knows_the_tour |= newer.knows_the_tour;
    }

    /// Makes the screens as they were left.
    pub fn restore(self, state: &mut State) {
        if let Some(layout) = &self.charts.runs {
            state.runs.chart.layout = layout.clone();
        }
        if let Some(layout) = &self.charts.watched {
            state.runs.set_layout_of_watched(layout.clone());
        }
        state.layouts = Layouts::new(self.charts);
        if let Some(name) = &self.preset {
            state.presets.choose(name);
        }
        state.runs.set_sort(self.sort.unwrap_or_default());
        state.runs.shows_settings = self.shows_settings.unwrap_or_default();
        if let Some(colours) = self.colours {
            state.theme.colours = colours;
        }
        state.tour = (!self.knows_the_tour).then(Tour::default);
    }

    /// What is to be kept of a dashboard that is left; `colours` are those with which it began.
    pub fn of(state: &State, colours: Colours) -> Kept {
        Kept {
            charts: state.layouts.changed().clone(),
            preset: state.presets.current().map(|entry| entry.original.name.clone()),
            sort: Some(state.runs.sort_of_own()),
            shows_settings: Some(state.runs.shows_settings),
            colours: (state.theme.colours != colours).then_some(state.theme.colours),
            knows_the_tour: state.tour.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::message::Effect;
    use crate::tui::tests::builders::{dashboard, press};
    use crossterm::event::KeyCode;

    #[test]
    fn screens_come_back_as_they_were_left() {
        let mut state = dashboard(100, 30);
        state.presets.choose("mnist-mlp");
        press(&mut state, KeyCode::Char('5'));
        press(&mut state, KeyCode::Char('s'));
        press(&mut state, KeyCode::Char('H'));
        let began = state.theme.colours;
        state.theme.colours = Colours::Light;
        let text = Kept::of(&state, began).in_ron().unwrap();
        let mut next = dashboard(100, 30);
        Kept::parse(&text).unwrap().restore(&mut next);
        assert_eq!(next.presets.current().map(|entry| entry.draft.name.as_str()), Some("mnist-mlp"));
        assert_eq!((next.runs.sort(), next.runs.shows_settings), (state.runs.sort(), true));
        assert_eq!((next.theme.colours, next.tour), (Colours::Light, None));
        // Left without a change, the colours of `config.ron` count again.
        assert_eq!(Kept::of(&next, Colours::Light).colours, None);
    }

    #[test]
    fn a_tour_that_is_skipped_is_kept_at_once() {
        let mut state = dashboard(100, 30);
        Kept::default().restore(&mut state);
        assert_eq!(press(&mut state, KeyCode::Esc), [Effect::KnowsTheTour]);
        assert!(press(&mut state, KeyCode::Esc).is_empty());
    }

    #[test]
    fn the_first_time_has_a_tour_and_the_next_has_none() {
        let mut state = dashboard(100, 30);
        Kept::default().restore(&mut state);
        assert!(state.tour.is_some());
        let mut kept = Kept::default();
        kept.update(Kept { knows_the_tour: true, ..Kept::default() });
        kept.update(Kept::default());
        kept.restore(&mut state);
        assert_eq!(state.tour, None);
    }
}
