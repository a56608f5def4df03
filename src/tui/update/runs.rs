//! The list of runs: showing a run, whether it is trained or not, and resuming one that is not.

use crate::preset::{Experiment, Offers, Source};
use crate::run::Overview;
use crate::tui::availability::{EVENT_FILES, hindrance};
use crate::tui::message::Effect;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{self, Confirm, Overlay, Prompt, Subject};
use crate::tui::state::runs::{Item, Purpose, Waiting};
use crate::tui::state::{Next, Screen, State};
use crate::tui::{branching, commands};
use crate::worker::{Command, OpenRequest, Steering, TrainRequest};

use super::replies::send;
use super::training::{self, begin};
use super::{charts, watch};

/// Asks for the list, unless it is on its way.
pub fn list(state: &mut State) -> Vec<Effect> {
    if state.runs.is_to_be_listed() { vec![Effect::ListRuns] } else { Vec::new() }
}

/// The same when something has happened to a run and the list is on the screen.
pub(super) fn list_if_shown(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::Runs { list(state) } else { Vec::new() }
}

/// Shows event files instead of our own runs, or our own runs again.
pub fn show_other(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Runs;
    state.runs.show_other();
    if !state.runs.shows_watched() {
        return list(state);
    }
    watch::start(state)
}

/// Shows the trials of searches, or hides them again.
pub fn show_trials(state: &mut State) -> Vec<Effect> {
    if let Some(why) = hindrance(state, commands::Command::ShowTrials) {
        state.inform(why);
        return Vec::new();
    }
    state.runs.toggle_trials();
    Vec::new()
}

/// Why there is no run to do something with.
pub(super) fn why_none(state: &State) -> &'static str {
    match state.runs.chosen() {
        Some(Item::Watched(..)) => EVENT_FILES,
        Some(Item::Own(_)) | None => "no run is chosen: every training becomes one",
    }
}

/// Narrows the list to what is typed.
pub fn filter(state: &mut State) -> Vec<Effect> {
    let input = LineInput::selected(state.runs.filter());
    state.overlays.push(Overlay::Filter(input));
    state.screen = Screen::Runs;
    list(state)
}

/// Shows the whole list again.
pub fn unfilter(state: &mut State) -> Vec<Effect> {
    state.runs.set_filter("");
    Vec::new()
}

/// Shows the chosen run: live if it is being trained; otherwise its curves, and its network as a checkpoint has it.
pub fn open(state: &mut State) -> Vec<Effect> {
    if let Some(Item::Watched(..)) = state.runs.chosen() {
        return charts::open(state);
    }
    let Some(overview) = state.runs.current() else {
        state.inform(why_none(state));
        return Vec::new();
    };
    open_own(state, &overview.clone())
}

/// Shows one of our own runs.
pub(super) fn open_own(state: &mut State, overview: &Overview) -> Vec<Effect> {
    let name = overview.run.name();
    if state.runs.shown.as_ref() == Some(&name) && (state.is_busy() || state.opened.is_some()) {
        state.screen = Screen::Train;
        return Vec::new();
    }
    if let Err(problem) = &overview.manifest {
        let problem = format!("{name} cannot be opened: {problem}");
        state.complain(problem);
        return Vec::new();
    }
    if overview.is_trained() {
        let folder = overview.run.path().to_string_lossy().into_owned();
        state.inform(format!("looking at {name}"));
        state.screen = Screen::Train;
        state.steering = Steering::Free;
        // The run first repeats its earlier reports; until they come the screens stay as they are.
        return vec![send(state, Command::Attach(folder))];
    }
    let overview = overview.clone();
    when_read(state, Waiting { overview, purpose: Purpose::Open })
}

/// Opens the run whose process has ended, now that it is listed, so that its network can be asked.
pub(super) fn open_orphaned(state: &mut State) -> Vec<Effect> {
    let (Some(name), Some(list)) = (&state.runs.orphaned, &state.runs.list) else { return Vec::new() };
    match list.iter().find(|overview| overview.run.name() == *name).cloned() {
        // Somebody goes on with it, or it was listed before its process ended.
        Some(overview) if overview.is_trained() => Vec::new(),
        Some(overview) => open_own(state, &overview),
        None => {
            state.complain(format!("{name} is no longer on disk: its network cannot be asked"));
            state.runs.orphaned = None;
            Vec::new()
        }
    }
}

