//! The learning-rate range test of a draft.

use crossterm::event::KeyCode;

use crate::tui::message::{Effect, Message};
use crate::tui::state::{Overlay, State};
use crate::tui::update::update;
use crate::worker::{RangeEnd, RateCurve, RatePoint, Trial, Tried};

use super::builders::*;
use super::form::form_of;
use super::screens::at_both_sizes;

/// Presses the key of the test; returns the number of its question.
fn asked(state: &mut State) -> u64 {
    match &press(state, KeyCode::Char('L'))[..] {
        [Effect::Measure { number, trial: Trial::Rates(_), experiment }] => {
            assert_eq!(experiment.preset.name, "mnist-cnn");
            *number
        }
        other => panic!("{other:?}"),
    }
}

/// A loss that is level, falls around a rate of 0.001, and rises from 0.1 on.
fn curve() -> RateCurve {
    let point = |step: i32| {
        let rate = 10_f64.powf(f64::from(step) / 12.0 - 7.0);
        let smoothed = 0.3 + 2.0 / (1.0 + (rate / 1e-3).powi(2)) + (rate / 0.2).powi(2);
        RatePoint { rate, loss: smoothed + 0.1 * f64::from(step % 3 - 1), smoothed }
    };
    let points = (0..80).map(point).collect();
    RateCurve { points, suggestion: Some(0.001_258_925), lowest: Some(0.014), end: RangeEnd::Diverged }
}

fn answered(width: u16, height: u16, result: Result<Tried, String>) -> State {
    let mut state = form_of("mnist-cnn", width, height);
    let number = asked(&mut state);
    update(&mut state, Message::Measured { number, result });
    state
}

#[test]
fn a_curve_of_rates_with_its_suggestion() {
    at_both_sizes("rates", |width, height| answered(width, height, Ok(Tried::Rates(curve()))));
}

#[test]
fn the_suggested_rate_is_taken_on_enter_and_taken_back() {
    let mut state = answered(80, 24, Ok(Tried::Rates(curve())));
    let rate = |state: &State| state.presets.current().map(|entry| entry.draft.optimizer.learning_rate());
    press(&mut state, KeyCode::Enter);
    assert_eq!((rate(&state), state.overlays.len()), (Some(0.0013), 0));
    press(&mut state, KeyCode::Char('u'));
    assert_eq!(rate(&state), Some(0.001));

    // Esc leaves the rate, and gives up a test that goes on; what it finds then comes too late.
    let number = asked(&mut state);
    assert!(screen(&state).contains("0 of 100 steps are made"), "{}", screen(&state));
    let point = Tried::Rate(curve().points[0]);
    update(&mut state, Message::Measured { number, result: Ok(point) });
    assert!(screen(&state).contains("1 of 100 steps are made"), "{}", screen(&state));
    // There is nothing to take yet.
    press(&mut state, KeyCode::Enter);
    assert_eq!(press(&mut state, KeyCode::Esc), [Effect::StopMeasuring]);
    update(&mut state, Message::Measured { number, result: Ok(Tried::Rates(curve())) });
    assert_eq!((rate(&state), state.overlays.len()), (Some(0.001), 0));
    // Neither does it answer the question after it.
    let later = asked(&mut state);
    assert_ne!(number, later);
    update(&mut state, Message::Measured { number, result: Ok(Tried::Rates(curve())) });
    assert!(matches!(state.overlays.last(), Some(Overlay::Rates(rates)) if rates.found.is_none()));
}

#[test]
fn a_test_that_cannot_be_made_says_why_and_changes_nothing() {
    let mut state = answered(80, 24, Err("no file is called flowers.csv".into()));
    assert!(screen(&state).contains("no file is called flowers.csv"), "{}", screen(&state));
    assert!(press(&mut state, KeyCode::Enter).is_empty());
    assert!(state.overlays.is_empty());
    let flat = RateCurve { suggestion: None, ..curve() };
    let state = answered(80, 24, Ok(Tried::Rates(flat)));
    assert!(screen(&state).contains("none is suggested"), "{}", screen(&state));
}
