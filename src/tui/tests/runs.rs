//! What a person does with the list of runs.

use crossterm::event::KeyCode;

use crate::tui::message::{Effect, Message};
use crate::tui::state::Screen;
use crate::tui::update::update;
use crate::worker::{Command, Event, Outcome, Past, Phase, Request};

use super::builders::*;

#[test]
fn a_run_that_is_alive_is_looked_at_and_one_that_is_done_is_left_alone() {
    let mut state = with_runs(80, 24);
    let folder = "/home/ada/runs/2026-11-23T11-15-00-mnist-cnn-5f60";
    assert_eq!(commands(press(&mut state, KeyCode::Enter)), [Command::Attach(folder.into())]);
    assert_eq!(state.screen, Screen::Train);
    press(&mut state, KeyCode::Char('5'));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("it is being trained: Enter shows it"));
    press(&mut state, KeyCode::Char('j'));
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("finished after 4220 steps: nothing is left to do"));
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("not a manifest"));
}

#[test]
fn a_run_that_diverged_goes_on_with_the_rate_that_is_typed() {
    let mut state = with_runs(80, 24);
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("> 0.05"), "{}", screen(&state));
    press(&mut state, KeyCode::Char('x'));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("is not a number above 0"));
    press(&mut state, KeyCode::Backspace);
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(request.resume.as_deref(), Some("/home/ada/runs/2026-11-22T10-00-00-mnist-cnn-3d4e"));
    assert_eq!((request.learning_rate, &request.experiment.preset), (Some(0.05), &cnn()));
    assert_eq!((state.screen, state.phase), (Screen::Train, Phase::Preparing));
}

#[test]
fn another_training_is_ended_first_after_a_yes() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('5'));
    update(&mut state, Message::Runs(Ok(runs())));
    let mut interrupted = runs();
    interrupted[3].is_alive = Ok(false);
    update(&mut state, Message::Runs(Ok(interrupted)));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("End the training that runs and go on with mnist-cnn?"));
    assert_eq!(commands(press(&mut state, KeyCode::Char('y'))), [Command::Stop]);
    let effects = report(&mut state, finished(Outcome::Stopped));
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(request.resume.as_deref().is_some_and(|folder| folder.ends_with("5f60")));
}

#[test]
fn the_chosen_run_stays_chosen_while_others_come_and_the_list_is_asked_for_once() {
    let mut state = with_runs(80, 24);
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Char('u')), [Effect::ListRuns]);
    assert_eq!(press(&mut state, KeyCode::Char('u')), []);
    let mut more = runs();
    more.push(runs().remove(3));
    update(&mut state, Message::Runs(Ok(more)));
    assert_eq!(state.runs.current().map(|run| run.run.name()), Some(runs()[2].run.name()));
    update(&mut state, Message::Runs(Err("permission denied\u{1b}[2J".into())));
    assert_eq!(state.runs.len(), 5, "what was known stays");
    update(&mut state, Message::Runs(Ok(Vec::new())));
    assert!(screen(&state).contains("no runs yet"));
}

#[test]
fn the_curves_of_a_run_that_goes_on_begin_where_it_began() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Enter);
    report(&mut state, started());
    let mut past = Past::default();
    for step in (4..=844).step_by(4) {
        let Event::Step(report) = stepped(step) else { unreachable!("it is a step") };
        past.steps.push(report);
    }
    let Event::Epoch(epoch) = epoch_done(1) else { unreachable!("it is an epoch") };
    past.epochs.push(*epoch);
    report(&mut state, Event::Past(Box::new(past)));
    report(&mut state, stepped(848));
    let training = state.training.as_ref().expect("it runs");
    assert_eq!(training.training.loss.buckets().first().map(|bucket| bucket.step), Some(4));
    assert_eq!((training.epochs.len(), training.step()), (1, 848));
    assert_eq!(training.validation.loss.buckets().len(), 1);
}
