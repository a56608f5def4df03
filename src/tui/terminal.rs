//! The terminal is borrowed: taken over here, given back here, whatever happens in between.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal};

use super::output::Output;
use super::theme::Depth;
use super::writer::Writer;

/// Where frames go.
type Screen = Terminal<CrosstermBackend<Output>>;

/// How long the terminal is given to take the sequences that restore it: a terminal that nobody reads takes nothing.
const GRACE: Duration = Duration::from_millis(500);

static TAKEN: AtomicBool = AtomicBool::new(false);
/// Held while the terminal is given back, so that a second thread waits until it is.
static RESTORING: Mutex<()> = Mutex::new(());
/// What other threads' panics said while the dashboard had the screen.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The terminal while the dashboard has it; restored when dropped.
pub struct Guard {
    screen: Screen,
    writer: Arc<Writer>,
}

impl Guard {
    /// Takes the terminal over: raw mode, alternate screen, mouse, pasted text as such. `depth` is how many colours
    /// it has.
    ///
    /// # Errors
    /// When standard output is no terminal or does not take the settings.
    pub fn take(depth: Depth) -> io::Result<Guard> {
        install_panic_hook();
        let writer = Writer::open()?;
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let mut out = Output::new(depth == Depth::Sixteen, writer.clone());
        let entered = enter(&mut out);
        match entered.and_then(|()| Terminal::new(CrosstermBackend::new(out))) {
            Ok(screen) => Ok(Guard { screen, writer }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Draws a frame without waiting for the terminal: see [`is_ready`](Guard::is_ready).
    ///
    /// # Errors
    /// When an earlier frame could not be written.
    pub fn draw(&mut self, frame: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.screen.draw(frame).map(|_| ())
    }

    /// Whether the terminal has taken all frames so far. Until then, another frame would only queue behind them.
    pub fn is_ready(&self) -> bool {
        self.writer.is_done()
    }

    /// Waits until it has.
    pub async fn ready(&self) {
        self.writer.done().await;
    }

    /// Hands the terminal sequences that draw nothing, between two frames.
    ///
    /// # Errors
    /// When an earlier frame could not be written.
    pub fn send(&mut self, sequences: &[u8]) -> io::Result<()> {
        self.writer.hand_over(sequences)
    }

    /// Takes the terminal over again after the process was stopped, since others may have used it meanwhile. The next frame
    /// is drawn completely.
    ///
    /// # Errors
    /// When the terminal does not take the settings.
    pub fn take_again(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        enable_raw_mode()?;
        enter(self.screen.backend_mut())?;
        let Size { width, height } = self.screen.size()?;
        self.screen.resize(Rect::new(0, 0, width, height))
    }

    /// Gives the terminal back for a while, to another program or a shell.
    ///
    /// # Errors
    /// When the terminal does not take the settings.
    pub fn give_back(&mut self) -> io::Result<()> {
        self.writer.hand_over(&farewell())?;
        self.writer.wait(GRACE);
        disable_raw_mode()
    }

    /// Gives the terminal back and stops the process, as Ctrl-Z does anywhere; takes the terminal over again when the
    /// shell lets the process go on.
    ///
    /// # Errors
    /// When the terminal does not take the settings, or the process cannot be stopped.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.give_back()?;
        // The whole group, as the terminal itself does: a shell waits for all of a pipeline.
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.take_again()
    }
}

/// What gives the terminal back.
fn farewell() -> Vec<u8> {
    let mut farewell = Vec::new();
    // Writing to memory does not fail.
    let _ = queue!(farewell, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
    farewell
}

fn enter(out: &mut impl Write) -> io::Result<()> {
    execute!(out, EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste)
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back; does nothing when it is not taken. Errors are ignored: the terminal may be gone. A terminal that
/// nobody reads is not waited for.
pub fn restore() {
    let _one_at_a_time = RESTORING.lock().unwrap_or_else(PoisonError::into_inner);
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let is_taken = Writer::current().is_some_and(|writer| {
        let handed = writer.hand_over(&farewell());
        // What ratatui writes when its terminal is dropped would come too late.
        writer.close();
        handed.is_ok() && writer.wait(GRACE)
    });
    let _ = disable_raw_mode();
    let panics: Vec<String> = PANICS.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
    if is_taken {
        panics.iter().for_each(|panic| drop(writeln!(io::stderr(), "{panic}")));
    }
}

/// A panic of this thread restores the terminal before it is printed. Another thread's panic does not end the
/// dashboard (the worker reports it), so its text waits until the screen is given back.
fn install_panic_hook() {
    let drawing = thread::current().id();
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if TAKEN.load(Ordering::SeqCst) && thread::current().id() != drawing {
            PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
            return;
        }
        restore();
        previous(info);
    }));
}
