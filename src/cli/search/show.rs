//! `trainyard search list`, `show` and `best`: what came of searches.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::Error;
use super::super::reporter::line;
use super::super::text::{columns, plain};
use super::found::find;
use super::tell::{time, trial_json};
use crate::run::atomic;
use crate::run::text::figure;
use crate::search::{Search, Store, Trial, front};

/// List the searches on disk: what each looks for, how many trials it has, its best one
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Show the trials of a search, the best first
#[derive(Debug, clap::Args)]
pub struct Show {
    /// The search
    search: String,
    /// How many of them
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Only those that no other beats in both objectives
    #[arg(long)]
    front: bool,
    /// Print one JSON object a line, of all trials
    #[arg(long)]
    json: bool,
}

/// Show the settings of the best trial, or write its preset
#[derive(Debug, clap::Args)]
pub struct Best {
    /// The search
    search: String,
    /// Another trial than the best one
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u32>,
    /// Write the preset with these settings
    #[arg(long, value_name = "FILE.ron")]
    save: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints it.
    pub(super) fn run(self) -> Result<(), Error> {
        let stores = Store::list()?;
        if stores.is_empty() && !self.json {
            writeln!(std::io::stdout(), "no searches yet; `trainyard search FILE` begins one")?;
        }
        for store in stores {
            let name = store.name();
            let (said, object) = match Search::load(store) {
                Ok(search) => {
                    let plan = &search.subject.plan;
                    let best = search.best().map(|best| super::tell::values(&search, best));
                    let best = best.map(|best| format!(", best {best}")).unwrap_or_default();
                    let workers = search.store.workers()?.len();
                    // A training outlives the process that began it.
                    let is_trained = search.trials.iter().any(|trial| search.standing(trial) == "running");
                    let how = match (workers, search.record.is_ended) {
                        (0, true) => "ended".to_owned(),
                        (0, false) if is_trained => "its last trainings end, and it can go on".into(),
                        (0, false) => "can go on".into(),
                        (1, _) => "running".into(),
                        (several, _) => format!("{several} processes run it"),
                    };
                    let said = format!("{name}  {} of {} trials, {how}{best}", search.done(), plan.trials);
                    let best = search.best().map(|best| trial_json(&search, best));
                    (
                        said,
                        json!({ "search": name, "trials": search.made(), "done": search.done(), "of": plan.trials, "ended": search.record.is_ended, "workers": workers, "best": best }),
                    )
                }
                Err(error) => (
                    format!("{name}  cannot be read: {error}"),
                    json!({ "search": name, "problem": error.to_string() }),
                ),
            };
            match self.json {
                true => line(&object)?,
                false => writeln!(std::io::stdout(), "{}", plain(&said))?,
            }
        }
        Ok(())
    }
}

impl Show {
    /// Prints them.
    pub(super) fn run(self) -> Result<(), Error> {
        let search = find(&self.search)?;
        let order = match self.front {
            true => front(&search.subject.plan.objectives, &search.trials),
            false => search.ranked(),
        };
        if self.json {
            return order.into_iter().try_for_each(|place| line(&trial_json(&search, &search.trials[place])));
        }
        let mut out = std::io::stdout().lock();
        let left_out = order.len().saturating_sub(self.top);
        let shown: Vec<&Trial> =
            order.into_iter().take(self.top).map(|place| &search.trials[place]).collect();
        out.write_all(table(&search, &shown).as_bytes())?;
        if left_out > 0 {
            writeln!(out, "and {left_out} more; --top {} shows all", search.trials.len())?;
        }
        for trial in shown {
            if let Some(why) = search.why(trial) {
                writeln!(out, "trial {}: {}", trial.number, plain(&why))?;
            }
        }
        Ok(())
    }
}

/// Trials as a table, columns as wide as their widest cell.
fn table(search: &Search, trials: &[&Trial]) -> String {
    if trials.is_empty() {
        return "no trials yet\n".into();
    }
    let plan = &search.subject.plan;
    let objectives = plan.objectives.iter().map(|objective| objective.name.to_uppercase());
    let settings = plan.space.parameters.iter().map(|parameter| parameter.short_name().to_owned());
    let head = ["TRIAL".to_owned(), "STATE".into()]
        .into_iter()
        .chain(objectives)
        .chain(["EPOCHS".into(), "TIME".into()]);
    let mut rows = vec![head.chain(settings).collect::<Vec<String>>()];
    rows.extend(trials.iter().map(|trial| {
        let values = trial.values();
        let value = |place: usize| {
            let value = values
                .as_ref()
                .and_then(|values| values.get(place))
                .map(|value| super::tell::worth(&plan.objectives[place], *value));
            let spread = trial.deviation(place).map(|spread| format!(" ± {}", figure(spread)));
            value.map_or_else(|| "-".into(), |value| value + &spread.unwrap_or_default())
        };
        let state = search.standing(trial).to_owned();
        let first =
            [trial.number.to_string(), state].into_iter().chain((0..plan.objectives.len()).map(value));
        let middle = [trial.epochs().to_string(), time(trial.seconds())];
        let settings =
            plan.space.values(&trial.settings).map(|value| value.map_or_else(|| "-".into(), plain));
        first.chain(middle).chain(settings).collect()
    }));
    columns(&rows)
}

impl Best {
    /// Prints or writes it.
    pub(super) fn run(self) -> Result<(), Error> {
        let search = find(&self.search)?;
        let name = plain(&search.store.name());
        let trial = match self.trial {
            None => {
                search.best().ok_or_else(|| Error::Failed(format!("no trial of {name} has a result yet")))?
            }
            Some(number) => search.trials.iter().find(|trial| trial.number == number).ok_or_else(|| {
                Error::Usage(format!("{name} has no trial {number}; it has {}", search.trials.len()))
            })?,
        };
        let mut whole = Vec::new();
        if let Some(path) = &self.save {
            if path.extension().is_none_or(|ending| ending != "ron") {
                let other = path.with_extension("ron");
                return Err(Error::Usage(format!(
                    "{}: a preset's file ends with .ron: name {}",
                    plain(&path.to_string_lossy()),
                    plain(&other.to_string_lossy())
                )));
            }
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let text;
            (text, whole) = search.subject.preset_of(trial, &stem, folder.unwrap_or(Path::new(".")))?;
            if path.exists() {
                return Err(Error::Usage(format!(
                    "{} is there already: name another file",
                    plain(&path.to_string_lossy())
                )));
            }
            atomic::write(path, |file| file.write_all(text.as_bytes()))?;
        }
        if self.json {
            return line(&trial_json(&search, trial));
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "trial {} of {name}: {}", trial.number, plain(&super::tell::values(&search, trial)))?;
        for setting in &trial.settings {
            writeln!(out, "  {} = {}", plain(&setting.path), plain(&setting.value))?;
        }
        for run in trial.runs.iter().filter_map(|run| run.run.as_deref()) {
            writeln!(out, "  run {}", plain(run))?;
        }
        if let Some(path) = &self.save {
            let path = plain(&path.to_string_lossy());
            writeln!(out, "written to {path}: `trainyard train {path}` trains it")?;
            if !whole.is_empty() {
                let whole = plain(&whole.join(", "));
                writeln!(
                    out,
                    "it is in another folder than the preset: its data is named by whole paths, {whole}"
                )?;
            }
        }
        Ok(())
    }
}
