//! The worker over a Unix socket in its run's folder: the same [`Command`]s and [`Event`]s as in one process.
//!
//! * `frames`: one message, with its length before it;
//! * `history`: what a listener that comes late is told first;
//! * `hub`: spreads the worker's events to all who listen, and takes commands from one;
//! * `server`: lets listeners in; `client`: is one.
//!
//! A message is RON text, as presets are: it has a form for every number, infinities included, that JSON lacks.

mod client;
pub mod frames;
mod history;
mod hub;
mod server;

pub use client::Connection;
pub use hub::{Hub, Listener, Voice};

use serde::{Deserialize, Serialize};

use super::protocol::{Command, Event};

/// The version of what is said; it grows when an older program could misunderstand.
pub const VERSION: u32 = 1;

/// The socket in a run's folder; a link to it where the folder's path is too long for one.
pub const FILE: &str = "socket";

/// What a listener says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// First of all.
    Hello {
        /// [`VERSION`].
        version: u32,
    },
    /// A wish.
    Command(Command),
}

/// What the worker's process says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Tell {
    /// First of all.
    Hello {
        /// [`VERSION`].
        version: u32,
    },
    /// What the worker reports; first, what it has reported before.
    Event(Event),
}
