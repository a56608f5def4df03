//! `trainyard queue`: trainings and searches that wait for their turn, so many at a time.

mod actions;
mod list;
mod parse;
mod prepare;
mod tasks;
mod work;

use std::io::Write;

use serde_json::json;

use super::Error;
use super::apart::told_apart;
use super::reporter::line;
use super::text::plain;
use crate::search::queue::{Move, Shelf};
use actions::Added;
pub(super) use parse::{Parse, Queued, whole_command};
pub(super) use tasks::carry_out;

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

/// How something is put into the queue.
#[derive(Debug, clap::Args)]
struct Manner {
    /// Only put it there; `trainyard queue start` begins
    #[arg(long)]
    hold: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Put a training or a search at the end of the queue, and begin to work it off
#[derive(Debug, clap::Args)]
pub struct Add {
    #[command(flatten)]
    manner: Manner,
    /// As behind `trainyard`: train PRESET …, search FILE …, or one of both alone; the options here may stand before or behind it
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
            Some(What::Remove(Remove { item, stop })) => actions::remove(item, stop, parse),
            Some(What::Retry(Retry { item })) => actions::retry(item),
            Some(What::Pause(Pause {})) => pause(),
            Some(What::Start(arguments)) => arguments.run(),
            Some(What::Stop(arguments)) => arguments.run(),
            Some(What::Clear(Clear {})) => actions::clear().map(drop),
            Some(What::Run(arguments)) => arguments.run(parse),
        }
    }
}

impl Add {
    fn run(self, parse: Parse) -> Result<(), Error> {
        // clap gives all that comes behind the first word of the command to the command.
        let typed = std::env::args().skip(3).collect();
        let missing = "what is to wait: train PRESET, or search FILE";
        let (Manner { hold, json }, words) = told_apart("queue add", typed, missing)?;
        let Added { item, before, begins, is_paused } = actions::add(words, hold, parse)?;
        if json {
            return line(&json!({ "item": item.number, "before": before, "begins": begins }));
        }
        let when = match (before, begins) {
            (_, false) if is_paused => "the queue is paused: `trainyard queue start` goes on".into(),
            (_, false) => "`trainyard queue start` begins".into(),
            (0, true) => "it begins at once".to_owned(),
            (before, true) => format!("{before} before it"),
        };
        writeln!(std::io::stdout(), "item {}: {}; {when}", item.number, plain(&item.line()))?;
        Ok(())
    }
}

fn pause() -> Result<(), Error> {
    let shelf = Shelf::own()?;
    shelf.change(|settings| settings.is_paused = true)?;
    let trained = shelf.items()?.iter().filter(|item| item.is_waiting() && item.is_begun).count();
    let still = if trained > 0 && shelf.worker()?.is_some() {
        format!("; {trained} still being trained")
    } else {
        String::new()
    };
    writeln!(std::io::stdout(), "the queue is paused{still}; `trainyard queue start` goes on")?;
    Ok(())
}
