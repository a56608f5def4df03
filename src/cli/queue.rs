//! `trainyard queue`: trainings and searches that wait for their turn, so many at a time.

mod list;
mod prepare;
mod work;

use std::io::Write;

use serde_json::json;

use super::reporter::line;
use super::text::plain;
use super::{Error, search, train};
use crate::run::lock::{Lock, Process};
use crate::run::{RunDirectory, home};
use crate::search::queue::{Item, Move, Outcome, Shelf};

/// Trainings and searches that wait for their turn, so many at a time; without a command: list them
///
/// The queue is worked off by a process in the background, which `queue add` starts and which ends when nothing waits. It survives
/// this terminal. After a reboot or a kill, `queue start` goes on: trainings resume at their checkpoints.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    list: list::List,
}

/// Commands on the queue.
#[derive(Debug, clap::Subcommand)]
enum What {
    Add(Add),
    List(list::List),
    Move(MoveItem),
    Remove(Remove),
    Retry(Retry),
    Pause(Pause),
    Start(work::Start),
    Stop(work::Stop),
    Clear(Clear),
    #[command(hide = true)]
    Run(work::Run),
}

/// Put a training or a search at the end of the queue, and begin to work it off
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Only put it there; `trainyard queue start` begins
    #[arg(long)]
    hold: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// As behind `trainyard`: train PRESET …, search FILE …, or a preset alone
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// Move an item that waits
#[derive(Debug, clap::Args)]
pub struct MoveItem {
    /// Its number
    item: u32,
    /// Where to
    #[arg(value_enum)]
    to: To,
}

/// Where an item goes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum To {
    /// Before the one before it
    Up,
    /// Behind the next one
    Down,
    /// Before all others
    First,
    /// Behind all others
    Last,
}

/// Take an item off the queue; what it has trained stays
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// Its number
    item: u32,
    /// Also where it is being trained: its training is ended with a checkpoint
    #[arg(long)]
    stop: bool,
}

/// Let an item that failed or was stopped go on, in its turn
#[derive(Debug, clap::Args)]
pub struct Retry {
    /// Its number
    item: u32,
}

/// Begin nothing new; what is being trained goes on. `queue start` ends the pause
#[derive(Debug, clap::Args)]
pub struct Pause {}

/// Take the items off that have ended; their runs stay
#[derive(Debug, clap::Args)]
pub struct Clear {}

/// What the queue takes.
pub(super) enum Queued {
    /// A training.
    Train(train::Arguments),
    /// A search.
    Search(search::Arguments),
}

/// Reads a command line, without the program's name.
pub(super) type Parse<'a> = &'a dyn Fn(&[String]) -> Result<Queued, Error>;

impl Arguments {
    /// Does what is asked for.
    pub fn run(self, parse: Parse) -> Result<(), Error> {
        match self.what {
            None => self.list.run(),
            Some(What::List(arguments)) => arguments.run(),
            Some(What::Add(arguments)) => arguments.run(parse),
            Some(What::Move(MoveItem { item, to })) => {
                let to = match to {
                    To::Up => Move::Up,
                    To::Down => Move::Down,
                    To::First => Move::First,
                    To::Last => Move::Last,
                };
                Ok(Shelf::own()?.shift(item, to)?)
            }
            Some(What::Remove(arguments)) => arguments.run(parse),
            Some(What::Retry(arguments)) => arguments.run(),
            Some(What::Pause(Pause {})) => pause(),
            Some(What::Start(arguments)) => arguments.run(),
            Some(What::Stop(arguments)) => arguments.run(),
            Some(What::Clear(Clear {})) => clear(),
            Some(What::Run(arguments)) => arguments.run(parse),
        }
    }
}

impl Add {
    fn run(mut self, parse: Parse) -> Result<(), Error> {
        if !["train", "search"].contains(&self.words[0].as_str()) {
            self.words.insert(0, "train".into());
        }
        let folder = std::env::current_dir()?;
        // What is wrong with it is told now, not when its turn comes.
        prepare::check(&self.words, parse)?;
        let shelf = Shelf::own()?;
        let runs = home::runs_folder()?;
        home::check_writable(&runs)
            .map_err(|error| Error::Failed(format!("no run can be kept: {}", plain(&error.to_string()))))?;
        let item = shelf.add(self.words, folder)?;
        let before =
            shelf.items()?.iter().filter(|other| other.is_waiting() && other.number != item.number).count();
        let settings = shelf.settings()?;
        let begins = !self.hold && !settings.is_paused;
        if begins && shelf.worker()?.is_none() {
            work::start_in_background()?;
        }
        if self.json {
            return line(&json!({ "item": item.number, "before": before, "begins": begins }));
        }
        let when = match (before, begins) {
            (_, false) if settings.is_paused => "the queue is paused: `trainyard queue start` goes on".into(),
            (_, false) => "`trainyard queue start` begins".into(),
            (0, true) => "it begins at once".to_owned(),
            (before, true) => format!("{before} before it"),
        };
        writeln!(std::io::stdout(), "item {}: {}; {when}", item.number, plain(&item.line()))?;
        Ok(())
    }
}

impl Remove {
    fn run(self, parse: Parse) -> Result<(), Error> {
        let shelf = Shelf::own()?;
        let item = shelf.item(self.item)?;
        let (is_begun, is_worked) = (item.is_waiting() && item.is_begun, shelf.worker()?.is_some());
        if is_begun && is_worked && !self.stop {
            return Err(Error::Failed(format!(
                "item {} is being trained; --stop ends its training with a checkpoint",
                item.number
            )));
        }
        shelf.remove(item.number)?;
        // Who works the queue off ends what is no longer on it. A second request would end it without a checkpoint.
        if is_begun && !is_worked && self.stop { end(&item, parse) } else { Ok(()) }
    }
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

impl Retry {
    fn run(self) -> Result<(), Error> {
        let shelf = Shelf::own()?;
        let mut item = shelf.item(self.item)?;
        match item.outcome {
            None => return Err(Error::Failed(format!("item {} waits or is being trained", item.number))),
            Some(Outcome::Done) => return Err(Error::Failed(format!("item {} is done", item.number))),
            // A run that failed would fail again: it begins anew.
            Some(Outcome::Failed(_)) => (item.run, item.is_begun) = (None, false),
            Some(Outcome::Stopped) => {}
        }
        item.outcome = None;
        shelf.save(&item)?;
        if shelf.worker()?.is_none() && !shelf.settings()?.is_paused {
            work::start_in_background()?;
        }
        Ok(())
    }
}

fn pause() -> Result<(), Error> {
    let shelf = Shelf::own()?;
    let settings = shelf.settings()?;
    shelf.set(&crate::search::queue::Settings { is_paused: true, ..settings })?;
    let trained = shelf.items()?.iter().filter(|item| item.is_waiting() && item.is_begun).count();
    let still = if trained > 0 && shelf.worker()?.is_some() {
        format!("; {trained} still being trained")
    } else {
        String::new()
    };
    writeln!(std::io::stdout(), "the queue is paused{still}; `trainyard queue start` goes on")?;
    Ok(())
}

fn clear() -> Result<(), Error> {
    let shelf = Shelf::own()?;
    shelf
        .items()?
        .iter()
        .filter(|item| !item.is_waiting())
        .try_for_each(|item| Ok(shelf.remove(item.number)?))
}
