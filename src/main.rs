//! Parses the command line, sets up the log and the panic hook, dispatches.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use trainyard::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::panic_hook();
    let done = cli::log_to_file().and_then(|()| {
        cli::bound_threads();
        cli.run()
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(line) = error.line() {
                // Standard error may be closed; then there is nobody to tell.
                let _ = writeln!(std::io::stderr(), "trainyard: {line}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}
