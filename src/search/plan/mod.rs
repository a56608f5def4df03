//! What a search is asked to do, as data: `search: (…)` in a preset's file, or in a file that names a preset.
//!
//! ```text
//! search: (
//!     space: {
//!         "optimizer.learning_rate": log(1e-5, 1e-1),
//!         "train.batch_size": [32, 64, 128],
//!         "layers[0].filters": int(8, 64, step: 8),
//!         "optimizer": [Adam(), SGD()],
//!         "optimizer.momentum": when("optimizer", SGD, uniform(0, 0.99)),
//!     },
//!     objective: val_loss, method: tpe, trials: 30, hours: 8, on_end: "notify-send done",
//! )
//! ```

mod cursor;
mod method;
mod objective;
mod read;

pub use method::{Halving, LONGEST_SOBOL, Method, Proposer, SOBOL_DIMENSIONS};
pub use objective::{Measured, Objective};
pub use read::read;

use super::space::Space;

/// What a search does.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The settings that are varied.
    pub space: Space,
    /// What is to become small or large: one or two.
    pub objectives: Vec<Objective>,
    /// Which trials are made, and which go on.
    pub method: Method,
    /// The most trials.
    pub trials: u32,
    /// The most hours that it runs; `None`: as long as it takes.
    pub hours: Option<f64>,
    /// The seed of what is drawn.
    pub seed: u64,
    /// How many seeds each trial is trained with.
    pub repeat: u32,
    /// A person's command that is run when the search has ended.
    pub on_end: Option<String>,
}

impl Plan {
    /// What is to be told of it before it begins: that a grid is not tried whole.
    pub fn told(&self) -> Option<String> {
        let Proposer::Grid { points } = self.method.proposer() else { return None };
        let cells = self.space.cells(*points);
        let trials = self.trials;
        (u64::from(trials) < cells).then(|| {
            format!("the grid has {cells} combinations: the first {trials} of them are tried, the last settings change fastest")
        })
    }
}