/// Opens a run whose data is known.
fn look_at(state: &mut State, overview: &Overview, experiment: Experiment) -> Vec<Effect> {
    let folder = overview.run.path().to_string_lossy().into_owned();
    state.inform(format!("opening {}", overview.run.name()));
    // Who asked what its network says, since its process has ended, waits for the answer where it comes.
    let is_orphaned = state.runs.orphaned.take().is_some_and(|name| name == overview.run.name());
    if !is_orphaned || state.screen != Screen::Inspect {
        state.screen = Screen::Train;
    }
    state.steering = Steering::Free;
    let request = OpenRequest { folder, experiment, step: None };
    vec![send(state, Command::Open(Box::new(request)))]
}

/// Shows the network of the open run as it was `by` checkpoints later; where pictures or texts of event files are shown,
/// later ones.
pub fn go_to_checkpoint(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(effects) = watch::look_back(state, by) {
        return effects;
    }
    let Some(opened) = &mut state.opened else {
        state.inform("no run is open: Enter on the Runs screen opens one");
        return Vec::new();
    };
    let at = opened.at.and_then(|at| opened.checkpoints.iter().position(|step| *step == at));
    let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
    match next.and_then(|next| opened.checkpoints.get(next).copied()) {
        Some(step) => {
            // The next key goes on from here; the worker says where it really is.
            opened.at = Some(step);
            vec![send(state, Command::GoTo(step))]
        }
        None => {
            state.inform(if by < 0 { "this is the first checkpoint" } else { "this is the last checkpoint" });
            Vec::new()
        }
    }
}

/// Resumes the chosen run from its newest checkpoint; a run whose loss was not finite, with a smaller learning
/// rate.
pub fn resume(state: &mut State) -> Vec<Effect> {
    let Some(overview) = state.runs.current() else {
        state.inform(why_none(state));
        return Vec::new();
    };
    if let Some(hindrance) = overview.hindrance() {
        let advice = ": Enter opens it";
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
    when_read(state, Waiting { overview, purpose: Purpose::Resume(None) })
}

/// Resumes the chosen run at this learning rate.
pub(super) fn resume_at(state: &mut State, rate: f64) -> Vec<Effect> {
    let Some(overview) = state.runs.current().cloned() else { return Vec::new() };
    when_read(state, Waiting { overview, purpose: Purpose::Resume(Some(rate)) })
}

/// Does what is to be done with a run; its data files are read first, where it has any and did not keep what they offered.
pub(super) fn when_read(state: &mut State, run: Waiting) -> Vec<Effect> {
    let Ok(manifest) = &run.overview.manifest else { return Vec::new() };
    let source = &manifest.preset.data.source;
    // A run that kept what its data offered goes on with that; the engine looks whether the data is still the same.
    if let Some(offers) = source.built_in_offers().or_else(|| run.overview.offers.clone()) {
        return on_known(state, &run, &offers);
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
        Ok(offers) => on_known(state, &run, &offers),
        Err(problem) => {
            cannot(state, &run, &problem);
            Vec::new()
        }
    }
}

fn cannot(state: &mut State, Waiting { overview, purpose }: &Waiting, problem: &str) {
    let what = match purpose {
        Purpose::Open => "cannot be opened",
        Purpose::Resume(_) => "cannot go on",
        Purpose::Branch(..) => "cannot be branched",
    };
    state.complain(format!("{} {what}: {problem}", overview.run.name()));
}

/// Does what is to be done with a run whose data is known.
fn on_known(state: &mut State, run: &Waiting, offers: &Offers) -> Vec<Effect> {
    let Waiting { overview, purpose } = run;
    let Ok(manifest) = &overview.manifest else { return Vec::new() };
    let experiment = match manifest.preset.clone().fit(offers) {
        Ok(experiment) => experiment,
        Err(finding) => {
            cannot(state, run, &finding.to_string());
            return Vec::new();
        }
    };
    let learning_rate = match purpose {
        Purpose::Open => return look_at(state, overview, experiment),
        Purpose::Resume(rate) => *rate,
        Purpose::Branch(step, changes) => {
            return match branching::request(overview, manifest, *step, changes, offers) {
                Ok(request) => go_on(state, Box::new(request)),
                Err(problem) => {
                    cannot(state, run, &problem);
                    Vec::new()
                }
            };
        }
    };
    match TrainRequest::resuming(&overview.run, manifest, experiment) {
        Ok(request) => go_on(state, Box::new(TrainRequest { learning_rate, ..request })),
        Err(problem) => {
            cannot(state, run, &problem.to_string());
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
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "Go on",
        question,
        yes,
        purpose: overlay::Purpose::Resume,
    }));
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
