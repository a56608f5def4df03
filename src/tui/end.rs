//! Telling a person who looks elsewhere that a training has ended.

use super::state::on_end::{Notify, OnEnd};
use super::state::{State, clean};
use crate::run::hook;

/// A training or a search that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The preset's name, or the search's.
    pub title: String,
    /// `finished`, `stopped`, `stopped early` or `failed`.
    pub outcome: &'static str,
    /// What the person's command finds in its environment.
    pub variables: Vec<(&'static str, String)>,
}

impl End {
    /// The training that has just ended, where a person wants to be told: it was seen to train, for so long as the settings say.
    /// A run that is opened has ended before.
    pub fn of(state: &State, outcome: &'static str) -> Option<End> {
        let training = state.training.as_ref().filter(|training| training.last.is_some())?;
        let is_long = training.elapsed() >= f64::from(state.on_end.after_seconds);
        let preset = clean(&training.info.preset.name);
        let reason = state.failure.clone().filter(|_| outcome == "failed");
        is_long.then(|| End {
            outcome,
            variables: vec![
                ("TRAINYARD_PRESET", preset.clone()),
                ("TRAINYARD_RUN", state.runs.shown.clone().unwrap_or_default()),
                ("TRAINYARD_OUTCOME", outcome.to_owned()),
                ("TRAINYARD_REASON", reason.unwrap_or_default()),
            ],
            title: preset,
        })
    }

    /// What the terminal is sent: a bell, a notification.
    pub fn sequences(&self, on_end: &OnEnd) -> Vec<u8> {
        let what = format!("{} {}", self.title, self.outcome);
        let notification = match on_end.notify {
            Notify::Off => String::new(),
            Notify::Osc9 => format!("\x1b]9;{what}\x07"),
            // Its parts are separated by semicolons.
            Notify::Osc777 => format!("\x1b]777;notify;Trainyard;{}\x07", what.replace(';', ",")),
        };
        let bell = if on_end.bell { "\x07" } else { "" };
        format!("{notification}{bell}").into_bytes()
    }

    /// Runs the person's command on a thread of its own; `tell` hears why it could not be started, or how it failed.
    pub fn run_command(&self, on_end: &OnEnd, tell: impl FnOnce(String) + Send + 'static) {
        let Some(command) = on_end.command.clone() else { return };
        let variables = self.variables.clone();
        let run = move || {
            let variables: Vec<(&str, &str)> =
                variables.iter().map(|(name, value)| (*name, &**value)).collect();
            let ended = hook::start(&command, &variables).and_then(hook::Started::wait);
            if let Err(problem) = ended {
                tell(format!("config.ron: {problem}"));
            }
        };
        // Without the thread nobody is told.
        let _ = std::thread::Builder::new().name("on end".into()).spawn(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_is_sent_what_was_asked_for() {
        let end = End { title: "a;b".into(), outcome: "finished", variables: Vec::new() };
        let sequences = |bell, notify| end.sequences(&OnEnd { bell, notify, ..OnEnd::default() });
        assert_eq!(sequences(true, Notify::Off), b"\x07");
        assert_eq!(sequences(false, Notify::Osc9), b"\x1b]9;a;b finished\x07");
        assert_eq!(sequences(true, Notify::Osc777), b"\x1b]777;notify;Trainyard;a,b finished\x07\x07");
    }

    #[test]
    fn a_command_finds_what_has_ended_and_its_failure_is_told_with_what_it_said() {
        let variables = vec![("TRAINYARD_SEARCH", "nights".to_owned()), ("TRAINYARD_BEST", "0.5".into())];
        let end = End { title: "nights".into(), outcome: "finished", variables };
        let command = Some("echo \"$TRAINYARD_SEARCH: $TRAINYARD_BEST\"; exit 4".to_owned());
        let (sender, told) = std::sync::mpsc::channel();
        end.run_command(&OnEnd { command, ..OnEnd::default() }, move |problem| sender.send(problem).unwrap());
        assert_eq!(
            told.recv().unwrap(),
            "config.ron: the command on_end failed: exit status: 4: nights: 0.5"
        );
    }
}
