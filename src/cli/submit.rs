//! `trainyard submit` and `cancel`: trainings and searches as jobs of Slurm.

mod cancel;
mod wishes;

use std::io::Write;

use serde_json::json;

use super::Error;
use super::queue::{Parse, Queued, whole_command};
use super::reporter::line;
use super::text::plain;
use crate::preset::counted;
use crate::run::home;
use crate::search::Open;
use crate::search::slurm::{self, Script, Shelf, Submission, Work};
pub use cancel::Cancel;
use wishes::Wishes;

/// As many tasks as this carry a search out, unless it is said how many.
const WORKERS: u32 = 4;

/// Train a preset or carry out a search as jobs of Slurm; `trainyard runs` shows them, `trainyard cancel` ends them
///
/// What is submitted is a batch script that you can read: --print only shows it. A job whose time ends makes a checkpoint and is put
/// back into the queue; begun again, it goes on to the same bits. A search is an array of tasks that share its trials out.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    wishes: Wishes,
    /// As behind trainyard: train PRESET …, search FILE …, or one of both alone; the options here may stand before or behind it
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// What is about to be submitted.
struct Plan {
    words: Vec<String>,
    title: String,
    tasks: u32,
    work: Work,
    /// What the search's folder is called, and what begins it.
    search: Option<super::search::ForSubmission>,
    /// What names the submission, unless a person does.
    of: String,
}

impl Arguments {
    /// Submits it, or shows the script.
    pub fn run(mut self, parse: Parse) -> Result<(), Error> {
        // clap gives all that comes behind the first word of the command to the command.
        let typed = std::env::args().skip(2).collect();
        (self.wishes, self.words) = wishes::told_apart(typed)?;
        let wishes = &self.wishes;
        let plan = self.plan(parse)?;
        let shelf = Shelf::own()?;
        let name = wishes.job_name.clone().unwrap_or_else(|| shelf.free_name(&plan.of));
        if !Shelf::takes(&name) {
            return Err(Error::Usage(format!(
                "--job-name {}: use letters, digits, '-', '_' and '.'",
                plain(&name)
            )));
        }
        let home = std::path::absolute(home::folder()?)?;
        let (folder, program) = (std::env::current_dir()?, std::env::current_exe()?);
        let script = Script {
            name: &name,
            title: &plan.title,
            tasks: (plan.tasks, wishes.at_once),
            resources: &wishes.resources(),
            further: &wishes.sbatch,
            setup: &wishes.setup,
            folder: &folder,
            home: &home,
            logs: &std::path::absolute(shelf.logs())?,
            warning: wishes.warning(),
            program: &program,
            words: &plan.words,
            work: plan.work,
        };
        let text = script.text().map_err(|problem| Error::Usage(plain(&problem)))?;
        // A script that is only shown may be submitted by hand.
        shelf.make_logs()?;
        if wishes.print {
            write!(std::io::stdout(), "{text}")?;
            // It may be meant for another cluster, so that it is shown all the same.
            return slurm::check(&text).unwrap_or(Ok(())).map_err(|problem| {
                Error::Failed(format!(
                    "the Slurm of this machine would not take it: {}",
                    plain(&wishes.explained(problem))
                ))
            });
        }
        let runs = home::runs_folder()?;
        home::check_writable(&runs)
            .map_err(|error| Error::Failed(format!("no run can be kept: {}", plain(&error.to_string()))))?;
        if shelf.place(&name).exists() {
            return Err(Error::Usage(format!(
                "a submission {} is there already: choose another name",
                plain(&name)
            )));
        }
        let search = plan.search.map(|search| -> Result<String, Error> {
            // It is there from now on; what is wrong with it is told before a job waits for it.
            let search_name = search.store.name();
            match search.store.workers()?.is_empty() {
                true => drop(Open::begin(search.store, search.subject)?),
                false => drop(Open::join(search.store, &search.subject)?),
            }
            Ok(search_name)
        });
        let search = search.transpose()?;
        let mut submission = Submission::new(name.clone(), plan.words.clone(), search, plan.tasks);
        let path = shelf.create(&submission, &text)?;
        let job = slurm::submit(&path).map_err(|problem| {
            shelf.forget(&name);
            Error::Failed(plain(&wishes.explained(problem)))
        })?;
        submission.job = Some(job);
        shelf.save(&submission).map_err(|error| {
            Error::Failed(format!(
                "job {job} is submitted, and that could not be written down: {}",
                plain(&error.to_string())
            ))
        })?;
        let path = path.to_string_lossy();
        if let Some(told) = wishes.told() {
            writeln!(std::io::stderr(), "trainyard: {told}")?;
        }
        if wishes.json {
            return line(&json!({ "job": job, "submission": name, "tasks": plan.tasks, "script": path }));
        }
        let name = plain(&name);
        writeln!(
            std::io::stdout(),
            "{name} is job {job}: {}; {}\n`trainyard runs` shows how it stands, `trainyard cancel {name}` ends it",
            plain(&plan.title),
            plain(&path)
        )?;
        Ok(())
    }

    /// What the command line comes to.
    fn plan(&self, parse: Parse) -> Result<Plan, Error> {
        let mut words = whole_command(self.words.clone());
        match parse(&words)? {
            Queued::Train(arguments) => {
                if self.wishes.workers.is_some() {
                    return Err(Error::Usage(
                        "--workers: a training has one task for each seed; --repeat says how many".into(),
                    ));
                }
                let (request, seeds) = arguments.for_submission()?;
                let preset = &request.experiment.preset;
                let (first, of) = (preset.seed, preset.name.clone());
                let title = match seeds {
                    1 => format!("a training of {of}"),
                    seeds => format!(
                        "{seeds} trainings of {of}, with the seeds {first} to {}",
                        first.saturating_add(u64::from(seeds) - 1)
                    ),
                };
                if seeds > 1
                    && first.checked_add(seeds.into()).is_none_or(|last| i64::try_from(last).is_err())
                {
                    return Err(Error::Usage(format!(
                        "--repeat: the seeds from {first} on are beyond what a batch script counts to; --seed takes a smaller one"
                    )));
                }
                wishes::remove(&mut words, "--repeat");
                if seeds > 1 {
                    wishes::remove(&mut words, "--seed");
                }
                let work = Work::Train { first: (seeds > 1).then_some(first) };
                Ok(Plan { words, title, tasks: seeds, work, search: None, of })
            }
            Queued::Search(arguments) => {
                let search = arguments.for_submission()?;
                let trials = search.subject.plan.trials;
                let tasks = self.wishes.workers.unwrap_or(WORKERS).min(trials).max(1);
                let of = search.store.name();
                let title = format!(
                    "the search {of}, {} by {}",
                    counted(u64::from(trials), "trial"),
                    counted(u64::from(tasks), "task")
                );
                Ok(Plan { words, title, tasks, work: Work::Search, search: Some(search), of })
            }
        }
    }
}
