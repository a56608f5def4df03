//! A file in the editor of the person's choice, which has the terminal meanwhile.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use rustix::process::{Pid, Signal as Kill, kill_process};
use tokio::sync::oneshot;

use super::signals::{Signal, Signals};

/// Editors that open a file at a line when they are given `+LINE` before it.
const WITH_LINE: &[&str] =
    &["vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "kak", "micro", "joe", "mg", "ne"];

/// What is to be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The file.
    pub path: PathBuf,
    /// The line to begin with, from 1.
    pub line: Option<usize>,
}

/// How an editor ended.
pub(super) enum Ended {
    /// It was left, or could not do its work, for the reason given.
    Left(Result<(), String>),
    /// A signal asks the dashboard to end, and with it the editor.
    Signal(i32),
}

/// The editor as the environment names it, arguments included.
fn command() -> OsString {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| std::env::var_os(name).filter(|value| !value.to_string_lossy().trim().is_empty()));
    named.unwrap_or_else(|| "vi".into())
}

/// The arguments of the shell that starts an editor: its words are the shell's, as other programs have it too.
fn arguments(editor: &OsString, asked: &Asked) -> Vec<OsString> {
    let mut script = editor.clone();
    script.push(" \"$@\"");
    let mut arguments = vec!["-c".into(), script, "editor".into()];
    let shown = editor.to_string_lossy();
    let program = shown.split_whitespace().next().unwrap_or_default();
    let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    if let Some(line) = asked.line.filter(|_| WITH_LINE.contains(&name.as_ref())) {
        arguments.push(format!("+{line}").into());
    }
    arguments.push(asked.path.clone().into());
    arguments
}

/// Waits until the person has left the editor. The terminal must be given back, and the keyboard at rest.
pub(super) async fn edit(asked: &Asked, signals: &mut Signals) -> Ended {
    let editor = command();
    let child = Command::new("sh").args(arguments(&editor, asked)).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return Ended::Left(Err(format!("no editor can be started: {error}"))),
    };
    let process = Pid::from_child(&child);
    let (sender, mut done) = oneshot::channel();
    let wait = move || drop(sender.send(child.wait()));
    if let Err(error) = std::thread::Builder::new().name("editor".into()).spawn(wait) {
        return Ended::Left(Err(format!("no editor can be waited for: {error}")));
    }
    // What Ctrl-C and Ctrl-\ say is for the editor.
    let _quiet = signals.leave_keys_to_another();
    loop {
        tokio::select! {
            status = &mut done => return Ended::Left(match status {
                Ok(Ok(status)) => judged(status, &editor),
                Ok(Err(error)) => Err(format!("the editor was lost: {error}")),
                Err(_) => Err("the editor was lost".into()),
            }),
            signal = signals.next() => match signal {
                // The editor was stopped together with this process, and both go on.
                Signal::GoOn => {}
                Signal::End(number) => {
                    // It may have ended by itself.
                    let _ = kill_process(process, Kill::TERM);
                    return Ended::Signal(number);
                }
            },
        }
    }
}

fn judged(status: ExitStatus, editor: &OsString) -> Result<(), String> {
    let editor = editor.to_string_lossy();
    match status.code() {
        Some(0) => Ok(()),
        Some(126 | 127) => Err(format!("{editor} cannot be started: set VISUAL or EDITOR to an editor")),
        Some(code) => Err(format!("{editor} ended with status {code}")),
        None => Err(format!("{editor} was ended by a signal")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_given_the_line_where_it_knows_how_to_go_there() {
        let asked = Asked { path: "/home/ada/a b.ron".into(), line: Some(7) };
        let words = |editor: &str| -> Vec<String> {
            let arguments = arguments(&editor.into(), &asked).into_iter();
            arguments.map(|word| word.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(
            words("/usr/bin/vim -n")[1..],
            ["/usr/bin/vim -n \"$@\"", "editor", "+7", "/home/ada/a b.ron"]
        );
        assert_eq!(words("code --wait")[1..], ["code --wait \"$@\"", "editor", "/home/ada/a b.ron"]);
    }
}
