//! The list of runs: looking at one that is alive, going on with one that is not.

use crate::run::Overview;
use crate::tui::message::Effect;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Subject};
use crate::tui::state::{Next, Screen, State};
use crate::worker::{Command, Order};

use super::training::{self, begin};

/// Asks for the list, unless it is on its way.
pub fn list(state: &mut State) -> Vec<Effect> {
    if std::mem::replace(&mut state.runs.is_awaited, true) { Vec::new() } else { vec![Effect::ListRuns] }
}

/// The same when something has happened to a run and the list is seen.
pub(super) fn list_if_shown(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::Runs { list(state) } else { Vec::new() }
}

/// Looks at the chosen run while it is trained; goes on with it otherwise.
pub fn open(state: &mut State) -> Vec<Effect> {
    match state.runs.current() {
        Some(overview) if overview.is_alive => {
            let (name, folder) = (overview.run.name(), overview.run.path().to_string_lossy().into_owned());
            if state.runs.shown.as_ref() == Some(&name) && state.is_busy() {
                state.screen = Screen::Train;
                return Vec::new();
            }
            state.inform(format!("looking at {name}"));
            state.screen = Screen::Train;
            // What it reports begins with what it has reported before; until then all stays as it is.
            vec![Effect::Send(Command::Attach(folder))]
        }
        _ => resume(state),
    }
}

/// Goes on with the chosen run from its newest checkpoint; one whose loss was no number any more, with a smaller
/// learning rate.
pub fn resume(state: &mut State) -> Vec<Effect> {
    let Some(overview) = state.runs.current() else {
        state.inform("no run is chosen: every training becomes one");
        return Vec::new();
    };
    if let Some(hindrance) = overview.hindrance() {
        let advice = if overview.is_alive { ": Enter shows it" } else { "" };
        state.complain(format!("{hindrance}{advice}"));
        return Vec::new();
    }
    if overview.has_diverged() {
        let rate = overview.learning_rate().unwrap_or(0.01) / 10.0;
        let from = overview.checkpoints.last().map_or("its beginning".into(), |step| format!("step {step}"));
        state.overlays.push(Overlay::Prompt(Prompt {
            title: "Go back with learning rate".into(),
            help: format!(
                "its loss was no number any more: it goes on from {from}, and with the rate that it had it would end so again"
            ),
            input: LineInput::new(&format!("{rate:.1e}").parse::<f64>().unwrap_or(rate).to_string()),
            error: None,
            subject: Subject::ResumeRate,
        }));
        return Vec::new();
    }
    order(overview, None).map_or_else(Vec::new, |order| go_on(state, order))
}

/// Goes on with the chosen run at this rate.
pub(super) fn resume_at(state: &mut State, rate: f64) -> Vec<Effect> {
    let order = state.runs.current().and_then(|overview| order(overview, Some(rate)));
    order.map_or_else(Vec::new, |order| go_on(state, order))
}

fn order(overview: &Overview, learning_rate: Option<f64>) -> Option<Box<Order>> {
    let manifest = overview.manifest.as_ref().ok()?.clone();
    Some(Box::new(Order { learning_rate, ..Order::resuming(&overview.run, manifest) }))
}

/// Begins, or asks first when that ends another training.
fn go_on(state: &mut State, order: Box<Order>) -> Vec<Effect> {
    if !state.is_busy() {
        return go_on_now(state, order);
    }
    let question = format!("End the training that runs and go on with {}?", order.preset.name);
    state.runs.asked_about = Some(order);
    state.overlays.push(Overlay::Confirm(Confirm { title: "Go on", question, purpose: Purpose::Resume }));
    Vec::new()
}

/// After a yes.
pub(super) fn go_on_instead(state: &mut State) -> Vec<Effect> {
    let Some(order) = state.runs.asked_about.take() else { return Vec::new() };
    state.start_next = Some(Next::Run(order));
    let effects = training::stop_now(state);
    // It may have ended while the question stood.
    if effects.is_empty() { training::begin_next(state) } else { effects }
}

/// Begins; nothing may be running.
pub(super) fn go_on_now(state: &mut State, order: Box<Order>) -> Vec<Effect> {
    let what = format!("going on with {}", order.preset.name);
    begin(state, what, Command::Begin(order))
}
