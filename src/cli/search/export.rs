//! `trainyard search export`: all trials as a table for other programs.

use std::io::Write;
use std::path::PathBuf;

use super::super::Error;
use super::super::csv_text::row;
use super::found::find;
use crate::run::{self, atomic};

/// Write all trials as CSV: settings, results, runs
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The search
    search: String,
    /// The file, instead of standard output
    #[arg(long, value_name = "FILE.csv")]
    output: Option<PathBuf>,
}

impl Export {
    /// Writes it.
    pub(super) fn run(self) -> Result<(), Error> {
        let search = find(&self.search)?;
        let plan = &search.subject.plan;
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let objectives = plan.objectives.iter().map(|objective| objective.name.clone());
        let paths = plan.space.parameters.iter().map(|parameter| parameter.path.clone());
        let spreads = plan.objectives.iter().filter(|_| plan.repeat > 1);
        let spreads = spreads.map(|objective| format!("{} standard deviation", objective.name));
        let head = own(&["trial", "state"]).into_iter().chain(objectives).chain(spreads);
        let head = head.chain(own(&["epochs", "seconds"])).chain(paths).chain(own(&["runs", "why"]));
        let mut text = row(&head.collect::<Vec<_>>())?;
        for trial in &search.trials {
            let values = trial.values().unwrap_or_default();
            let value = |place: usize| values.get(place).map(ToString::to_string).unwrap_or_default();
            let runs: Vec<&str> = trial.runs.iter().filter_map(|run| run.run.as_deref()).collect();
            let first = [trial.number.to_string(), search.standing(trial).to_owned()].into_iter();
            let spread =
                |place: usize| trial.deviation(place).map(|spread| spread.to_string()).unwrap_or_default();
            let spreads = (0..plan.objectives.len()).filter(|_| plan.repeat > 1).map(spread);
            let first = first.chain((0..plan.objectives.len()).map(value)).chain(spreads);
            let middle = [trial.epochs().to_string(), trial.seconds().to_string()];
            let settings =
                plan.space.values(&trial.settings).map(|value| value.unwrap_or_default().to_owned());
            text.extend(row(&first
                .chain(middle)
                .chain(settings)
                .chain([runs.join(" "), search.why(trial).unwrap_or_default()])
                .collect::<Vec<_>>())?);
        }
        match &self.output {
            Some(path) => Ok(atomic::write_for_others(path, |file| {
                file.write_all(&text).map_err(run::Error::io(path, "writing"))
            })
            .map(drop)?),
            None => Ok(std::io::stdout().write_all(&text)?),
        }
    }
}
