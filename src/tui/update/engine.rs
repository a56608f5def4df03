//! What the worker reports.

use crate::tui::end::End;
use crate::tui::format;
use crate::tui::message::Effect;
use crate::tui::state::mark::MarkKind;
use crate::tui::state::{Screen, State, Training};
use crate::worker::{ConnectionState, Drive, Event, Outcome, Phase, Steering};

use super::{inspect, replies, runs, steering};

pub(super) fn on_event(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Preparing(what) => {
            state.phase = Phase::Preparing;
            state.drop_training();
            // What stands above is about another training.
            state.log(format!("-- {what}"));
            state.preparing = Some(what);
            Vec::new()
        }
        Event::Started(info) => {
            state.preparing = None;
            state.failure = None;
            state.phase = Phase::Training;
            state.log(format!("training {} on {}", info.preset.name, info.device));
            state.drop_training();
            state.inspect = state.inspect.anew(state.previous.as_deref(), &info);
            state.requests.forget_questions();
            state.chart.forget_places();
            if let Some(layout) = state.layouts.of(&info.preset.name) {
                state.chart.layout = layout.clone();
            }
            state.drive = Drive::default();
            state.training = Some(Training::new(*info));
            ask_if_shown(state)
        }
        Event::Past(past) => {
            if !past.log.is_empty() {
                // What was logged of opening it is less than what its own log says.
                state.log.clear();
            }
            for line in &past.log {
                state.log_at(Some(line.seconds), &line.text);
            }
            if let Some(training) = &mut state.training {
                training.on_past(*past);
            }
            Vec::new()
        }
        Event::Step(report) => {
            if let Some(training) = &mut state.training {
                training.on_step(report);
            }
            inspect::on_step(state)
        }
        Event::Epoch(report) => {
            let validation = report.validation.map(|scores| {
                let accuracy = scores.accuracy.map(|share| format!(", accuracy {}", format::percent(share)));
                format!("; validation loss {}{}", format::score(scores.loss), accuracy.unwrap_or_default())
            });
            let validation = validation.unwrap_or_default();
            let loss = format::score(report.training.loss);
            state.log(format!("epoch {}: loss {loss}{validation}", report.epoch));
            if let Some(training) = &mut state.training {
                training.on_epoch(*report);
            }
            ask_if_shown(state)
        }
        Event::Steered(change) => {
            if let Some(training) = &mut state.training {
                training.on_steered(*change);
            }
            Vec::new()
        }
        Event::WentBack(back) => {
            if let Some(training) = &mut state.training {
                training.on_went_back(*back);
            }
            ask_if_shown(state)
        }
        Event::Drive(drive) => {
            state.drive = drive;
            Vec::new()
        }
        Event::Phase(phase) => {
            if phase != state.phase && matches!(phase, Phase::Paused) {
                state.log("paused");
            }
            state.phase = phase;
            Vec::new()
        }
        Event::Reply { to, reply } => replies::on_reply(state, to, reply),
        Event::Keeping { run, .. } => {
            state.log(format!("kept as {run}"));
            state.runs.shown = Some(run);
            runs::list_if_shown(state)
        }
        Event::Checkpoint { step } => {
            state.log(format!("saved at step {step}"));
            if let Some(training) = &mut state.training {
                training.mark(step, MarkKind::Checkpoint, "checkpoint");
                training.on_checkpoint(step);
            }
            runs::list_if_shown(state)
        }
        Event::Trouble(Some(what)) => {
            state.log(format!("not saved, will be tried again: {what}"));
            state.complain(format!("training goes on unsaved: {what}"));
            Vec::new()
        }
        Event::Trouble(None) => {
            state.log("saving works again");
            state.inform("saving works again");
            Vec::new()
        }
        Event::Damaged { step, problem, resumed_from } => {
            state.log(format!("the checkpoint of step {step} is damaged: {problem}"));
            state.complain(format!("step {step} is damaged on disk: resuming from step {resumed_from}"));
            Vec::new()
        }
        Event::LeftOut(count) => {
            state.log(format!(
                "the disk is slow: {count} scalars and pictures are left out of the event file"
            ));
            Vec::new()
        }
        Event::CommandFailed(what) => {
            state.log(what.clone());
            state.complain(what);
            Vec::new()
        }
        Event::Unsaved(what) => {
            state.log(format!("NOT SAVED: {what}"));
            state.complain(format!("the end of the training is not saved: {what}"));
            Vec::new()
        }
        Event::Seen(seen) => {
            if let Some(training) = &mut state.training {
                training.on_seen(&seen);
            }
            Vec::new()
        }
        Event::Histograms(histograms) => {
            if let Some(training) = &mut state.training {
                training.on_histograms(&histograms);
            }
            Vec::new()
        }
        Event::Found(finding) => {
            state.log(format!("found: {finding}"));
            state.complain(format!("found: {}", finding.seen()));
            if let Some(training) = &mut state.training {
                training.findings.push(*finding);
            }
            Vec::new()
        }
        Event::Log(line) => {
            state.log(line);
            Vec::new()
        }
        Event::Finished(finish) => {
            let how = finish.outcome.word();
            let test = finish.test.map_or("the test set was not evaluated".into(), |test| {
                let accuracy = test.accuracy.map(|share| format!(", accuracy {}", format::percent(share)));
                format!("test loss {}{}", format::score(test.loss), accuracy.unwrap_or_default())
            });
            state.log(format!("{how}: {test}"));
            if let Some(training) = &mut state.training {
                training.finish = Some(finish);
            }
            ended(state, how)
        }
        Event::Failed(reason) => {
            state.log(format!("failed: {reason}"));
            state.complain(format!("training failed: {reason}"));
            state.failure = Some(crate::tui::state::clean(&reason));
            if state.training.is_none() {
                // The training could not be prepared: its files may have changed.
                state.presets.forget_files();
            }
            ended(state, "failed")
        }
        Event::Opened(opened) => {
            state.runs.shown = Some(opened.run.clone());
            state.opened = Some(opened);
            ask_if_shown(state)
        }
        Event::Usage(usage) => {
            if let Some(training) = &mut state.training {
                training.usage = Some(usage);
            }
            Vec::new()
        }
        Event::Steering(steering) => {
            if steering == Steering::Elsewhere && state.steering == Steering::Here {
                state.complain("another terminal has taken over: T steers from here again");
            }
            state.steering = steering;
            Vec::new()
        }
        Event::Connection(ConnectionState::Lost) => {
            state.is_cut_off = true;
            state.log("the connection to the training is lost; it is tried again, and the training goes on");
            Vec::new()
        }
        Event::Connection(ConnectionState::Restored) => {
            state.is_cut_off = false;
            // The worker's earlier reports come again, and their log lines with them.
            state.log.clear();
            state.log("the connection to the training is back");
            Vec::new()
        }
        Event::Connection(ConnectionState::Ended) => {
            state.is_cut_off = false;
            state.runs.orphaned = state.runs.shown.clone().filter(|_| state.training.is_some());
            ask_if_shown(state)
        }
    }
}

pub(super) fn on_gone(state: &mut State) {
    state.phase = Phase::Idle;
    state.preparing = None;
    state.stopping = false;
    state.is_cut_off = false;
    state.requests.clear();
    state.start_next = None;
    state.complain("the engine has ended unexpectedly; the log may say why. Press q to leave");
}

fn ended(state: &mut State, outcome: &'static str) -> Vec<Effect> {
    let mut effects: Vec<Effect> = End::of(state, outcome).map(Effect::TellEnd).into_iter().collect();
    state.is_cut_off = false;
    state.phase = Phase::Idle;
    state.preparing = None;
    state.stopping = false;
    let finish = state.training.as_ref().and_then(|training| training.finish);
    let is_done = finish.is_some_and(|finish| finish.outcome != Outcome::Stopped);
    effects.extend(match steering::follow(state, is_done) {
        Some(effects) => effects,
        None if state.screen == Screen::Runs => runs::list(state),
        None => ask_if_shown(state),
    });
    effects
}

fn ask_if_shown(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::Inspect { inspect::ask(state) } else { Vec::new() }
}
