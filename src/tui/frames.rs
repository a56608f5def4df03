//! Frames, and the images on them where the terminal takes any.

use std::io::{self, IsTerminal};

use ratatui::layout::Size;

use super::config::Config;
use super::graphics::{self, Asking, Cell, Protocol, Shown};
use super::screens;
use super::state::State;
use super::terminal::Guard;

/// The pixels of a cell where the terminal does not say them.
const USUAL_CELL: Cell = (8, 16);

/// What draws on the terminal.
pub(super) struct Frames {
    images: Option<Shown>,
    cell: Option<Cell>,
    size: Size,
    /// The terminal is asked which images it takes.
    pub is_asked: bool,
}

impl Frames {
    /// Draws the first frame, and asks the terminal after it which images it takes, where that is open.
    ///
    /// # Errors
    /// When the terminal does not take the frame.
    pub fn begin(config: &Config, guard: &mut Guard, state: &State) -> io::Result<Self> {
        let cell = cell_of_terminal();
        let variable = |name: &str| std::env::var(name).ok();
        // Answers come where keys come from.
        let to_ask = cell.filter(|_| io::stdin().is_terminal());
        let asking = Asking::of(config.images, &state.theme, variable, to_ask);
        let images = match asking {
            Asking::Known(protocol) => Some(Shown::new(protocol, cell.unwrap_or(USUAL_CELL))),
            Asking::Blocks | Asking::Open => None,
        };
        let mut frames = Frames { images, cell, size: state.size, is_asked: asking == Asking::Open };
        frames.draw(guard, state, None)?;
        if frames.is_asked {
            guard.send(graphics::QUESTION)?;
        }
        Ok(frames)
    }

    /// Draws a frame; `heard` is what the terminal has answered.
    ///
    /// # Errors
    /// When an earlier frame could not be written.
    pub fn draw(&mut self, guard: &mut Guard, state: &State, heard: Option<Protocol>) -> io::Result<()> {
        if self.images.is_none() {
            self.images = heard.map(|protocol| Shown::new(protocol, self.cell.unwrap_or(USUAL_CELL)));
        }
        let Some(shown) = &mut self.images else { return guard.draw(|frame| screens::draw(state, frame)) };
        if state.size != self.size {
            // The screen is cleared, and the font may be another.
            (self.size, self.cell) = (state.size, cell_of_terminal().or(self.cell));
            shown.resized(self.cell);
        }
        let is_covered = !state.overlays.is_empty() || state.tour_shown().is_some();
        let mut drawn = Ok(());
        let pictures = shown.draw(is_covered, || drawn = guard.draw(|frame| screens::draw(state, frame)));
        drawn?;
        if pictures.is_empty() { Ok(()) } else { guard.send(&pictures) }
    }

    /// Others have written on the screen.
    pub fn forget(&mut self) {
        self.images.iter_mut().for_each(Shown::forget);
    }
}

/// The pixels of a cell where the terminal says them.
fn cell_of_terminal() -> Option<Cell> {
    let size = crossterm::terminal::window_size().ok()?;
    let cell = (size.width.checked_div(size.columns)?, size.height.checked_div(size.rows)?);
    (cell.0 > 0 && cell.1 > 0).then_some(cell)
}
