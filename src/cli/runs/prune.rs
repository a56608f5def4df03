//! `trainyard runs prune`: removes runs, or their older checkpoints.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::super::Error;
use super::super::text::{self, bytes, plain};
use crate::run::{Overview, Standing, home, prune};

/// Remove old runs, or only their older checkpoints; a run that is being trained is never touched
///
/// A run goes when all conditions that are given hold. It is listed with its size first, and removed after a question on the
/// terminal, or with --yes. A run whose manifest cannot be read stays.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The newest N runs stay
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Only runs of which nothing has been written for so many days
    #[arg(long, value_name = "DAYS", value_parser = days)]
    older_than: Option<Duration>,
    /// Only runs that failed
    #[arg(long)]
    failed: bool,
    /// Keep the runs, and remove all of their checkpoints except the best and the newest one
    #[arg(long)]
    checkpoints: bool,
    /// List what would go, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Remove without a question
    #[arg(long)]
    yes: bool,
    /// Print one JSON object for each run that goes
    #[arg(long)]
    json: bool,
}

fn days(text: &str) -> Result<Duration, String> {
    let days = text.parse::<f64>().map_err(|_| format!("{text} is not a number"))?;
    Duration::try_from_secs_f64(days * 86_400.0).map_err(|_| "use a number of days, such as 30".into())
}

/// What is to go of a run.
struct Doomed {
    overview: Overview,
    /// The steps of the checkpoints that go; `None` where the whole run goes.
    steps: Option<Vec<u64>>,
    /// Bytes that this frees; `None` where the system refuses to tell.
    bytes: Option<u64>,
}

impl Arguments {
    /// Lists what is to go, asks, and removes it.
    pub(super) fn run(self) -> Result<(), Error> {
        if self.keep.is_none() && self.older_than.is_none() && !self.failed && !self.checkpoints {
            return Err(Error::Usage(
                "which runs are to go? --keep N, --older-than DAYS or --failed says so; --checkpoints keeps all runs and \
                 removes older checkpoints"
                    .into(),
            ));
        }
        let runs = home::runs_folder()?;
        let mut doomed = Vec::new();
        let mut left = 0;
        for overview in self.chosen(Overview::list(&runs)?) {
            match self.doom(overview) {
                Ok(found) => doomed.extend(found),
                Err(problem) => {
                    left += 1;
                    warn(&problem);
                }
            }
        }
        let mut out = std::io::stdout().lock();
        if doomed.is_empty() {
            if !self.json {
                writeln!(out, "nothing is to be removed")?;
            }
        } else {
            if !self.json {
                doomed.iter().try_for_each(|doomed| writeln!(out, "{}", in_words(doomed)))?;
            }
            if !self.dry_run && !self.may_remove(&doomed)? {
                return Err(Error::Failed("nothing is removed".into()));
            }
            left += self.carry_out(&mut out, &runs, &doomed)?;
        }
        match left {
            0 => Ok(()),
            1 => Err(Error::Failed("1 run is left as it is".into())),
            count => Err(Error::Failed(format!("{count} runs are left as they are"))),
        }
    }

    /// Removes what is to go, unless this is a rehearsal; returns how many runs are left as they are.
    fn carry_out(&self, out: &mut impl Write, runs: &Path, doomed: &[Doomed]) -> Result<usize, Error> {
        if !self.dry_run {
            prune::sweep(runs);
        }
        let (mut left, mut gone) = (0, Vec::new());
        for doomed in doomed {
            let removed = if self.dry_run { Ok(false) } else { remove(doomed).map(|()| true) };
            match &removed {
                Ok(true) => gone.push(doomed),
                Ok(false) => {}
                Err(problem) => {
                    left += 1;
                    warn(&format!("{}: {problem}", doomed.overview.run.name()));
                }
            }
            if self.json {
                let line = json!({
                    "run": doomed.overview.run.name(),
                    "status": doomed.overview.standing().word(),
                    "checkpoints": doomed.steps,
                    "bytes": doomed.bytes,
                    "removed": removed.unwrap_or(false),
                });
                writeln!(out, "{}", text::json(&line)?)?;
            }
        }
        if !self.json && !gone.is_empty() {
            writeln!(out, "removed: {}", what(&gone))?;
        }
        Ok(left)
    }

    /// The runs that all conditions choose; `all` has the oldest first.
    fn chosen(&self, mut all: Vec<Overview>) -> Vec<Overview> {
        if let Some(keep) = self.keep {
            all.truncate(all.len().saturating_sub(keep));
        }
        let now = SystemTime::now();
        all.retain(|overview| {
            let rested = || now.duration_since(prune::last_written(&overview.run)?).ok();
            let is_old = self.older_than.is_none_or(|age| rested().is_some_and(|rested| rested > age));
            let is_chosen = match overview.standing() {
                Standing::Running | Standing::Unknown | Standing::Broken => false,
                Standing::Failed => true,
                Standing::Interrupted | Standing::Stopped | Standing::Finished => !self.failed,
            };
            is_old && is_chosen && overview.is_alive == Ok(false)
        });
        all
    }

    /// What is to go of a run, if anything.
    fn doom(&self, overview: Overview) -> Result<Option<Doomed>, String> {
        if !self.checkpoints {
            let bytes = overview.disk_bytes;
            return Ok(Some(Doomed { overview, steps: None, bytes }));
        }
        let steps = prune::superfluous(&overview.run)
            .map_err(|error| format!("{}: its checkpoints stay: {error}", overview.run.name()))?;
        let sizes = steps.iter().map(|step| overview.run.checkpoint_size(*step));
        let bytes = sizes.sum();
        Ok((!steps.is_empty()).then_some(Doomed { overview, steps: Some(steps), bytes }))
    }

    /// Whether the person agrees.
    fn may_remove(&self, doomed: &[Doomed]) -> Result<bool, Error> {
        if self.yes {
            return Ok(true);
        }
        let what = what(&doomed.iter().collect::<Vec<_>>());
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return Err(Error::Usage(format!(
                "{what} would be removed: --yes removes without a question, --dry-run only lists"
            )));
        }
        write!(std::io::stderr(), "Remove {what}? [y/N] ")?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

fn remove(doomed: &Doomed) -> Result<(), crate::run::Error> {
    match &doomed.steps {
        None => prune::remove(&doomed.overview.run),
        Some(_) => prune::remove_superfluous(&doomed.overview.run).map(|_| ()),
    }
}

fn what(doomed: &[&Doomed]) -> String {
    let size: Option<u64> = doomed.iter().map(|doomed| doomed.bytes).sum();
    let size = size.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
    let checkpoints: usize = doomed.iter().filter_map(|doomed| doomed.steps.as_ref()).map(Vec::len).sum();
    let (count, thing) = if checkpoints > 0 { (checkpoints, "checkpoint") } else { (doomed.len(), "run") };
    format!("{count} {thing}{}{size}", if count == 1 { "" } else { "s" })
}

fn in_words(doomed: &Doomed) -> String {
    let Doomed { overview, steps, bytes: size } = doomed;
    let size = size.map_or("unknown size".into(), bytes);
    let steps = steps.as_ref().map(|steps| {
        let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
        format!("  checkpoints of steps {}", steps.join(" "))
    });
    let (name, status) = (plain(&overview.run.name()), overview.standing().word());
    format!("{name}  {status}  {size}{}", steps.unwrap_or_default())
}

fn warn(problem: &str) {
    // Errors are ignored: nobody may be there to read it.
    let _ = writeln!(std::io::stderr(), "trainyard: {}", plain(problem));
}
