//! `trainyard steer`: changes a training that goes on, from another terminal.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use super::Error;
use super::named::RunName;
use super::text::{json, plain};
use crate::preset::Assignment;
use crate::run::Steered;
use crate::run::lock::Lock;
use crate::worker::{Command, Connection, Event, GoBack, Reply, Request, RequestId};

/// What the refusal says where another terminal steers.
const ANOTHER: &str = "another terminal steers";
/// How often such a request is repeated, and after which time.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// Change a training that goes on: its settings, its end; from the next step on, and again when the run is resumed
///
/// What can be changed are optimizer.learning_rate, train.batch_size, train.epochs, momentum, weight decay, clipping, label
/// smoothing, the rates of dropout, and data.augment=off; a path that cannot be changed is refused with those that can.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName,
    /// Settings with their new values, such as layers[3].rate=0.5
    #[arg(value_name = "PATH=VALUE")]
    changes: Vec<String>,
    /// Hold after the current step
    #[arg(long, conflicts_with = "go_on")]
    pause: bool,
    /// Go on after a pause
    #[arg(long)]
    go_on: bool,
    /// Write a checkpoint now
    #[arg(long)]
    save: bool,
    /// Go back to the checkpoint of this step, or to the newest one where no step is given; what came after it is removed
    #[arg(long, value_name = "STEP")]
    back: Option<Option<u64>>,
    /// Go back to the newest checkpoint, or that of --back, with half the learning rate
    #[arg(long)]
    halve_rate: bool,
    /// End the training after the epoch in progress
    #[arg(long)]
    stop_after_epoch: bool,
    /// Also where another terminal steers the training
    #[arg(long)]
    take_over: bool,
    /// Print one JSON object for each change
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Asks the run's process for each change in turn; the first one that is refused ends it.
    pub fn run(self) -> Result<(), Error> {
        let commands = self.commands()?;
        let run = self.run.find()?;
        let name = plain(&run.name());
        if Lock::holder(run.path())?.is_none() {
            let advice =
                format!("{name} is not being trained; `trainyard resume {name} --set …` trains it further");
            return Err(Error::Failed(advice));
        }
        let unreachable = |error: std::io::Error| Error::Failed(format!("{name} cannot be reached: {error}"));
        let mut connection = Connection::open(run.path()).map_err(unreachable)?;
        let (mut number, mut tries) = (0, TRIES);
        let mut waiting = commands.into_iter().peekable();
        while let Some(command) = waiting.peek().cloned() {
            number += 1;
            let id = RequestId { asker: 0, number };
            connection.send(Request { id, command }).map_err(unreachable)?;
            let mut told = None;
            let reply = loop {
                match connection.receive().map_err(unreachable)? {
                    None => return Err(Error::Failed(format!("{name} has ended"))),
                    // What it told before this request is told again first; the last one counts.
                    Some(event @ (Event::Steered(_) | Event::WentBack(_))) => told = Some(event),
                    Some(Event::Reply { to, reply }) if to == id => break reply,
                    Some(_) => {}
                }
            };
            match reply {
                Reply::Refused(why) if why.contains(ANOTHER) && tries > 0 => {
                    // A `steer` that has just ended may not be gone yet.
                    tries -= 1;
                    std::thread::sleep(PAUSE);
                }
                Reply::Refused(why) => {
                    connection.close();
                    return Err(Error::Failed(format!("{name}: {}", refusal(&why))));
                }
                Reply::Done | Reply::Saved(_) | Reply::Inspected(_) | Reply::Overtaken => {
                    waiting.next();
                    self.tell(told.as_ref())?;
                }
            }
        }
        connection.close();
        Ok(())
    }

    fn commands(&self) -> Result<Vec<Command>, Error> {
        let mut commands = Vec::new();
        if self.take_over {
            commands.push(Command::TakeOver);
        }
        if self.back.is_some() || self.halve_rate {
            let step = self.back.flatten();
            commands.push(Command::GoBack(GoBack { step, halves_rate: self.halve_rate }));
        }
        for change in &self.changes {
            let (path, value) = change.split_once('=').ok_or_else(|| {
                Error::Usage(format!("{}: no '=' in it; write train.batch_size=32", plain(change)))
            })?;
            commands
                .push(Command::Steer(Assignment { path: path.trim().into(), value: value.trim().into() }));
        }
        commands.extend(self.stop_after_epoch.then_some(Command::StopAfterEpoch(true)));
        commands.extend(self.save.then_some(Command::Save));
        commands.extend(self.pause.then_some(Command::Pause));
        commands.extend(self.go_on.then_some(Command::Resume));
        match commands.is_empty() {
            true => Err(Error::Usage("nothing to change: name settings, such as train.batch_size=32".into())),
            false => Ok(commands),
        }
    }

    fn tell(&self, told: Option<&Event>) -> Result<(), Error> {
        let line = match told {
            Some(Event::Steered(change)) if self.json => {
                let Steered { step, path, before, value, .. } = &change.steered;
                json(
                    &json!({ "event": "steered", "step": step, "path": path, "before": before, "value": value }),
                )?
            }
            Some(Event::Steered(change)) => plain(&change.steered.to_string()),
            Some(Event::WentBack(back)) if self.json => {
                json(&json!({ "event": "went_back", "step": back.step }))?
            }
            Some(Event::WentBack(back)) => format!("back to step {}", back.step),
            _ => return Ok(()),
        };
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }
}

/// Why a request was refused, with what to do on a command line.
fn refusal(why: &str) -> String {
    match why.contains(ANOTHER) {
        true => "another terminal steers this training: --take-over steers it from here".into(),
        false => plain(why),
    }
}
