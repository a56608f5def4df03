//! Parses the command line, sets up the log and the panic hook, dispatches.

use std::io::Write;
use std::process::ExitCode;

use trainyard::cli::{self, Cli};

fn main() -> ExitCode {
    cli::panic_hook();
    cli::answer_shell();
    let cli = match Cli::of_command_line() {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    let done = cli::log_to_file().and_then(|()| {
        cli.bound_threads();
        cli.run()
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(lines) = error.lines() {
                // Standard error may be closed; then there is nobody to tell.
                let _ = writeln!(std::io::stderr(), "trainyard: {lines}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}
