//! Steering the training that runs.

use crate::tui::message::Effect;
use crate::tui::rounds::next_round;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Subject};
use crate::tui::state::training::WishedRate;
use crate::tui::state::{BelowCharts, Next, Screen, State};
use crate::worker::{Command, Phase, RateChange, Steering, TrainRequest};

use super::replies::send;
use super::{form, presets, runs};

pub(super) const NOTHING_RUNS: &str = "nothing is being trained: Enter on a preset starts";

/// Begins a training. A training that cannot live without this process must not be running.
pub(super) fn begin(state: &mut State, what: String, request: Box<TrainRequest>) -> Vec<Effect> {
    state.phase = Phase::Preparing;
    state.preparing = Some(what);
    state.drop_training();
    state.failure = None;
    state.runs.shown = None;
    state.steering = Steering::Free;
    state.screen = Screen::Train;
    vec![send(state, Command::Train(request))]
}

/// Begins with what was to follow the training that has ended.
pub(super) fn begin_next(state: &mut State) -> Vec<Effect> {
    match state.start_next.take() {
        Some(Next::Preset(index)) => presets::start_now(state, index),
        Some(Next::Run(request)) => runs::go_on_now(state, request),
        None => Vec::new(),
    }
}

/// Pauses the training, or goes on with it.
pub fn pause_or_resume(state: &mut State) -> Vec<Effect> {
    match state.phase {
        Phase::Idle => {
            state.inform(NOTHING_RUNS);
            Vec::new()
        }
        Phase::Paused => vec![send(state, Command::Resume)],
        Phase::Preparing | Phase::Training | Phase::Evaluating => vec![send(state, Command::Pause)],
    }
}

/// Makes one step; a training that runs is paused first.
pub fn single_step(state: &mut State) -> Vec<Effect> {
    match state.phase {
        Phase::Idle => {
            state.inform(NOTHING_RUNS);
            Vec::new()
        }
        Phase::Paused => vec![send(state, Command::Step)],
        _ => vec![send(state, Command::Pause)],
    }
}

/// Asks whether to end the training.
pub fn stop(state: &mut State) -> Vec<Effect> {
    if !state.is_busy() {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    }
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "Stop",
        question: "End this training after the current step? The model stays open to inspection.".into(),
        yes: "end the training",
        purpose: Purpose::StopTraining,
    }));
    Vec::new()
}

/// Ends the training without asking.
pub(super) fn stop_now(state: &mut State) -> Vec<Effect> {
    if !state.is_busy() {
        return Vec::new();
    }
    state.stopping = true;
    vec![send(state, Command::Stop)]
}

/// Raises the learning rate to the next round number.
pub fn raise_learning_rate(state: &mut State) -> Vec<Effect> {
    change_rate(state, true)
}

/// Lowers the learning rate to the next round number.
pub fn lower_learning_rate(state: &mut State) -> Vec<Effect> {
    change_rate(state, false)
}

fn change_rate(state: &mut State, up: bool) -> Vec<Effect> {
    match state.running() {
        Some(training) => {
            let wished = training.wished_rate.map(|wish| wish.rate);
            let now = wished.unwrap_or_else(|| training.rate().effective());
            let rate = next_round(now, up);
            set_rate(state, rate)
        }
        None => {
            form::change_draft_rate(state, |rate| next_round(rate, up));
            Vec::new()
        }
    }
}

/// Asks for this learning rate for the training that runs.
pub(super) fn set_rate(state: &mut State, rate: f64) -> Vec<Effect> {
    if state.running().is_none() {
        return Vec::new();
    }
    let request = state.requests.add(Command::ChangeRate(RateChange::To(rate)));
    if let Some(training) = &mut state.training {
        training.wished_rate = Some(WishedRate { rate, request: request.id, is_granted: false });
    }
    state.inform(format!("learning rate {rate} is asked for"));
    vec![Effect::Send(request)]
}

/// Asks for a learning rate.
pub fn ask_learning_rate(state: &mut State) -> Vec<Effect> {
    let Some(training) = state.running() else {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    };
    let prompt = Prompt {
        title: "Learning rate".into(),
        help: "a number above 0, such as 0.001 or 3e-4".into(),
        input: LineInput::new(&training.rate().effective().to_string()),
        error: None,
        subject: Subject::LearningRate,
    };
    state.overlays.push(Overlay::Prompt(prompt));
    Vec::new()
}

/// Steers the training from here.
pub fn take_over(state: &mut State) -> Vec<Effect> {
    match state.steering {
        Steering::Elsewhere => vec![send(state, Command::TakeOver)],
        Steering::Here | Steering::Free => {
            state.inform("no other terminal steers this training");
            Vec::new()
        }
    }
}

/// Writes the weights.
pub fn save_weights(state: &mut State) -> Vec<Effect> {
    if state.training.is_none() {
        state.inform("there is no model yet: Enter on a preset starts training");
        return Vec::new();
    }
    vec![send(state, Command::Save)]
}

/// Shows the table of epochs in the place of progress and log, then the log alone, then progress and log again.
pub fn toggle_epochs(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Train;
    (state.epoch_scroll, state.log_scroll) = (0, 0);
    state.below_charts = match state.below_charts {
        BelowCharts::Progress => BelowCharts::Epochs,
        BelowCharts::Epochs => BelowCharts::Log,
        BelowCharts::Log => BelowCharts::Progress,
    };
    Vec::new()
}
