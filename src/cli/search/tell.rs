//! How a search goes, a line for each trial.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::super::Error;
use super::super::reporter::{Reporting, in_a_job, line};
use super::super::text::plain;
use crate::preset::counted;
use crate::run::text::figure;
use crate::search::{Ended, Measured, Objective, Search, Told, Trial};

/// Tells how a search goes.
pub(super) struct Teller<'a> {
    reporting: &'a Reporting,
}

impl<'a> Teller<'a> {
    pub fn new(reporting: &'a Reporting) -> Self {
        Teller { reporting }
    }

    /// What is searched, and what is there already.
    pub fn begin(&mut self, search: &Search) -> Result<(), Error> {
        let plan = &search.subject.plan;
        let objectives: Vec<String> = plan.objectives.iter().map(ToString::to_string).collect();
        if self.reporting.json {
            return line(&json!({
                "event": "search", "search": search.store.name(), "folder": search.store.path(), "objectives": objectives,
                "method": plan.method.to_string(), "trials": plan.trials, "known": search.trials.len(), "told": plan.told(),
            }));
        }
        for told in plan.told() {
            self.say(&told)?;
        }
        let known = match search.made() {
            0 => String::new(),
            made => format!("; {made} of them are known already"),
        };
        let line = format!(
            "search {}: {} by {}, {} trials{known}",
            search.store.name(),
            objectives.join(" and "),
            plan.method,
            plan.trials
        );
        self.say(&line)
    }

    /// What happens.
    pub fn tell(&mut self, search: &Search, told: &Told) {
        // Nobody to tell is no reason to stop training.
        let _ = match told {
            _ if self.reporting.json => line(&as_json(search, told)),
            Told::Begun { .. } => Ok(()),
            Told::Reached { trial, .. } => self.say(&reached(search, trial)),
            Told::Refused(trial) => {
                let why = trial.refused.as_deref().unwrap_or_default();
                self.say(&format!("trial {}: not trained: {}: {why}", trial.number, settings(search, trial)))
            }
            Told::Left { trial, why } => self.say(&format!("trial {}: left: {why}", trial.number)),
        };
    }

    /// What came of it.
    pub fn end(&mut self, search: &Search, ended: Ended) -> Result<(), Error> {
        let how = ended.word();
        if self.reporting.json {
            let best = search.best().map(|trial| trial_json(search, trial));
            return line(
                &json!({ "event": "search_ended", "how": how, "trials": search.made(), "best": best }),
            );
        }
        let name = search.store.name();
        let mut out = std::io::stdout().lock();
        let trials = counted(search.made() as u64, "trial");
        let trials = match search.done() {
            done if done == search.made() => trials,
            done => format!("{done} of {trials} that were begun"),
        };
        writeln!(out, "{}", in_a_job(&format!("{how}: {trials} in {}", time(search.record.seconds))))?;
        match ended {
            Ended::Interrupted => writeln!(out, "`trainyard search resume {name}` goes on where it was")?,
            Ended::TimeIsUp => {
                writeln!(out, "`trainyard search resume {name} --hours N` gives it more, N hours in all")?;
            }
            Ended::Done | Ended::Elsewhere => {}
        }
        let Some(best) = search.best() else { return Ok(()) };
        writeln!(out, "best: trial {}  {}", best.number, plain(&values(search, best)))?;
        for setting in &best.settings {
            writeln!(out, "  {} = {}", plain(&setting.path), plain(&setting.value))?;
        }
        writeln!(
            out,
            "`trainyard search show {name}` lists all, `trainyard search best {name} --save FILE.ron` writes the preset"
        )?;
        Ok(())
    }

    fn say(&self, text: &str) -> Result<(), Error> {
        if !self.reporting.quiet {
            writeln!(std::io::stdout().lock(), "{}", in_a_job(&plain(text)))?;
        }
        Ok(())
    }
}

