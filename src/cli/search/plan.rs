//! `trainyard search --dry-run`: the trials of a search, and what they would take.

use std::io::Write;

use serde_json::json;

use super::super::Error;
use super::super::reporter::{Reporting, line};
use super::super::text::plain;
use super::super::threads::{crowded, processors};
use super::manner::Manner;
use super::tell::time;
use crate::preset::counted;
use crate::search::{Definition, Method, Subject};
use crate::worker::{self, Trial, Tried};

/// Seconds until the process of a training has begun, about.
const STARTING: f64 = 0.1;
/// The trials that are listed.
const LISTED: usize = 20;

/// Checks a search and shows what it would do.
pub(super) fn show(definition: Definition, manner: &Manner, reporting: &Reporting) -> Result<(), Error> {
    let subject = reporting.or_say_why(Subject::of(definition).map_err(Error::from))?;
    reporting.or_say_why(manner.check_devices(&subject))?;
    let (jobs, threads) = (manner.jobs(), manner.threads());
    let plan = &subject.plan;
    let first = subject.first_trials(LISTED);
    let measured = worker::measure(&subject.base, Trial::Pace, |_| {});
    let epochs = subject.most_epochs();
    let seconds = match measured {
        Ok(Tried::Pace(pace)) => {
            let trainings = f64::from(plan.trials) * f64::from(plan.repeat);
            // Several at a time share the processors out; more of them than there are take turns.
            let at_once = jobs.min(processors()) as f64;
            Some((pace, (pace * epochs as f64 + STARTING * trainings) / at_once))
        }
        Ok(_) | Err(_) => None,
    };
    let objectives: Vec<String> = plan.objectives.iter().map(ToString::to_string).collect();
    if reporting.json {
        let trials: Vec<_> = first
            .iter()
            .map(|trial| {
                let pairs = trial.settings.iter().map(|one| (one.path.clone(), one.value.clone().into()));
                json!({ "trial": trial.number, "settings": pairs.collect::<serde_json::Map<_, _>>(), "refused": trial.refused })
            })
            .collect();
        return line(&json!({
            "event": "plan", "objectives": objectives, "method": plan.method.to_string(), "trials": plan.trials, "repeat": plan.repeat,
            "told": plan.told(), "first": trials, "epochs": epochs, "seconds_per_epoch": seconds.map(|of| of.0), "seconds": seconds.map(|of| of.1), "hours": plan.hours,
        }));
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} by {}, {}",
        objectives.join(" and "),
        plan.method,
        counted(u64::from(plan.trials), "trial")
    )?;
    if plan.repeat > 1 {
        writeln!(out, "each with {} seeds", plan.repeat)?;
    }
    for told in plan.told() {
        writeln!(out, "{told}")?;
    }
    for trial in &first {
        let settings: Vec<String> =
            trial.settings.iter().map(|one| format!("{}={}", one.path, one.value)).collect();
        let refused = trial.refused.as_ref().map(|why| format!("  not trained: {why}")).unwrap_or_default();
        writeln!(out, "  trial {}  {}{}", trial.number, plain(&settings.join("  ")), plain(&refused))?;
    }
    match (plan.trials as usize).saturating_sub(first.len()) {
        0 => {}
        more if plan.method.proposer().depends_on_results() => {
            writeln!(out, "  and {more} that depend on what comes of these")?
        }
        more => writeln!(out, "  and {more} more")?,
    }
    let at_a_time = if jobs == 1 {
        format!("one training at a time, {}", counted(threads as u64, "thread"))
    } else {
        format!("{jobs} trainings at a time, {} each", counted(threads as u64, "thread"))
    };
    // What goes on as soon as it is among the best may be overtaken by others, which then go on as well.
    let about = if matches!(&plan.method, Method::Halving(halving) if halving.is_asynchronous) {
        "about"
    } else {
        "at most"
    };
    writeln!(out, "{at_a_time}; {about} {epochs} epochs in all")?;
    match seconds {
        Some((pace, all)) => writeln!(
            out,
            "an epoch of the preset itself takes about {} here, so all take about {}, the start of each training included; settings \
             that change its size change that",
            time(pace),
            time(all)
        )?,
        None => writeln!(out, "how long an epoch takes could not be measured")?,
    }
    if let Some(hours) = plan.hours {
        let about = seconds.map(|(_, all)| all).filter(|all| *all > hours * 3600.0);
        let trials = about.map(|all| (f64::from(plan.trials) * hours * 3600.0 / all).ceil());
        let trials = trials.map(|trials| format!(": about {trials} of {} are made by then", plan.trials));
        writeln!(out, "no trial begins after {}{}", time(hours * 3600.0), trials.unwrap_or_default())?;
    }
    if let Some(told) = crowded("--jobs", jobs) {
        writeln!(out, "{told}")?;
    }
    Ok(())
}
