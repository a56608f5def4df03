//! What can happen, and what is to be done.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::run::watch::{Interest, WatchSnapshot};

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse clicked or its wheel turned.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// The reader shows what it has found.
    Snapshot(Box<WatchSnapshot>),
    /// The reader has ended without being told to.
    ReaderGone,
    /// The time now, in seconds since 1970.
    Clock(f64),
}

/// Something is to be done outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the reader for this.
    LookAt(Interest),
    /// Leave.
    Quit,
}
