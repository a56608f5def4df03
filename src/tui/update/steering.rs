//! Changing the settings of the training that runs, its tempo and its length; going back to its checkpoints.

use crate::preset::field::FieldKind;
use crate::preset::{Assignment, Change, Steerable};
use crate::tui::message::Effect;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Subject};
use crate::tui::state::{Screen, State};
use crate::worker::{Command, Drive, GoBack, TrainRequest};

use super::replies::send;
use super::training::{NOTHING_RUNS, begin};
use super::{presets, training};

/// Steps a second that the tempo keys go through; beyond the last one there is no limit.
const TEMPI: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

/// Lists the settings that can be changed while it trains.
pub fn settings(state: &mut State) -> Vec<Effect> {
    match state.running() {
        Some(_) => state.overlays.push(Overlay::Settings { selected: 0 }),
        None => state.inform(NOTHING_RUNS),
    }
    Vec::new()
}

fn setting(state: &State, place: usize) -> Option<Steerable> {
    state.running()?.settings().into_iter().nth(place)
}

/// Asks for a value of the setting at this place of the list; a switch is turned at once.
pub(super) fn choose(state: &mut State, place: usize) -> Vec<Effect> {
    let Some(setting) = setting(state, place) else { return Vec::new() };
    state.overlays.push(Overlay::Settings { selected: place });
    if setting.kind == FieldKind::Switch {
        let value = if setting.value == "true" { "false" } else { "true" };
        return vec![steer(state, setting.path, value)];
    }
    state.overlays.push(Overlay::Prompt(Prompt {
        title: setting.path.clone(),
        help: format!("{}: {}", setting.help, setting.takes()),
        input: LineInput::new(&setting.value),
        error: None,
        subject: Subject::Setting(place),
    }));
    Vec::new()
}

/// Asks the training for this value of the setting at this place of the list.
///
/// # Errors
/// What the setting takes, where this is no value of it.
pub(super) fn set(state: &mut State, place: usize, typed: &str) -> Result<Vec<Effect>, String> {
    let Some(setting) = setting(state, place) else { return Err("the training has ended".into()) };
    let assignment = Assignment { path: setting.path.clone(), value: typed.to_owned() };
    let base = state.running().map(|training| training.info.preset.clone());
    if let Some(base) = base {
        Change::read(&base, &assignment)?;
    }
    state.inform(format!("{} {typed} is asked for", setting.path));
    Ok(vec![steer(state, setting.path, typed)])
}

fn steer(state: &mut State, path: String, value: &str) -> Effect {
    send(state, Command::Steer(Assignment { path, value: value.to_owned() }))
}

/// Ends the training after the epoch in progress, or lets it go on.
pub fn stop_after_epoch(state: &mut State) -> Vec<Effect> {
    if state.running().is_none() {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    }
    vec![send(state, Command::StopAfterEpoch(!state.drive.stops_after_epoch))]
}

/// Asks how many more epochs the training is to have.
pub fn ask_epochs(state: &mut State) -> Vec<Effect> {
    let Some(training) = state.running() else {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    };
    let help = format!("how many more than {}; the schedule runs over all of them", training.info.epochs);
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "More epochs".into(),
        help,
        input: LineInput::new("5"),
        error: None,
        subject: Subject::MoreEpochs,
    }));
    Vec::new()
}

/// Lets the training go on for so many epochs more.
///
/// # Errors
/// When that is no number of epochs.
pub(super) fn add_epochs(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let more = typed.trim_start_matches('+').parse::<u32>().ok().filter(|more| *more > 0);
    let more = more.ok_or_else(|| format!("{typed:?} is not a whole number from 1"))?;
    // Of a pretraining, the preset's epochs are those of the training that follows it.
    let settings = state.running().map(|training| training.settings()).unwrap_or_default();
    let epochs = settings.iter().find(|setting| setting.path == Change::EPOCHS);
    let Some(epochs) = epochs.and_then(|epochs| epochs.value.parse::<u32>().ok()) else {
        return Err("the training has ended".into());
    };
    let value = epochs.saturating_add(more).to_string();
    Ok(vec![steer(state, Change::EPOCHS.into(), &value)])
}

/// Asks to which checkpoint the training is to go back.
pub fn ask_step(state: &mut State) -> Vec<Effect> {
    let Some(training) = state.running() else {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    };
    let now = training.step();
    let known = training.checkpoints.iter().filter(|step| **step < now);
    let known: Vec<String> = known.map(ToString::to_string).collect();
    let newest = known.last().cloned().unwrap_or_default();
    let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "Go back to step".into(),
        help: format!(
            "the step of a checkpoint{known}; later checkpoints are removed. A new run from a checkpoint keeps them: B"
        ),
        input: LineInput::new(&newest),
        error: None,
        subject: Subject::Checkpoint,
    }));
    Vec::new()
}

