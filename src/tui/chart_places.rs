//! Where charts stand on Train and on Runs, and how many there are.

use std::collections::HashSet;

use ratatui::layout::{Constraint, Layout, Rect};

use super::layout::parts;
use super::state::charts::{ChartOptions, PANES};
use super::state::matching::Pattern;
use super::state::panes::{Media, Pane, matching, shown};
use super::state::{Screen, State};
use crate::preset::ReferenceLine;
use crate::run::watch::{Kind, Tag};

/// Columns and rows below which another pane says little.
const LEAST: (u16, u16) = (40, 11);

/// The least width of what one run has of a tag, where several stand side by side.
const BESIDE: u16 = 26;

/// The most panes that are shown unasked beside other things.
const UNASKED: usize = 4;

/// The parts of Train: charts, progress and epochs, log.
pub fn of_train(body: Rect) -> [Rect; 3] {
    let log = (body.height / 7).clamp(3, 8);
    let progress = if body.height >= 30 { 9 } else { 7 };
    Layout::vertical([Constraint::Min(6), Constraint::Length(progress), Constraint::Length(log)]).areas(body)
}

/// The parts of Runs: the list, and what is said about the chosen run or drawn of those that are marked.
pub fn of_runs(state: &State, body: Rect) -> [Rect; 2] {
    // Curves need more room than words.
    let below = match (state.runs.drawn().is_empty(), state.runs.chart.is_open) {
        (true, _) => (body.height / 3).clamp(7, 11),
        (false, false) => body.height / 2,
        (false, true) => body.height.saturating_sub((body.height / 5).clamp(5, 10)),
    };
    Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(body)
}

/// The options of the charts on the screen in front, and the place that all of them take; `None` where there are none.
pub fn of_charts(state: &State) -> Option<(&ChartOptions, Rect)> {
    let [_, body, _] = parts(state.size);
    match state.screen {
        Screen::Train => Some((&state.chart, if state.chart.is_open { body } else { of_train(body)[0] })),
        Screen::Runs => {
            (!state.runs.drawn().is_empty()).then(|| (&state.runs.chart, of_runs(state, body)[1]))
        }
        Screen::Presets | Screen::Inspect | Screen::Hyper | Screen::Search | Screen::Queue => None,
    }
}

/// All panes of the screen in front.
pub fn panes(state: &State) -> Vec<Pane<'_>> {
    match state.screen {
        Screen::Train => state.training.as_ref().map(|training| training.panes()).unwrap_or_default(),
        Screen::Runs => state.runs.panes(),
        Screen::Presets | Screen::Inspect | Screen::Hyper | Screen::Search | Screen::Queue => Vec::new(),
    }
}

/// What can be drawn on the screen in front and is called like this: the word for its kind, and its name.
pub fn tags_like(state: &State, typed: &str) -> Vec<(&'static str, String)> {
    let pattern = Pattern::new(typed);
    let word = |kind: Option<Kind>| match kind {
        Some(Kind::Scalar) | None => "scalar",
        Some(Kind::Histogram) => "distribution",
        Some(Kind::Picture) => "picture",
        Some(Kind::Text) => "text",
    };
    let watched = &state.runs.watched;
    let panes = panes(state);
    let kind = |pane: &Pane| match pane.media {
        Some(Media::Own(_)) => word(Some(Kind::Histogram)),
        Some(Media::Tag(tag)) => word(watched.tag(tag).map(|tag| tag.kind)),
        None => word(None),
    };
    let of_panes: Vec<(&str, String)> =
        panes.iter().map(|pane| (kind(pane), pane.title.to_string())).collect();
    // What only other runs have can stand in the list of runs, and be drawn once such a run is chosen.
    let mut others: Vec<&Tag> = Vec::new();
    if state.screen == Screen::Runs && state.runs.shows_watched() {
        let known: HashSet<&str> = panes.iter().map(|pane| &*pane.title).collect();
        others = watched.view.tags.iter().filter(|tag| !known.contains(&*tag.name)).collect();
        others.sort_unstable_by_key(|tag| (tag.kind, &tag.name));
    }
    let others = others.into_iter().map(|tag| (word(Some(tag.kind)), tag.name.to_string()));
    let all = of_panes.into_iter().chain(others);
    all.filter(|(kind, title)| pattern.matches(&format!("{kind} {title}"))).collect()
}

