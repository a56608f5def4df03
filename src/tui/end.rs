//! Telling a person who looks elsewhere that a training has ended.

use super::state::on_end::{Notify, OnEnd};
use super::state::{State, clean};
use crate::run::hook;

/// A training that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The preset's name.
    pub preset: String,
    /// The run's name; empty where none is kept.
    pub run: String,
    /// `finished`, `stopped`, `stopped early` or `failed`.
    pub outcome: &'static str,
}

impl End {
    /// The training that has just ended, where a person wants to be told: it was seen to train, for so long as the settings say.
    /// A run that is opened has ended before.
    pub fn of(state: &State, outcome: &'static str) -> Option<End> {
        let training = state.training.as_ref().filter(|training| training.last.is_some())?;
        let is_long = training.elapsed() >= f64::from(state.on_end.after_seconds);
        is_long.then(|| End {
            preset: clean(&training.info.preset.name),
            run: state.runs.shown.clone().unwrap_or_default(),
            outcome,
        })
    }

    /// What the terminal is sent: a bell, a notification.
    pub fn sequences(&self, on_end: &OnEnd) -> Vec<u8> {
        let what = format!("{} {}", self.preset, self.outcome);
        let notification = match on_end.notify {
            Notify::Off => String::new(),
            Notify::Osc9 => format!("\x1b]9;{what}\x07"),
            // Its parts are separated by semicolons.
            Notify::Osc777 => format!("\x1b]777;notify;Trainyard;{}\x07", what.replace(';', ",")),
        };
        let bell = if on_end.bell { "\x07" } else { "" };
        format!("{notification}{bell}").into_bytes()
    }

    /// Starts the person's command, without waiting for it. Returns why it could not be started.
    pub fn run_command(&self, on_end: &OnEnd) -> Option<String> {
        let command = on_end.command.as_ref()?;
        let variables = [
            ("TRAINYARD_PRESET", &*self.preset),
            ("TRAINYARD_RUN", &self.run),
            ("TRAINYARD_OUTCOME", self.outcome),
        ];
        match hook::start(command, &variables) {
            Ok(mut child) => {
                // Somebody must wait for it; without the thread it stays in the table of processes until the dashboard ends.
                let _ = std::thread::Builder::new().name("on end".into()).spawn(move || child.wait());
                None
            }
            Err(error) => Some(format!("the command of on_end in config.ron cannot be started: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_is_sent_what_was_asked_for() {
        let end = End { preset: "a;b".into(), run: "run".into(), outcome: "finished" };
        let sequences = |bell, notify| end.sequences(&OnEnd { bell, notify, ..OnEnd::default() });
        assert_eq!(sequences(true, Notify::Off), b"\x07");
        assert_eq!(sequences(false, Notify::Osc9), b"\x1b]9;a;b finished\x07");
        assert_eq!(sequences(true, Notify::Osc777), b"\x1b]777;notify;Trainyard;a,b finished\x07\x07");
    }
}
