//! What can happen to the dashboard, and what it wants done.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::preset::{Offers, Preset, Source};
use crate::run::Overview;
use crate::worker;

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The first frame is on the screen.
    Opened,
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse moved, clicked or its wheel turned.
    Mouse(MouseEvent),
    /// The second click of two quick ones at the same place.
    DoubleClick(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// The worker reports.
    Engine(worker::Event),
    /// The worker is gone without being told to go.
    EngineGone,
    /// A preset was written, at this path, or could not be.
    PresetSaved {
        /// The preset as saved.
        preset: Box<Preset>,
        /// Its path, or the reason.
        result: Result<String, String>,
    },
    /// The files of a source have been read.
    FilesRead {
        /// The source.
        source: Source,
        /// What it offers, or why its files cannot be used.
        found: Result<Offers, String>,
    },
    /// The runs on disk, oldest first, or why they cannot be listed.
    Runs(Result<Vec<Overview>, String>),
    /// A tenth of a second has passed.
    Tick,
}

/// Something is to be done outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the worker; answered by [`worker::Event::Reply`].
    Send(worker::Request),
    /// Write the preset to the user's folder; answered by [`Message::PresetSaved`].
    SavePreset {
        /// The preset, under its new name.
        preset: Box<Preset>,
        /// Whether an existing file of that name may be replaced.
        overwrite: bool,
    },
    /// Read the files of a source, which may take long; answered by [`Message::FilesRead`].
    ReadFiles(Source),
    /// List the runs on disk; answered by [`Message::Runs`].
    ListRuns,
    /// Leave.
    Quit,
    /// Leave, and let the training go on.
    Detach,
    /// Stop this process until the shell wakes it, as Ctrl-Z does.
    Suspend,
}