/// The panes that are shown on the screen in front.
pub fn shown_panes(state: &State) -> Vec<Pane<'_>> {
    let Some((options, area)) = of_charts(state) else { return Vec::new() };
    let all = panes(state);
    let mut room = room(options, area);
    // Pictures and the like of several runs stand side by side: what a person has put first is to have room for all of them.
    let is_first = |pane: &Pane| options.first.as_ref().is_some_and(|first| pane.shows(first));
    if let Some(tag) = all.iter().find(|pane| is_first(pane)).and_then(|pane| pane.media?.tag()) {
        let runs = state.runs.watched.runs_with(tag, state.runs.drawn_of_watched());
        room = (room / runs.len().max(1)).max(1);
    }
    shown(all, options, room)
}

/// The reference lines of the charts in front: those that were typed, or else those of the preset.
pub fn references(state: &State) -> Vec<ReferenceLine> {
    let Some((options, _)) = of_charts(state) else { return Vec::new() };
    let of_preset = state.training.as_ref().filter(|_| state.screen == Screen::Train);
    let text = match (&options.layout.reference, of_preset) {
        (Some(typed), _) => typed.as_str(),
        (None, Some(training)) => &training.info.preset.view.reference,
        (None, None) => "",
    };
    // A text that is kept, or of another process, may be any.
    ReferenceLine::read(text).unwrap_or_default()
}

/// How many panes there is room for.
pub fn room(options: &ChartOptions, area: Rect) -> usize {
    let across = usize::from(area.width / LEAST.0).clamp(1, 3);
    let down = usize::from(area.height / LEAST.1).clamp(1, 3);
    (across * down).min(if options.is_open { PANES } else { UNASKED })
}

/// How many panes there are on the screen in front, and how many of them are shown.
pub fn counts(state: &State) -> (usize, usize) {
    let Some((options, _)) = of_charts(state) else { return (0, 0) };
    let matching = matching(panes(state), &options.layout.filter).len();
    (matching, shown_panes(state).len())
}

/// The places of so many panes, in the grid that gives the most room to the tightest one; those of a last row with fewer
/// panes are wider.
pub fn grid(count: usize, area: Rect) -> Vec<Rect> {
    let roominess = |columns: &usize| {
        let rows = count.div_ceil(*columns);
        let across = f64::from(area.width) / *columns as f64 / f64::from(LEAST.0);
        across.min(f64::from(area.height) / rows as f64 / f64::from(LEAST.1))
    };
    let columns = (1..=count).max_by(|a, b| roominess(a).total_cmp(&roominess(b))).unwrap_or(1);
    let rows = Layout::vertical(vec![Constraint::Fill(1); count.div_ceil(columns)]).split(area);
    let places = rows.iter().enumerate().flat_map(|(row, band)| {
        let beside = columns.min(count - row * columns);
        Layout::horizontal(vec![Constraint::Fill(1); beside]).split(*band).to_vec()
    });
    places.collect()
}

/// The places of what several runs have of a tag, side by side, as many as there is room for.
pub fn columns(area: Rect, runs: usize) -> Vec<Rect> {
    let count = runs.min(usize::from(area.width / BESIDE)).max(1);
    Layout::horizontal(vec![Constraint::Fill(1); count]).split(area).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_fills_its_area_and_gives_panes_the_room_they_need() {
        for area in [Rect::new(0, 0, 80, 12), Rect::new(0, 3, 200, 57), Rect::new(0, 0, 60, 40)] {
            for count in 1..=PANES {
                let places = grid(count, area);
                assert_eq!(places.len(), count);
                assert_eq!(places.iter().map(|place| place.area()).sum::<u32>(), area.area());
            }
        }
        assert!(grid(2, Rect::new(0, 0, 80, 12)).iter().all(|place| place.width == 40));
        assert!(grid(2, Rect::new(0, 0, 60, 40)).iter().all(|place| place.width == 60));
    }
}
