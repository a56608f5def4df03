//! The list of runs: showing a run that is being trained, resuming one that is not.

use crate::preset::{Offers, Source};
use crate::tui::message::Effect;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Subject};
use crate::tui::state::runs::Waiting;
use crate::tui::state::{Next, Screen, State};
use crate::worker::{Command, TrainRequest};

use super::replies::send;
use super::training::{self, begin};

/// Asks for the list, unless it is on its way.
pub fn list(state: &mut State) -> Vec<Effect> {
    if std::mem::replace(&mut state.runs.is_awaited, true) { Vec::new() } else { vec![Effect::ListRuns] }
}

/// The same when something has happened to a run and the list is on the screen.
pub(super) fn list_if_shown(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::Runs { list(state) } else { Vec::new() }
}

/// Shows the chosen run if it is being trained; resumes it otherwise.
pub fn open(state: &mut State) -> Vec<Effect> {
    match state.runs.current() {
        Some(overview) if overview.is_trained() => {
            let (name, folder) = (overview.run.name(), overview.run.path().to_string_lossy().into_owned());
            if state.runs.shown.as_ref() == Some(&name) && state.is_busy() {
                state.screen = Screen::Train;
                return Vec::new();
            }
            state.inform(format!("looking at {name}"));
            state.screen = Screen::Train;
            // The run first repeats its earlier reports; until they come the screens stay as they are.
            vec![send(state, Command::Attach(folder))]
        }
        _ => resume(state),
    }
}

/// Resumes the chosen run from its newest checkpoint; a run whose loss was not finite, with a smaller learning
/// rate.
pub fn resume(state: &mut State) -> Vec<Effect> {
    let Some(overview) = state.runs.current() else {
        state.inform("no run is chosen: every training becomes one");
        return Vec::new();
    };
    if let Some(hindrance) = overview.hindrance() {
        let advice = if overview.is_trained() { ": Enter shows it" } else { "" };
        state.complain(format!("{hindrance}{advice}"));
        return Vec::new();
    }
    if overview.has_diverged() {
        let rate = overview.learning_rate().unwrap_or(0.01) / 10.0;
        let from = overview.checkpoints.last().map_or("its beginning".into(), |step| format!("step {step}"));
        state.overlays.push(Overlay::Prompt(Prompt {
            title: "Go back with learning rate".into(),
            help: format!(
                "its loss was not finite: it goes on from {from}, and with the rate that it had it would end so again"
            ),
            input: LineInput::new(&format!("{rate:.1e}").parse::<f64>().unwrap_or(rate).to_string()),
            error: None,
            subject: Subject::ResumeRate,
        }));
        return Vec::new();
    }
    let overview = overview.clone();
    go_on_when_read(state, Waiting { overview, learning_rate: None })
}

/// Resumes the chosen run at this learning rate.
pub(super) fn resume_at(state: &mut State, rate: f64) -> Vec<Effect> {
    let Some(overview) = state.runs.current().cloned() else { return Vec::new() };
    go_on_when_read(state, Waiting { overview, learning_rate: Some(rate) })
}

/// Resumes a run; its data files are read first, where it has any and did not keep what they offered.
fn go_on_when_read(state: &mut State, run: Waiting) -> Vec<Effect> {
    let Ok(manifest) = &run.overview.manifest else { return Vec::new() };
    let source = &manifest.preset.data.source;
    // A run that kept what its data offered goes on with that; the engine looks whether the data is still the same.
    if let Some(offers) = source.built_in_offers().or_else(|| run.overview.offers.clone()) {
        return go_on_with(state, &run, &offers);
    }
    state.inform(format!("reading the files of {} …", run.overview.run.name()));
    let effects = vec![Effect::ReadFiles(source.clone())];
    state.runs.waiting = Some(run);
    effects
}

/// Resumes the run that waits for these files, if one does.
pub(super) fn on_read(state: &mut State, source: &Source, found: Result<Offers, String>) -> Vec<Effect> {
    let waits = |run: &mut Waiting| {
        run.overview.manifest.as_ref().is_ok_and(|manifest| manifest.preset.data.source == *source)
    };
    let Some(run) = state.runs.waiting.take_if(waits) else { return Vec::new() };
    match found {
        Ok(offers) => go_on_with(state, &run, &offers),
        Err(problem) => {
            state.complain(format!("{} cannot go on: {problem}", run.overview.run.name()));
            Vec::new()
        }
    }
}

/// Resumes a run whose data is known.
fn go_on_with(state: &mut State, run: &Waiting, offers: &Offers) -> Vec<Effect> {
    let Waiting { overview, learning_rate } = run;
    let Ok(manifest) = &overview.manifest else { return Vec::new() };
    let request =
        manifest.preset.clone().fit(offers).map_err(|finding| finding.to_string()).and_then(|experiment| {
            TrainRequest::resuming(&overview.run, manifest, experiment).map_err(|error| error.to_string())
        });
    match request {
        Ok(request) => go_on(state, Box::new(TrainRequest { learning_rate: *learning_rate, ..request })),
        Err(problem) => {
            state.complain(format!("{} cannot go on: {problem}", overview.run.name()));
            Vec::new()
        }
    }
}

/// Begins, or asks first when that ends another training.
fn go_on(state: &mut State, request: Box<TrainRequest>) -> Vec<Effect> {
    if !state.is_busy() {
        return go_on_now(state, request);
    }
    let name = &request.experiment.preset.name;
    let question = format!("End the training that runs and go on with {name}?");
    state.runs.asked_about = Some(request);
    let yes = "end the training that runs";
    state.overlays.push(Overlay::Confirm(Confirm { title: "Go on", question, yes, purpose: Purpose::Resume }));
    Vec::new()
}

/// After a yes.
pub(super) fn go_on_instead(state: &mut State) -> Vec<Effect> {
    let Some(request) = state.runs.asked_about.take() else { return Vec::new() };
    state.start_next = Some(Next::Run(request));
    let effects = training::stop_now(state);
    // The training may have ended while the question was open.
    if effects.is_empty() { training::begin_next(state) } else { effects }
}

/// Begins; nothing may be running.
pub(super) fn go_on_now(state: &mut State, request: Box<TrainRequest>) -> Vec<Effect> {
    let what = format!("going on with {}", request.experiment.preset.name);
    begin(state, what, request)
}
