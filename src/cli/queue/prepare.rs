//! What an item of the queue comes to.

use std::num::NonZero;
use std::path::PathBuf;

use super::super::Error;
use super::super::serve::{itself, starter_of_trials};
use super::super::text::plain;
use super::parse::{Parse, Queued};
use crate::search::queue::{Item, Prepared};
use crate::worker::check_device;

/// Checks an item before it is put into the queue.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(words: &[String], parse: Parse) -> Result<(), Error> {
    match parse(words)? {
        Queued::Train(arguments) => {
            let request = arguments.for_queue()?;
            check_device(request.device, request.experiment.preset.device)
                .map_err(|problem| Error::Failed(plain(&problem)))
        }
        Queued::Search(arguments) => {
            arguments.for_queue()?;
            arguments.check_open()
        }
    }
}

/// What an item comes to when its turn has come; so many are trained at a time.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn prepare(item: &Item, jobs: u16, parse: Parse) -> Result<Prepared, String> {
    // Paths are seen from where they were typed. Nothing else in this process depends on its folder.
    std::env::set_current_dir(&item.folder).map_err(|error| format!("{}: {error}", item.folder.display()))?;
    let said = |error: Error| error.to_string();
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = (processors / usize::from(jobs)).max(1);
    match parse(&item.words).map_err(said)? {
        Queued::Train(arguments) => {
            let request = arguments.for_queue().map_err(said)?;
            let starter = starter_of_trials(arguments.threads.count().unwrap_or(share)).map_err(said)?;
            Ok(Prepared::Training(Box::new(request), Box::new(starter)))
        }
        Queued::Search(arguments) => {
            let lock = arguments.for_queue().map_err(said)?;
            let program = itself().map_err(|error| error.to_string())?;
            let words = item.words.iter().cloned().chain(arguments.sharing(share));
            let arguments = words.chain(["--quiet".into()]).collect();
            Ok(Prepared::Program { program, arguments, lock: Some(lock) })
        }
    }
}

/// The folder of the search that an item is, if it is one.
pub(super) fn search_of(item: &Item, parse: Parse) -> Option<PathBuf> {
    match parse(&item.words).ok()? {
        Queued::Search(arguments) => arguments.folder().ok(),
        Queued::Train(_) => None,
    }
}
