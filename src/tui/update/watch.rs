//! Event files that a folder is watched for.

use crate::run::watch::{Interest, WatchSnapshot};
use crate::tui::message::Effect;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::runs::Item;
use crate::tui::state::{Screen, State};
use crate::tui::{chart_places, watching};

/// Starts the reader, once.
pub fn start(state: &mut State) -> Vec<Effect> {
    let watched = &mut state.runs.watched;
    if std::mem::replace(&mut watched.is_started, true) { Vec::new() } else { vec![Effect::Watch] }
}

/// Takes in what the reader has found.
pub(super) fn on_snapshot(state: &mut State, view: WatchSnapshot) {
    state.runs.take_watched(view);
    let watched = &state.runs.watched;
    let Some(wanted) = watched.wanted_tag.clone() else { return };
    let progress = watched.view.progress;
    if watched.find(&wanted, None).is_some() {
        state.runs.watched.wanted_tag = None;
        state.runs.chart.first = Some(wanted);
        state.runs.follow_value();
    } else if !progress.is_walking && progress.read > 0 && progress.read == watched.rows().len() {
        state.runs.watched.wanted_tag = None;
        state.complain(format!("no event file here has a scalar, picture or text called {wanted}"));
    }
}

/// The reader has ended without being told to.
pub(super) fn on_gone(state: &mut State) {
    state.runs.watched.is_gone = true;
    state.complain(
        "reading event files has ended unexpectedly: what is shown of them does not change any more",
    );
}

/// Asks the reader for what is shown now, when that is something else than before.
pub(super) fn attend(state: &mut State) -> Option<Effect> {
    if !state.runs.watched.is_started {
        return None;
    }
    let now: Interest = watching::interest(state);
    if now == state.runs.watched.interest {
        return None;
    }
    state.runs.watched.interest = now.clone();
    Some(Effect::LookAt(now))
}

/// Opens the list of all that can be drawn.
pub fn choose_tag(state: &mut State) -> Vec<Effect> {
    if !matches!(state.screen, Screen::Train | Screen::Runs) {
        state.screen = Screen::Train;
    }
    if chart_places::tags_like(state, "").is_empty() {
        state.inform("there are no curves, pictures or texts to choose from yet");
    } else {
        state.overlays.push(Overlay::Tags { input: LineInput::default(), selected: 0 });
    }
    Vec::new()
}

/// Puts what was chosen first.
pub(super) fn show_tag(state: &mut State, typed: &str, selected: usize) -> Vec<Effect> {
    let chosen = chart_places::tags_like(state, typed).into_iter().nth(selected).map(|(_, title)| title);
    let Some(title) = chosen else {
        state.complain(format!("nothing is called {typed}"));
        return Vec::new();
    };
    state.runs.watched.back = 0;
    let options = super::charts::options(state);
    options.beside = 0;
    // A filter that hides what was chosen makes way.
    if !options.layout.filter.is_empty() {
        options.layout.filter.clear();
    }
    let is_there = chart_places::panes(state).iter().any(|pane| pane.shows(&title));
    if !is_there {
        state.inform(format!("the chosen run has no {title}: runs that have it show it first"));
    }
    super::charts::options(state).first = Some(title);
    state.runs.follow_value();
    Vec::new()
}

/// Shows an older or newer one of the pictures and texts that are kept; `None` where none is shown.
pub(super) fn look_back(state: &mut State, by: isize) -> Option<Vec<Effect>> {
    if state.screen != Screen::Runs || !state.runs.watched.shows_moments() {
        return None;
    }
    let watched = &mut state.runs.watched;
    let (before, oldest) = (watched.back, watched.oldest_kept());
    watched.back = before.saturating_add_signed(-by).min(oldest);
    if watched.back == before {
        state.inform(if by < 0 { "this is the oldest that is kept" } else { "this is the newest" });
    }
    Some(Vec::new())
}

/// Shows all about the chosen run.
pub fn details(state: &mut State) -> Vec<Effect> {
    match state.runs.chosen() {
        Some(Item::Own(_) | Item::Watched(..)) => state.overlays.push(Overlay::Details { scroll: 0 }),
        None => state.inform("no run is chosen"),
    }
    Vec::new()
}
