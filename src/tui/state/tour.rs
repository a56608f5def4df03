//! The tour of the first time: five hints, one after the other. A hint takes no keys; it goes on when a person has done what it
//! says.

use super::{Overlay, Screen, State};
use crate::worker::Phase;

/// Where the tour is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    step: usize,
}

/// A hint, and whether a person has done what it says.
type Hint = (&'static str, fn(&State) -> bool);

const HINTS: [Hint; 5] = [
    ("Choose an experiment with the arrows, Enter trains it. n makes one for a file of your own.", |state| {
        state.is_busy() || state.training.is_some()
    }),
    ("Space pauses the training and goes on, . makes one step, + and - change the learning rate.", |state| {
        state.phase == Phase::Paused
            || state.training.as_ref().is_some_and(|training| training.finish.is_some())
    }),
    ("3 shows what the network gets right and wrong; f goes through its figures.", |state| {
        state.screen == Screen::Inspect
    }),
    ("4 changes anything: layers, optimizer, data. t trains what you have made.", |state| {
        state.screen == Screen::Hyper
    }),
    ("5 keeps every run: Enter opens one again. ? lists all keys, : finds a command by its name.", |state| {
        state.screen == Screen::Runs
            || state.overlays.iter().any(|overlay| matches!(overlay, Overlay::Help { .. }))
    }),
];

impl Tour {
    /// The number of the hint, from 1, how many there are, and what it says.
    pub fn hint(self) -> (usize, usize, &'static str) {
        (self.step + 1, HINTS.len(), HINTS[self.step.min(HINTS.len() - 1)].0)
    }

    /// The tour after what has just happened; `None` at its end.
    pub fn after(self, state: &State) -> Option<Tour> {
        let mut step = self.step;
        while let Some((_, is_done)) = HINTS.get(step)
            && is_done(state)
        {
            step += 1;
        }
        (step < HINTS.len()).then_some(Tour { step })
    }
}
