//! What the command line and the dashboard do with the queue.

use super::super::Error;
use super::super::text::plain;
use super::parse::{Parse, whole_command};
use super::{prepare, work};
use crate::run::lock::{Lock, Process};
use crate::run::{RunDirectory, home};
use crate::search::queue::{Item, Shelf};

/// An item that was put into the queue.
pub(super) struct Added {
    pub item: Item,
    /// How many others wait or are trained.
    pub before: usize,
    /// Whether it begins when its turn comes.
    pub begins: bool,
    /// Whether the queue is paused.
    pub is_paused: bool,
}

/// Puts a training or a search at the end of the queue, and begins to work it off unless it is only to be put there.
///
/// # Errors
/// What is wrong with it, or that no run could be kept.
pub(super) fn add(words: Vec<String>, holds: bool, parse: Parse) -> Result<Added, Error> {
    let words = whole_command(words);
    let folder = std::env::current_dir()?;
    // What is wrong with it is told now, not when its turn comes.
    prepare::check(&words, parse)?;
    let shelf = Shelf::own()?;
    let runs = home::runs_folder()?;
    home::check_writable(&runs)
        .map_err(|error| Error::Failed(format!("no run can be kept: {}", plain(&error.to_string()))))?;
    let item = shelf.add(words, folder)?;
    let before =
        shelf.items()?.iter().filter(|other| other.is_waiting() && other.number != item.number).count();
    let is_paused = shelf.settings()?.is_paused;
    let begins = !holds && !is_paused;
    if begins && shelf.worker()?.is_none() {
        work::start_in_background()?;
    }
    Ok(Added { item, before, begins, is_paused })
}

/// Takes an item off the queue; where it is being trained, its training is ended with a checkpoint.
///
/// # Errors
/// When there is none, or it is being trained and that is not to be ended.
pub(super) fn remove(number: u32, stops: bool, parse: Parse) -> Result<(), Error> {
    let shelf = Shelf::own()?;
    // One whose file cannot be read is taken off all the same.
    let Ok(item) = shelf.item(number) else {
        if !shelf.has(number) {
            shelf.item(number)?;
        }
        return Ok(shelf.remove(number)?);
    };
    let (is_begun, is_worked) = (item.is_waiting() && item.is_begun, shelf.worker()?.is_some());
    if is_begun && is_worked && !stops {
        return Err(Error::Failed(format!(
            "item {number} is being trained; --stop ends its training with a checkpoint"
        )));
    }
    shelf.remove(number)?;
    // Who works the queue off ends what is no longer on it. A second request would end it without a checkpoint.
    if is_begun && !is_worked && stops { end(&item, parse) } else { Ok(()) }
}

/// Asks who trains an item to end, where the process is gone that worked the queue off.
fn end(item: &Item, parse: Parse) -> Result<(), Error> {
    let of_run = item.run.as_ref().map(|name| home::runs_folder().map(|runs| runs.join(name))).transpose()?;
    let folder = of_run.or_else(|| prepare::search_of(item, parse));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else { return Ok(()) };
    let Some(owner) = Lock::holder(&folder)? else { return Ok(()) };
    let ended = Process::numbered(&owner).and_then(|process| process.terminate());
    let name = plain(&RunDirectory::at(&folder).name());
    ended.map_err(|reason| Error::Failed(format!("{name}: process {owner}: {reason}")))
}

/// Lets an item that failed or was stopped go on, in its turn.
///
/// # Errors
/// When it has not.
pub(super) fn retry(number: u32) -> Result<(), Error> {
    let shelf = Shelf::own()?;
    let mut item = shelf.item(number)?;
    item.retry().map_err(Error::Failed)?;
    shelf.save(&item)?;
    if shelf.worker()?.is_none() && !shelf.settings()?.is_paused {
        work::start_in_background()?;
    }
    Ok(())
}

/// Takes the items off that have ended; returns how many.
///
/// # Errors
/// When the system refuses.
pub(super) fn clear() -> Result<usize, Error> {
    let shelf = Shelf::own()?;
    let ended: Vec<Item> = shelf.items()?.into_iter().filter(|item| !item.is_waiting()).collect();
    ended.iter().try_for_each(|item| shelf.remove(item.number))?;
    Ok(ended.len())
}