fn reached(search: &Search, trial: &Trial) -> String {
    // Those that the preset refuses have a number and do not count.
    let place =
        search.trials.iter().filter(|one| one.refused.is_none() && one.number <= trial.number).count();
    let all = search.subject.plan.trials;
    let of = match trial.number as usize == place {
        true => format!("trial {place} of {all}"),
        false => format!("trial {}, {place} of {all}", trial.number),
    };
    if let Some(why) = trial.failure() {
        return format!("{of}: failed: {why}  ({})", settings(search, trial));
    }
    let is_best = search.best().is_some_and(|best| best.number == trial.number);
    let best = if is_best { "  the best so far" } else { "" };
    let rungs = search.subject.rungs();
    let rung = match trial.rungs_reached() {
        _ if rungs.len() == 1 => String::new(),
        reached if reached >= rungs.len() => " to its end".into(),
        _ => format!(" to epoch {}", trial.epochs()),
    };
    let seeds = match trial.runs.len() {
        1 => String::new(),
        all => {
            let there = trial.runs.iter().filter(|run| run.reached.len() > trial.rung).count();
            format!(", seed {there} of {all}")
        }
    };
    format!(
        "{of}{rung}{seeds}: {}  ({}, {}){best}",
        values(search, trial),
        settings(search, trial),
        time(trial.seconds())
    )
}

/// The objectives of a trial, in words.
pub(super) fn values(search: &Search, trial: &Trial) -> String {
    let Some(values) = trial.values() else { return "no result yet".into() };
    let objectives = search.subject.plan.objectives.iter().enumerate();
    let words = objectives.zip(values).map(|((place, objective), value)| {
        let spread = trial.deviation(place).map(|deviation| format!(" ± {}", figure(deviation)));
        format!("{} {}{}", objective.name, worth(objective, value), spread.unwrap_or_default())
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The value of an objective, as a person reads it.
pub(super) fn worth(objective: &Objective, value: f64) -> String {
    if objective.measured == Measured::Parameters { format!("{value:.0}") } else { figure(value) }
}

/// The settings of a trial, by their short names.
pub(super) fn settings(search: &Search, trial: &Trial) -> String {
    let parameters = &search.subject.plan.space.parameters;
    let values = search.subject.plan.space.values(&trial.settings);
    let words = parameters
        .iter()
        .zip(values)
        .filter_map(|(parameter, value)| Some(format!("{} {}", parameter.short_name(), value?)));
    words.collect::<Vec<_>>().join(", ")
}

/// Seconds as a person reads them.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 0.1 => format!("{:.0} ms", seconds * 1000.0),
        seconds if seconds < 60.0 => format!("{seconds:.1} s"),
        seconds if seconds < 5400.0 => format!("{:.1} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    }
}

fn as_json(search: &Search, told: &Told) -> Value {
    let with = |event: &str, trial: &Trial| {
        let mut value = trial_json(search, trial);
        if let Value::Object(fields) = &mut value {
            fields.insert("event".into(), event.into());
        }
        value
    };
    match told {
        Told::Begun { trial, seed, run } => {
            json!({ "event": "trial_begun", "trial": trial.number, "seed": seed, "run": run, "settings": by_path(trial) })
        }
        Told::Reached { trial, .. } => with("trial", trial),
        Told::Refused(trial) => with("trial", trial),
        Told::Left { trial, why } => json!({ "event": "trial_left", "trial": trial.number, "why": why }),
    }
}

fn by_path(trial: &Trial) -> Value {
    let pairs =
        trial.settings.iter().map(|setting| (setting.path.clone(), Value::from(setting.value.clone())));
    Value::Object(pairs.collect())
}

/// A trial as a script reads it.
pub(super) fn trial_json(search: &Search, trial: &Trial) -> Value {
    let objectives = &search.subject.plan.objectives;
    let values: Map<String, Value> = objectives
        .iter()
        .zip(trial.values().unwrap_or_default())
        .map(|(one, value)| (one.name.clone(), json!(value)))
        .collect();
    let spreads: Map<String, Value> = objectives
        .iter()
        .enumerate()
        .filter_map(|(place, one)| Some((one.name.clone(), json!(trial.deviation(place)?))))
        .collect();
    let of_seed = |place: usize| -> Map<String, Value> {
        let by_seed = |(objective, one): (usize, &Objective)| {
            Some((one.name.clone(), json!(trial.by_seed(objective).get(place)?)))
        };
        objectives.iter().enumerate().filter_map(by_seed).collect()
    };
    let state = search.standing(trial).replace(' ', "_");
    json!({
        "trial": trial.number, "state": state, "values": values, "standard_deviations": spreads, "settings": by_path(trial),
        "epochs": trial.epochs(), "seconds": trial.seconds(), "why": search.why(trial),
        "runs": trial.runs.iter().enumerate().map(|(place, run)| {
            json!({ "seed": run.seed, "run": run.run, "values": of_seed(place) })
        }).collect::<Vec<_>>(),
    })
}
