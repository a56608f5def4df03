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
        let subject = Subject::of(store.load()?.definition)?;
        home::check_writable(&home::runs_folder()?)?;
        self.manner.open(store, subject)
    }
}
