//! `trainyard search resume`: goes on with a search by its name, wherever its file is now.

use super::super::Error;
use super::super::device::check_environment;
use super::super::reporter::Reporting;
use super::found::find_store;
use super::manner::Manner;
use crate::run::home;
use crate::search::{Open, Store, Subject};

/// Go on with a search that was ended or killed, as it was begun
#[derive(Debug, clap::Args)]
pub struct Resume {
    /// The search
    search: String,
    /// Trials in all, instead of as many as before
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    trials: Option<u32>,
    /// Hours in all after which no trial is begun, instead of as many as before
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    hours: Option<f64>,
    /// Train those trials again that have failed, as after a device or a disk that was away
    #[arg(long)]
    retry_failed: bool,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    reporting: Reporting,
}

impl Resume {
    /// Carries it out to its end, or until a signal.
    pub(super) fn run(self) -> Result<(), Error> {
        let open = self.reporting.or_say_why(self.open())?;
        self.manner.carry_out(open, &self.reporting, &format!("trainyard search resume {}", self.search))
    }

    fn open(&self) -> Result<Open, Error> {
        check_environment()?;
        let store: Store = find_store(&self.search)?;
        let definition = store.load()?.definition.extended(self.trials, self.hours);
        let subject = Subject::of(definition)?;
        home::check_writable(&home::runs_folder()?)?;
        let mut open = self.manner.open(store, subject)?;
        if self.retry_failed {
            open.retry_failed()?;
        }
        Ok(open)
    }
}

/// Reads the hours of a search.
///
/// # Errors
/// What would be valid.
pub(super) fn hours(text: &str) -> Result<f64, String> {
    let hours = text.parse().ok().filter(|hours: &f64| *hours > 0.0 && hours.is_finite());
    hours.ok_or_else(|| "the hours of a search are above 0, such as 8 or 0.5".into())
}
