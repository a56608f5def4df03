//! Looking at samples.

use crate::tui::message::Effect;
use crate::tui::state::inspect::View;
use crate::tui::state::{Inspect, State};
use crate::worker::{Command, Filter};

/// Asks the worker for what the view shows. One question is on its way at a time, so that keys held down do not
/// queue up behind a training step; the newest wish is asked when the answer is in.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    if state.training.is_none() {
        return Vec::new();
    }
    if state.inspect.pending > 0 {
        state.inspect.again = true;
        return Vec::new();
    }
    state.inspect.again = false;
    state.inspect.pending = 1;
    state.inspect.asked_at =
        state.training.as_ref().and_then(|training| training.last).map_or(0.0, |report| report.seconds);
    vec![Effect::Send(Command::Inspect(state.inspect.question()))]
}

/// The same view on another model: its answers are yet to come.
pub(super) fn anew(old: &Inspect) -> Inspect {
    Inspect { view: old.view, filter: old.filter, position: old.position, ..Inspect::default() }
}

/// The next sample.
pub fn next(state: &mut State) -> Vec<Effect> {
    move_by(state, 1)
}

/// The previous sample.
pub fn previous(state: &mut State) -> Vec<Effect> {
    move_by(state, -1)
}

/// So many samples on.
pub(super) fn move_by(state: &mut State, samples: i64) -> Vec<Effect> {
    state.inspect.view = View::Sample;
    state.inspect.position = state.inspect.position.saturating_add(samples);
    ask(state)
}

/// To this position.
pub(super) fn move_to(state: &mut State, position: i64) -> Vec<Effect> {
    state.inspect.view = View::Sample;
    state.inspect.position = position;
    ask(state)
}

/// All samples, or the wrong ones only.
pub fn toggle_wrong(state: &mut State) -> Vec<Effect> {
    state.inspect.view = View::Sample;
    state.inspect.filter = match state.inspect.filter {
        Filter::All => Filter::Wrong,
        Filter::Wrong => Filter::All,
    };
    state.inspect.position = 0;
    state.inspect.nothing = None;
    ask(state)
}

/// Samples, or the confusion matrix.
pub fn toggle_confusion(state: &mut State) -> Vec<Effect> {
    state.inspect.view = match state.inspect.view {
        View::Sample => View::Confusion,
        View::Confusion => View::Sample,
    };
    ask(state)
}

/// Asks again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    ask(state)
}
