//! A person's command that is run when something has ended.

use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that is about to end waits at most so long for the command: in a cluster's job, what is left behind is ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts a command in a shell, with these variables in its environment and nothing to read or print to.
///
/// # Errors
/// When it cannot be started.
pub fn start(command: &str, variables: &[(&str, &str)]) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", command])
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// As [`start`], and waits for its end for a while.
///
/// # Errors
/// Why it cannot be started, or how it failed, as a sentence.
pub fn run(command: &str, variables: &[(&str, &str)]) -> Result<(), String> {
    let mut child = start(command, variables)
        .map_err(|error| format!("the command on_end cannot be started: {error}"))?;
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("the command on_end failed: {status}")),
            Ok(None) => std::thread::sleep(Duration::from_millis(10)),
            Err(error) => return Err(format!("the command on_end: {error}")),
        }
    }
    Err(format!("the command on_end has not ended within {} s and goes on", PATIENCE.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_sees_what_has_ended_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("said");
        let command = format!("echo \"$TRAINYARD_RUN $TRAINYARD_OUTCOME\" > '{}'", file.display());
        run(&command, &[("TRAINYARD_RUN", "first; exit 5"), ("TRAINYARD_OUTCOME", "finished")]).unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "first; exit 5 finished\n");
        assert!(run("exit 3", &[]).unwrap_err().contains('3'));
    }
}
