//! A person's command that is run when something has ended.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::text::shown;

/// A process that is about to end waits at most so long for the command: in a cluster's job, what is left behind is ended.
const PATIENCE: Duration = Duration::from_secs(60);
/// So much of what a command that fails has said last is told, in characters.
const TOLD: usize = 500;

/// A command that was started.
#[derive(Debug)]
pub struct Started {
    child: Child,
    /// What it says: a file without a name, so that it can go on once nobody waits for it. `None` where there is no room for one.
    said: Option<File>,
}

/// Starts a command in a shell, with these variables in its environment and nothing to read.
///
/// # Errors
/// Why it cannot be started.
pub fn start(command: &str, variables: &[(&str, &str)]) -> Result<Started, String> {
    let said = tempfile::tempfile().ok();
    let output = || -> io::Result<Stdio> {
        said.as_ref().map_or(Ok(Stdio::null()), |file| Ok(Stdio::from(file.try_clone()?)))
    };
    let spawn = || {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).envs(variables.iter().copied()).stdin(Stdio::null());
        shell.stdout(output()?).stderr(output()?).spawn()
    };
    let child = spawn().map_err(|error| format!("the command on_end cannot be started: {error}"))?;
    Ok(Started { child, said })
}

/// As [`start`], and waits for its end for a while.
///
/// # Errors
/// Why it cannot be started, or how it failed and what it said last, as a sentence.
pub fn run(command: &str, variables: &[(&str, &str)]) -> Result<(), String> {
    start(command, variables)?.wait_for(PATIENCE)
}

impl Started {
    /// Waits for its end, however long that takes.
    ///
    /// # Errors
    /// How it failed and what it said last, as a sentence.
    pub fn wait(mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|error| format!("the command on_end: {error}"))?;
        self.judge(status)
    }

    fn judge(&mut self, status: ExitStatus) -> Result<(), String> {
        match status.success() {
            true => Ok(()),
            false => Err(format!("the command on_end failed: {status}{}", self.last_words())),
        }
    }

    fn wait_for(mut self, patience: Duration) -> Result<(), String> {
        let since = Instant::now();
        while since.elapsed() < patience {
            match self.child.try_wait() {
                Ok(Some(status)) => return self.judge(status),
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => return Err(format!("the command on_end: {error}")),
            }
        }
        Err(format!("the command on_end has not ended within {} s and goes on", patience.as_secs()))
    }

    /// The end of what it said, behind a colon; nothing where it said nothing.
    fn last_words(&mut self) -> String {
        let Some(said) = &mut self.said else { return String::new() };
        let mut bytes = Vec::new();
        let mut read = || -> io::Result<()> {
            let all = said.metadata()?.len();
            // A character has four bytes at most.
            said.seek(SeekFrom::Start(all.saturating_sub(4 * TOLD as u64)))?;
            said.take(4 * TOLD as u64).read_to_end(&mut bytes).map(drop)
        };
        // What cannot be read is not told.
        let _ = read();
        let text = String::from_utf8_lossy(&bytes);
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = text.join(" ");
        let skipped = text.chars().count().saturating_sub(TOLD);
        let text: String = text.chars().skip(skipped).collect();
        match text.is_empty() {
            true => String::new(),
            false => format!(": {}{}", if skipped > 0 { "…" } else { "" }, shown(&text, TOLD)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_sees_what_has_ended_and_its_failure_is_told_with_what_it_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("said");
        let command = format!("echo \"$TRAINYARD_RUN $TRAINYARD_OUTCOME\" > '{}'", file.display());
        run(&command, &[("TRAINYARD_RUN", "first; exit 5"), ("TRAINYARD_OUTCOME", "finished")]).unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "first; exit 5 finished\n");
        let failed = run("echo sent; echo 'mail: no host' >&2; exit 3", &[]).unwrap_err();
        assert_eq!(failed, "the command on_end failed: exit status: 3: sent mail: no host");
        assert_eq!(run("exit 3", &[]).unwrap_err(), "the command on_end failed: exit status: 3");
        // Of much only the end is told.
        let long = run("seq 1 100000; exit 1", &[]).unwrap_err();
        assert!(
            long.ends_with(" 99999 100000") && long.contains(": …") && long.chars().count() < 600,
            "{long}"
        );
    }
}
