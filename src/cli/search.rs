//! `trainyard search`: many trainings of a preset with different settings, and which are the best.

mod export;
mod found;
mod manner;
mod plan;
mod resume;
mod show;
mod tell;

use std::path::PathBuf;

use clap_complete::ArgValueCompleter;

use super::device::check_environment;
use super::reporter::Reporting;
use super::text::plain;
use super::{Error, candidates};
use crate::run::home;
use crate::search::{self, Definition, Open, Store, Subject};
use manner::Manner;

/// Search for good settings: train a preset many times with different ones
///
/// FILE is a preset with a `search` block, or a file that names a preset and has that block; README, "Search", shows both. A
/// search that was ended or killed goes on when it is called again: no trial that is finished is lost or trained twice.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// A preset with a `search` block, or a file that has one and names its preset
    #[arg(value_name = "FILE", required = true, add = ArgValueCompleter::new(candidates::presets))]
    file: Option<String>,
    /// Change a value of the preset for all trials, such as train.epochs=2; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    #[command(flatten)]
    manner: Manner,
    /// Trials, instead of what the file says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    trials: Option<u32>,
    /// Hours after which no trial is begun, instead of what the file says
    #[arg(long, value_name = "HOURS", value_parser = resume::hours)]
    hours: Option<f64>,
    /// What the search is called, instead of the file's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Check the search and show its trials and what they would take; train nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    reporting: Reporting,
}

/// Other commands on searches.
#[derive(Debug, clap::Subcommand)]
enum What {
    List(show::List),
    Show(show::Show),
    Best(show::Best),
    Export(export::Export),
    Resume(resume::Resume),
}

/// A search that is to be submitted.
pub(super) struct ForSubmission {
    /// Where it is.
    pub store: Store,
    /// What it is asked to do.
    pub subject: Subject,
}

impl Arguments {
    /// Carries it out to its end, or until a signal.
    pub fn run(self) -> Result<(), Error> {
        match self.what {
            Some(What::List(arguments)) => arguments.run(),
            Some(What::Show(arguments)) => arguments.run(),
            Some(What::Best(arguments)) => arguments.run(),
            Some(What::Export(arguments)) => arguments.run(),
            Some(What::Resume(arguments)) => arguments.run(),
            None => self.search(),
        }
    }

    fn search(&self) -> Result<(), Error> {
        let definition = self.reporting.or_say_why(self.definition())?;
        if self.dry_run {
            self.reporting.or_say_why(self.store(&definition))?;
            return plan::show(definition, &self.manner, &self.reporting);
        }
        let open = self.reporting.or_say_why(self.open(definition))?;
        let file = self.file.as_deref().unwrap_or_default();
        self.manner.carry_out(open, &self.reporting, &format!("trainyard search {file}"))
    }

    fn definition(&self) -> Result<Definition, Error> {
        check_environment()?;
        let file = self.file.as_deref().unwrap_or_default();
        let definition = Definition::find(file, self.sets.clone())?;
        Ok(definition.within(self.trials, self.hours))
    }

    /// Where it is kept.
    fn store(&self, definition: &Definition) -> Result<Store, Error> {
        Ok(Store::named(&self.name.clone().unwrap_or_else(|| definition.usual_name()))?)
    }

    fn open(&self, definition: Definition) -> Result<Open, Error> {
        let store = self.store(&definition)?;
        let subject = Subject::of(definition)?;
        let runs = home::runs_folder()?;
        home::check_writable(&runs)
            .map_err(|error| Error::Failed(format!("no trial can be kept: {}", plain(&error.to_string()))))?;
        self.manner.open(store, subject)
    }

    /// Checks it for the queue; returns the search's folder.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn for_queue(&self) -> Result<PathBuf, Error> {
        if self.what.is_some() || self.dry_run {
            return Err(Error::Usage("the queue takes searches that train: search FILE".into()));
        }
        let subject = Subject::of(self.definition()?)?;
        self.manner.check_devices(&subject)?;
        Ok(self.store(&subject.definition)?.path().to_path_buf())
    }

    /// Checks that something is left to do where it is there already.
    ///
    /// # Errors
    /// When it has ended, or it is another search.
    pub(super) fn check_open(&self) -> Result<(), Error> {
        let subject = Subject::of(self.definition()?)?;
        Ok(Open::check(&self.store(&subject.definition)?, &subject)?)
    }

    /// What its command needs behind it so that its trainings share out only so many processors.
    pub(super) fn sharing(&self, processors: usize) -> Vec<String> {
        self.manner.sharing(processors)
    }

    /// Checks it for jobs of Slurm.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn for_submission(&self) -> Result<ForSubmission, Error> {
        if self.what.is_some() || self.dry_run {
            return Err(Error::Usage("jobs carry out searches that train: search FILE".into()));
        }
        let subject = Subject::of(self.definition()?)?;
        let store = self.store(&subject.definition)?;
        Open::check(&store, &subject)?;
        Ok(ForSubmission { store, subject })
    }

    /// The search's folder.
    pub(super) fn folder(&self) -> Result<PathBuf, Error> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => self.definition()?.usual_name(),
        };
        Ok(Store::named(&name)?.path().to_path_buf())
    }
}

impl From<search::Error> for Error {
    fn from(error: search::Error) -> Self {
        match error {
            search::Error::Preset(error) => error.into(),
            search::Error::Run(error) => error.into(),
            search::Error::Name(problem) => Error::Usage(plain(&problem)),
            search::Error::Failed(problem) => Error::Failed(plain(&problem)),
        }
    }
}
