//! The terminal is borrowed: taken over here, given back here, whatever happens in between.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::output::Output;
use super::theme::Depth;

/// Where frames go.
pub type Screen = Terminal<CrosstermBackend<Output>>;

static TAKEN: AtomicBool = AtomicBool::new(false);
/// What other threads' panics said while the dashboard had the screen.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The terminal while the dashboard has it; restored when dropped.
pub struct Guard {
    /// What is drawn on.
    pub screen: Screen,
}

impl Guard {
    /// Takes the terminal over: raw mode, alternate screen, mouse, pasted text as such. `depth` is how many colours
    /// it has.
    ///
    /// # Errors
    /// When standard output is no terminal or does not take the settings.
    pub fn take(depth: Depth) -> io::Result<Guard> {
        install_panic_hook();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let mut out = Output::new(depth == Depth::Sixteen);
        let entered = execute!(out, EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste);
        match entered.and_then(|()| Terminal::new(CrosstermBackend::new(out))) {
            Ok(screen) => Ok(Guard { screen }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back; does nothing when it is not taken. Errors are ignored: the terminal may be gone.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
    for panic in PANICS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).drain(..) {
        let _ = writeln!(io::stderr(), "{panic}");
    }
}

/// A panic of this thread restores the terminal before it is printed. Another thread's panic does not end the
/// dashboard (the worker reports it), so its text waits until the screen is given back.
fn install_panic_hook() {
    let drawing = thread::current().id();
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if TAKEN.load(Ordering::SeqCst) && thread::current().id() != drawing {
            PANICS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(info.to_string());
            return;
        }
        restore();
        previous(info);
    }));
}
