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
    /// What is to be told of it before it begins, in lines: that a grid is not tried whole, that losses are not the same.
    pub fn told(&self) -> Vec<String> {
        self.told_of_grid().into_iter().chain(self.told_of_losses()).collect()
    }

    /// That trials are compared by losses that are not the same thing.
    fn told_of_losses(&self) -> Option<String> {
        let is_loss = |objective: &&Objective| matches!(objective.name.as_str(), "loss" | "val_loss");
        let objective = self.objectives.iter().find(is_loss)?;
        let changes_it = |path: &str| path == "loss" || path.starts_with("loss_options");
        let setting = self.space.parameters.iter().find(|parameter| changes_it(&parameter.path))?;
        let (name, path) = (&objective.name, &setting.path);
        Some(format!(
            "{name} is another thing with each value of {path}, so trials are compared by losses that are not the same; val_accuracy or another metric is the same for all"
        ))
    }

    fn told_of_grid(&self) -> Option<String> {
        let Proposer::Grid { points } = self.method.proposer() else { return None };
        let cells = self.space.cells(*points);
        let trials = self.trials;
        (u64::from(trials) < cells).then(|| {
            format!("the grid has {cells} combinations: the first {trials} of them are tried, the last settings change fastest")
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn that_losses_are_not_the_same_is_told() {
        let told = |space: &str, objective: &str| {
            let text = format!("(search: (space: {{{space}}}, objective: {objective}))");
            super::read(&text, "s.ron").unwrap().told()
        };
        let losses = r#""loss": [mean_squared_error, binary_crossentropy]"#;
        let [line] = &told(losses, "val_loss")[..] else { panic!() };
        assert!(line.starts_with("val_loss is another thing with each value of loss"), "{line}");
        assert_eq!(told(losses, "val_accuracy"), [""; 0]);
        assert_eq!(told(r#""loss_options.label_smoothing": uniform(0, 0.2)"#, "val_loss").len(), 1);
        assert_eq!(told(r#""optimizer.learning_rate": log(1e-3, 1e-1)"#, "val_loss"), [""; 0]);
    }
}
