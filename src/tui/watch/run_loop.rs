//! The loop: signals and input first, then what the reader has found, then the clock.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossterm::event::{Event as Input, MouseEventKind};
use ratatui::layout::Size;
use tokio::sync::watch;
use tokio::time::interval;

use crate::run::watch::{Task, WatchSnapshot};
use crate::tui::config::Config;
use crate::tui::keyboard::Keyboard;
use crate::tui::run_loop::{Error, Exit};
use crate::tui::signals::{Signal, Signals};
use crate::tui::terminal::Guard;
use crate::tui::theme::Theme;

use super::message::{Effect, Message};
use super::state::State;
use super::{draw, update};

/// How often ages are brought up to date.
const CLOCK: Duration = Duration::from_secs(1);

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Shows the event files below `root` until the person leaves, a signal comes or the terminal is gone; `tag` is the
/// tag to begin with. Of `config`, colours and glyphs count here.
///
/// # Errors
/// When the terminal cannot be taken over or drawn on.
pub async fn run(root: &Path, tag: Option<String>, config: &Config) -> Result<Exit, Error> {
    let theme = config.theme_for(Theme::detect(|name| std::env::var(name).ok()));
    let mut guard = Guard::take(theme.depth)?;
    let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
    let mut state = State::new(Size { width, height }, theme, root, tag, now());
    guard.draw(|frame| draw::draw(&state, frame))?;

    let (sender, mut views) = watch::channel(WatchSnapshot::default());
    let task = Task::start(root, move |view| {
        sender.send_replace(view);
    })?;
    let mut input = Keyboard::open();
    let mut signals = Signals::listen()?;
    let mut clock = interval(CLOCK);
    let mut is_read = true;
    // Something has changed since the last frame.
    let mut dirty = false;
    loop {
        let is_ready = guard.is_ready();
        let message = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::End(number) => return Ok(Exit::Signal(number)),
                Signal::GoOn => {
                    guard.take_again()?;
                    Some(Message::Clock(now()))
                }
            },
            event = input.recv() => match event {
                None => return Ok(Exit::Closed),
                Some(event) => from_input(event),
            },
            changed = views.changed(), if is_read => match changed {
                Ok(()) => Some(Message::Snapshot(Box::new(views.borrow_and_update().clone()))),
                Err(_) => {
                    is_read = false;
                    Some(Message::ReaderGone)
                }
            },
            () = guard.ready(), if dirty && !is_ready => None,
            _ = clock.tick() => Some(Message::Clock(now())),
        };
        dirty |= message.is_some();
        let mut messages = Vec::from_iter(message);
        // Keys that have come together are answered by one frame.
        while let Some(event) = input.at_hand() {
            messages.extend(from_input(event));
            dirty = true;
        }
        for message in messages {
            for effect in update::update(&mut state, message) {
                match effect {
                    Effect::LookAt(interest) => task.look_at(interest),
                    Effect::Quit => return Ok(Exit::Quit),
                }
            }
        }
        if dirty && guard.is_ready() {
            guard.draw(|frame| draw::draw(&state, frame))?;
            dirty = false;
        }
    }
}

fn from_input(event: Input) -> Option<Message> {
    match event {
        Input::Key(key) => Some(Message::Key(key)),
        Input::Mouse(mouse) if mouse.kind == MouseEventKind::Moved => None,
        Input::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Input::Paste(text) => Some(Message::Paste(text)),
        Input::Resize(width, height) => Some(Message::Resize(width, height)),
        Input::FocusGained | Input::FocusLost => None,
    }
}
