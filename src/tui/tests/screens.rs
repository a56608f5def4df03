//! Every screen and popup in typical states, at 80x24 and 200x60.

use crossterm::event::KeyCode;

use crate::tui::state::State;
use crate::tui::state::presets::{Entry, Origin};
use crate::tui::theme::{Depth, Theme};
use crate::worker::{Activity, Event, Filter, Outcome, Phase, StepTime, Usage};

use super::builders::*;

pub(super) fn at_both_sizes(name: &str, build: impl Fn(u16, u16) -> State) {
    for (width, height) in [(80, 24), (200, 60)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen(&build(width, height)));
    }
}

fn with_keys(keys: &[KeyCode]) -> impl Fn(u16, u16) -> State {
    move |width, height| {
        let mut state = in_training(width, height);
        for key in keys {
            press(&mut state, *key);
        }
        state
    }
}

#[test]
fn presets() {
    at_both_sizes("presets", dashboard);
}

#[test]
fn a_training_on_a_gpu_shows_what_it_takes_of_the_machine() {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut state = in_training(width, height);
        let gpu = Activity { busy: Some(0.87), memory: None, temperature: Some(61), power: None };
        let usage = Usage { processors: 1.0, memory: 1_000_000, gpu: Some(gpu), ..Usage::default() };
        report(&mut state, Event::Usage(Box::new(usage)));
        assert!(screen(&state).contains(" GPU 87% busy, 61 C  1.0 CPUs"), "{}", screen(&state));
        report(&mut state, finished(Outcome::Completed));
        assert!(!screen(&state).contains("GPU 87% busy"), "it takes nothing any more");
    }
}

#[test]
fn the_system_line_shows_each_processor_and_where_a_steps_time_goes() {
    at_both_sizes("train_system", |width, height| {
        let mut state = in_training(width, height);
        let parts = StepTime {
            steps: 10,
            data: 0.1,
            forward: 0.4,
            backward: 0.4,
            update: 0.1,
            ..StepTime::default()
        };
        let usage = Usage {
            processors: 3.5,
            cores: vec![100, 90, 88, 70, 12, 0, 3, 5],
            memory: 312_000_000,
            free: Some(5_100_000_000),
            gpu: None,
            parts,
        };
        report(&mut state, Event::Usage(Box::new(usage)));
        assert!(
            screen(&state).contains("data 10% forward 40% backward 40% update 10%"),
            "{}",
            screen(&state)
        );
        state
    });
}

#[test]
fn many_presets_by_kind() {
    at_both_sizes("presets_many", |width, height| {
        let mut state = dashboard(width, height);
        for number in 1..=30 {
            let name = format!("mnist-cnn-with-{number}-filters");
            let preset = crate::preset::Preset { name, ..cnn() };
            state.presets.entries.push(Entry::new(Origin::BuiltIn, preset));
        }
        state
    });
}

#[test]
fn the_card_of_a_preset() {
    at_both_sizes("card", |width, height| {
        let mut state = dashboard(width, height);
        press(&mut state, KeyCode::Char('v'));
        state
    });
}

#[test]
fn train_before_the_first_step() {
    at_both_sizes("train_preparing", |width, height| {
        let mut state = dashboard(width, height);
        press(&mut state, KeyCode::Enter);
        state
    });
}

#[test]
fn train() {
    at_both_sizes("train", in_training);
}

#[test]
fn train_a_pair_that_reports_figures_of_its_own() {
    at_both_sizes("train_pair", pair_in_training);
}

#[test]
fn train_paused_on_a_log_scale() {
    at_both_sizes("train_paused", |width, height| {
        let mut state = in_training(width, height);
        report(&mut state, crate::worker::Event::Phase(Phase::Paused));
        press(&mut state, KeyCode::Char('y'));
        state
    });
}

#[test]
fn train_finished() {
    at_both_sizes("train_finished", |width, height| {
        let mut state = in_training(width, height);
        report(&mut state, finished(Outcome::Completed));
        state
    });
}

#[test]
fn inspect_a_sample() {
    at_both_sizes("inspect", |width, height| {
        let mut state = in_training(width, height);
        press(&mut state, KeyCode::Char('3'));
        answer(&mut state, sample(Filter::All));
        state
    });
}

#[test]
fn inspect_without_colours() {
    let mut state = in_training(80, 24);
    state.theme = Theme::new(Depth::Monochrome, true);
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    insta::assert_snapshot!(screen(&state));
}

#[test]
fn inspect_the_confusion_matrix() {
    at_both_sizes("confusion", |width, height| {
        let mut state = with_keys(&[KeyCode::Char('3'), KeyCode::Char('c')])(width, height);
        answer(&mut state, confusion());
        state
    });
}

#[test]
fn hyperparameters_while_training() {
    at_both_sizes("hyper", with_keys(&[KeyCode::Char('4'), KeyCode::Right, KeyCode::Down]));
}

#[test]
fn popups() {
    at_both_sizes("help", with_keys(&[KeyCode::Char('?')]));
    at_both_sizes("palette", with_keys(&[KeyCode::Char(':'), KeyCode::Char('s'), KeyCode::Char('a')]));
    at_both_sizes("confirm", with_keys(&[KeyCode::Char('q')]));
    at_both_sizes("prompt", with_keys(&[KeyCode::Char('4'), KeyCode::Enter]));
}

#[test]
fn a_small_terminal_is_told_politely() {
    insta::assert_snapshot!(screen(&dashboard(59, 15)));
}

#[test]
fn runs_on_disk() {
    at_both_sizes("runs", with_runs);
}

#[test]
fn a_run_that_diverged_and_the_question_at_which_rate_it_goes_on() {
    at_both_sizes("runs_diverged", |width, height| {
        let mut state = with_runs(width, height);
        press(&mut state, KeyCode::Char('j'));
        press(&mut state, KeyCode::Char('r'));
        state
    });
}
