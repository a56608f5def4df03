//! `trainyard completions`: what a shell needs to complete the command line, names of runs and presets included.

use std::io::Write;

use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use super::Error;

/// The variable by which a shell's script asks the program for completions.
const ASKS: &str = "TRAINYARD_COMPLETE";

/// Print the script that lets a shell complete trainyard's command line, with the names of your runs and presets
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

impl Arguments {
    /// Prints the script.
    pub fn run(self) -> Result<(), Error> {
        let shell = self.shell.to_string();
        let shells = Shells::builtins();
        let completer = shells
            .completer(&shell)
            .ok_or_else(|| Error::Usage(format!("no script is known for {shell}")))?;
        let mut script = Vec::new();
        completer.write_registration(ASKS, "trainyard", "trainyard", "trainyard", &mut script)?;
        Ok(std::io::stdout().lock().write_all(&script)?)
    }
}

/// Answers a shell that asks for completions, and ends the process then. Otherwise nothing happens.
pub fn answer_shell() {
    CompleteEnv::with_factory(super::command).var(ASKS).complete();
}
