//! The only place where the state changes: a message in, effects out.

mod branch;
mod charts;
mod engine;
mod form;
mod hindered;
mod inspect;
mod manners;
mod navigate;
mod new_preset;
mod overlays;
mod perform;
mod pointer;
mod presets;
mod queue;
mod replies;
mod runs;
mod searches;
mod shelf;
mod steering;
mod training;
mod watch;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::layout::Size;

use super::keymap;
use super::message::{Effect, Message};
use super::state::{Overlay, Screen, State};

/// Takes in what happened.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let cause = form::cause(&message);
    // Reports of a training are many, and change nothing of what is read of event files.
    let may_look = !matches!(message, Message::Engine(_) | Message::Tick | Message::Clock(_));
    let had_tour = state.tour.is_some();
    let mut effects = on_message(state, message);
    // The form's commands can be called by name on any screen.
    if state.screen == Screen::Hyper || matches!(state.overlays.last(), Some(Overlay::Palette { .. })) {
        state.form.refresh(&state.presets);
    }
    effects.extend(form::attend(state, cause));
    effects.extend(state.presets.to_read().into_iter().map(Effect::ReadFiles));
    if may_look {
        effects.extend(watch::attend(state));
    }
    effects.extend(searches::attend(state));
    effects.extend(queue::attend(state));
    state.tour = state.tour.and_then(|tour| tour.after(state));
    if had_tour && state.tour.is_none() {
        // Another dashboard may be opened before this one is left.
        effects.push(Effect::KnowsTheTour);
    }
    effects
}

fn on_message(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Opened(Some(run)) => runs::open_own(state, &run),
        Message::Opened(None) if state.runs.shows_watched() => watch::start(state),
        Message::Opened(None) => Vec::new(),
        Message::Key(event) => on_key(state, event),
        Message::Mouse(event) => pointer::on_mouse(state, event),
        Message::DoubleClick(event) => pointer::on_double_click(state, event),
        Message::Paste(text) => overlays::type_text(state, &text),
        Message::Resize(width, height) => {
            state.size = Size { width, height };
            Vec::new()
        }
        Message::Engine(event) => engine::on_event(state, event),
        Message::EngineGone => {
            engine::on_gone(state);
            Vec::new()
        }
        Message::PresetSaved { name, text, result } => {
            presets::on_saved(state, &name, text, result);
            Vec::new()
        }
        Message::Measured { number, result } => {
            form::on_measured(state, number, result);
            Vec::new()
        }
        Message::TextEdited(edited) => form::on_edited(state, edited),
        Message::PathCompleted { typed, completed, names } => {
            new_preset::on_completed(state, &typed, &completed, &names);
            Vec::new()
        }
        Message::Suggested { data, targets, result } => {
            new_preset::on_suggested(state, &data, &targets, result);
            Vec::new()
        }
        Message::NewSaved { text, result } => {
            new_preset::on_saved(state, text, result);
            Vec::new()
        }
        Message::FilesRead { source, found } => {
            state.presets.on_read(&source, &found);
            runs::on_read(state, &source, found)
        }
        Message::Runs(found) => {
            state.runs.found(found);
            if state.screen == Screen::Inspect { runs::open_orphaned(state) } else { Vec::new() }
        }
        Message::Watched(view) => {
            watch::on_snapshot(state, *view);
            Vec::new()
        }
        Message::WatchGone => {
            watch::on_gone(state);
            Vec::new()
        }
        Message::Clock(now) => {
            state.runs.watched.now = now;
            Vec::new()
        }
        Message::RunsDone(answer) => shelf::on_done(state, answer),
        Message::Searches(view) => {
            searches::on_snapshot(state, *view);
            Vec::new()
        }
        Message::SearchesGone => {
            searches::on_gone(state);
            Vec::new()
        }
        Message::SearchDone(answer) => searches::on_done(state, answer),
        Message::Queue(view) => {
            queue::on_snapshot(state, *view);
            Vec::new()
        }
        Message::QueueGone => {
            queue::on_gone(state);
            Vec::new()
        }
        Message::QueueDone(answer) => queue::on_done(state, answer),
        Message::PictureSaved(result) => {
            manners::on_picture(state, result);
            Vec::new()
        }
        Message::Problem(problem) => {
            state.complain(problem);
            Vec::new()
        }
        Message::Tick => {
            state.ticks = state.ticks.wrapping_add(1);
            Vec::new()
        }
    }
}

fn on_key(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    if event.kind == KeyEventKind::Release {
        return Vec::new();
    }
    state.notice = None;
    if event.code == KeyCode::Esc && state.tour_shown().is_some() && state.tour.take().is_some() {
        return Vec::new();
    }
    match keymap::lookup(state, &event) {
        Some(command) => perform::perform(state, command),
        None => overlays::type_key(state, event),
    }
}
