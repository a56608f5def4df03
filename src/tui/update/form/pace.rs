//! Has the time of an epoch measured while the form is looked at.

use crate::tui::message::{Effect, Message};
use crate::tui::state::form::pace::{Act, Cause};
use crate::tui::state::presets::Entry;
use crate::tui::state::{Overlay, Screen, State};
use crate::worker::Trial;

/// What a message is to a measurement.
pub fn cause(message: &Message) -> Cause {
    match message {
        Message::Key(_) | Message::Mouse(_) | Message::DoubleClick(_) | Message::Paste(_) => Cause::Person,
        Message::Tick => Cause::Tick,
        _ => Cause::Other,
    }
}

/// Begins or gives up a measurement: only of the draft in front, and never while something is trained.
pub fn attend(state: &mut State, cause: Cause) -> Vec<Effect> {
    let tries_rates = state.overlays.iter().any(|overlay| matches!(overlay, Overlay::Rates(_)));
    let is_looked_at = state.screen == Screen::Hyper && !state.is_busy() && !tries_rates;
    let entry = state.presets.current().filter(|entry| is_looked_at && entry.experiment().is_ok());
    match state.form.pace.attend(entry.map(Entry::source), cause) {
        Act::Nothing => Vec::new(),
        Act::Stop => vec![Effect::StopMeasuring],
        Act::Start(number) => {
            let experiment = entry.and_then(|entry| entry.experiment().ok()).cloned();
            let measure =
                |experiment| Effect::Measure { number, trial: Trial::Pace, experiment: Box::new(experiment) };
            experiment.map(measure).into_iter().collect()
        }
    }
}