/// Goes back to the checkpoint of this step; to the newest one before where nothing was typed.
///
/// # Errors
/// When that is no step.
pub(super) fn go_back(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let step = match typed {
        "" => None,
        _ => Some(typed.parse().map_err(|_| format!("{typed:?} is not a step: a whole number"))?),
    };
    Ok(vec![send(state, Command::GoBack(GoBack { step, halves_rate: false }))])
}

/// Asks whether to go back to the checkpoint before, with half the learning rate.
pub fn ask_halving(state: &mut State) -> Vec<Effect> {
    if state.running().is_none() {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    }
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "Halve the rate",
        question: "Go back to the checkpoint before this step, with half the learning rate?".into(),
        yes: "go back",
        purpose: Purpose::HalveRate,
    }));
    Vec::new()
}

/// Goes back to the checkpoint before, with half the learning rate.
pub(super) fn halve_rate(state: &mut State) -> Vec<Effect> {
    vec![send(state, Command::GoBack(GoBack { step: None, halves_rate: true }))]
}

/// More steps a second.
pub fn quicken(state: &mut State) -> Vec<Effect> {
    let now = state.drive.steps_per_second;
    pace(state, now.and_then(|now| TEMPI.into_iter().find(|tempo| *tempo > now * 1.001)))
}

/// Fewer steps a second.
pub fn slow_down(state: &mut State) -> Vec<Effect> {
    let now = state.drive.steps_per_second.unwrap_or(f64::INFINITY);
    let slower = TEMPI.into_iter().rev().find(|tempo| *tempo < now * 0.999);
    pace(state, Some(slower.unwrap_or(TEMPI[0])))
}

fn pace(state: &mut State, steps_per_second: Option<f64>) -> Vec<Effect> {
    if state.running().is_none() {
        state.inform(NOTHING_RUNS);
        return Vec::new();
    }
    // The next key goes on from here; the worker says what it really does.
    state.drive.steps_per_second = steps_per_second;
    state.inform(match steps_per_second {
        Some(steps) => format!("at most {steps} steps a second: , slower, ; faster"),
        None => "as many steps a second as the machine can".into(),
    });
    vec![send(state, Command::Pace(steps_per_second))]
}

/// A training that is left without a dashboard is not slowed down for anybody.
pub(super) fn let_run_freely(state: &mut State) -> Option<Effect> {
    let is_slowed = state.running().is_some() && state.drive.steps_per_second.is_some();
    is_slowed.then(|| send(state, Command::Pace(None)))
}

/// Trains again with the next seed after each end, or not any more.
pub fn toggle_loop(state: &mut State) -> Vec<Effect> {
    state.is_looping = !state.is_looping;
    state.inform(match state.is_looping {
        true => "a training that ends is followed by one with the next seed: L ends that",
        false => "a training that ends is followed by no other",
    });
    Vec::new()
}

/// Trains the preset of the training that has ended with the next seed, at the same tempo; the screen stays.
pub(super) fn train_with_next_seed(state: &mut State) -> Vec<Effect> {
    let Some(training) = &state.training else { return Vec::new() };
    let (name, seed) = (training.info.preset.name.clone(), training.info.preset.seed);
    let entry = state.presets.entries.iter().find(|entry| entry.draft.name == name);
    let Some(Ok(experiment)) = entry.map(|entry| entry.experiment().cloned()) else {
        state.is_looping = false;
        state.complain(format!("{name} is not trained again: there is no such preset any more"));
        return Vec::new();
    };
    let mut experiment = experiment;
    experiment.preset.seed = seed.wrapping_add(1);
    let drive = Drive { stops_after_epoch: false, ..state.drive };
    let request = Box::new(TrainRequest { drive, ..TrainRequest::new(experiment) });
    let screen = state.screen;
    let effects = begin(state, format!("preparing {name} with seed {}", seed.wrapping_add(1)), request);
    state.screen = screen;
    effects
}

/// Trains the chosen preset, and holds before its first step.
pub fn start_paused(state: &mut State) -> Vec<Effect> {
    if state.is_busy() {
        state.inform("a training is in progress: x ends it");
        return Vec::new();
    }
    let index = state.presets.selected;
    let mut effects = presets::start_now(state, index);
    for effect in &mut effects {
        if let Effect::Send(request) = effect
            && let Command::Train(request) = &mut request.command
        {
            request.starts_paused = true;
        }
    }
    if state.screen == Screen::Train {
        state.inform("it holds before its first step: . makes one, space goes on");
    }
    effects
}

/// Whether something follows the training that has ended.
pub(super) fn follow(state: &mut State, is_done: bool) -> Option<Vec<Effect>> {
    match state.start_next {
        Some(_) => Some(training::begin_next(state)),
        None if state.is_looping && is_done => Some(train_with_next_seed(state)),
        None => None,
    }
}
