//! Has learning rates tried, and takes the one that is suggested.

use crate::preset::Path;
use crate::tui::message::Effect;
use crate::tui::state::State;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::rates::Rates;
use crate::worker::{RateRange, Trial, Tried};

use super::draft;

/// Begins a learning-rate range test of the draft in front.
pub fn try_rates(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.presets.current() else { return Vec::new() };
    let experiment = match entry.experiment() {
        Ok(experiment) => Box::new(experiment.clone()),
        Err(_) => {
            state.complain("the preset cannot be trained as it is: mend what is marked first");
            return Vec::new();
        }
    };
    let rate = entry.draft.optimizer.learning_rate();
    let number = state.form.pace.make_way();
    let range = RateRange::default();
    state.overlays.push(Overlay::Rates(Rates { number, range, now: rate, tried: Vec::new(), found: None }));
    vec![Effect::Measure { number, trial: Trial::Rates(range), experiment }]
}

/// Takes in what a few steps have shown.
pub fn on_measured(state: &mut State, number: u64, result: Result<Tried, String>) {
    let asked = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Rates(rates) if rates.number == number => Some(rates),
        _ => None,
    });
    match (asked, result) {
        (Some(rates), Ok(Tried::Rate(point))) => rates.tried.push(point),
        (Some(rates), Ok(Tried::Rates(curve))) => rates.found = Some(Ok(curve)),
        (Some(rates), Err(problem)) => rates.found = Some(Err(problem)),
        (_, Ok(Tried::Pace(seconds))) => state.form.pace.answer(number, Ok(seconds)),
        (None, Err(problem)) => state.form.pace.answer(number, Err(problem)),
        (None, Ok(Tried::Rates(_) | Tried::Rate(_))) => {}
    }
}

/// Gives the draft the rate that is suggested. While rates are still tried, there is nothing to take.
pub fn take_rate(state: &mut State, rates: Rates) -> Vec<Effect> {
    if rates.found.is_none() {
        state.overlays.push(Overlay::Rates(rates));
        return Vec::new();
    }
    let Some(rate) = rates.suggestion() else { return Vec::new() };
    let path = Path::to("optimizer").field("learning_rate");
    match draft::set(state, &path, &rate.to_string()) {
        Ok(()) => state.inform(format!("the learning rate is {rate} now; u takes it back")),
        Err(problem) => state.complain(problem),
    }
    Vec::new()
}
