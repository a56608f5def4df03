//! `trainyard completions`: what a shell needs to complete the command line.

use std::io::Write;

use clap_complete::Shell;

use super::Error;

/// Print the script that lets a shell complete trainyard's command line
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

impl Arguments {
    /// Prints the script.
    pub fn run(self, command: &mut clap::Command) -> Result<(), Error> {
        // clap_complete panics when its writer fails, so the script is made in memory first.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "trainyard", &mut script);
        Ok(std::io::stdout().lock().write_all(&script)?)
    }
}
