//! What the reader of event files is to read: what the screen Runs shows of them.

use ratatui::layout::Rect;

use super::chart_places::{columns, grid, of_charts, of_runs, shown_panes};
use super::layout::{inside, is_large_enough, parts};
use super::screens;
use super::state::runs::Item;
use super::state::{Overlay, Screen, State};
use crate::run::watch::{Interest, Kind, RunId, TagId};

/// What is to be read; on other screens than Runs that is what was read before.
pub fn interest(state: &State) -> Interest {
    let watched = &state.runs.watched;
    if state.screen != Screen::Runs || !is_large_enough(state.size) {
        return watched.interest.clone();
    }
    let (mut tags, mut room) = (Vec::new(), watched.interest.room);
    let all = shown_tags(state);
    for (tag, area) in &all {
        tags.push(*tag);
        if watched.tag(*tag).is_some_and(|tag| tag.kind == Kind::Picture) {
            let beside = columns(*area, watched.runs_with(*tag, state.runs.drawn_of_watched()).len());
            let inner = inside(beside.first().copied().unwrap_or_default());
            room = (usize::from(inner.width), 2 * usize::from(inner.height.saturating_sub(1)));
        }
    }
    // Curves can be drawn by epoch only where the run tells of its epochs.
    tags.extend(watched.epoch_tags());
    tags.sort_unstable();
    tags.dedup();
    let is_open = state.overlays.iter().any(|overlay| matches!(overlay, Overlay::Details { .. }));
    let chosen = match state.runs.chosen() {
        Some(Item::Watched(run, _)) => Some(run),
        Some(Item::Own(_)) | None => None,
    };
    Interest {
        shown: state.runs.drawn_of_watched(),
        visible: visible(state),
        tags,
        value: watched.value,
        back: watched.back,
        room,
        details: chosen.filter(|_| is_open),
    }
}

/// The tags of event files that are drawn now, with their places.
pub fn shown_tags(state: &State) -> Vec<(TagId, Rect)> {
    let Some((_, area)) = of_charts(state) else { return Vec::new() };
    let panes = shown_panes(state);
    let places = grid(panes.len(), area);
    let tag = |title: &str| state.runs.watched.find(title, Some(Kind::Scalar));
    panes
        .iter()
        .zip(places)
        .filter_map(|(pane, place)| {
            Some((pane.media.and_then(|media| media.tag()).or_else(|| tag(&pane.title))?, place))
        })
        .collect()
}

/// The runs of event files whose rows are on the screen.
fn visible(state: &State) -> Vec<RunId> {
    if !state.runs.shows_watched() {
        return Vec::new();
    }
    let [_, body, _] = parts(state.size);
    let (first, rows) = screens::runs::rows_in_sight(state, of_runs(state, body)[0]);
    let run = |item| match item {
        Item::Watched(run, _) => Some(run),
        Item::Own(_) => None,
    };
    state.runs.items().skip(first).take(rows).filter_map(run).collect()
}
