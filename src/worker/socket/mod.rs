//! The worker over a Unix socket in its run's folder: the same [`Request`]s and [`Event`]s as in one process.
//!
//! * `frames`: one message, with its length before it;
//! * `history`: what a listener that comes late is told first;
//! * `hub`: spreads the worker's events to all who listen, takes commands from one and questions from all;
//! * `door`: the socket file; `server`: speaks with listeners; `client`: is one.
//!
//! A message is RON text, as presets are: it has a form for every number, infinities included, that JSON lacks.

mod client;
mod door;
pub mod frames;
mod history;
mod hub;
mod server;

pub use client::Connection;
pub use hub::{Hub, Listener, Voice};

use serde::{Deserialize, Serialize};

use super::protocol::{Event, Request};

/// The version of what is said; it grows when an older program could misunderstand.
pub const VERSION: u32 = 4;

/// The socket in a run's folder; a link to it where the folder's path is too long for one.
pub const FILE: &str = "socket";

/// What a listener says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// First of all.
    Hello {
        /// [`VERSION`].
        version: u32,
    },
    /// A request. Its name is the listener's own; the asker is the listener at the other end of the connection.
    Request(Request),
}

/// What the worker's process says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// First of all.
    Hello {
        /// [`VERSION`].
        version: u32,
    },
    /// What the worker reports; first, what it has reported before.
    Event(Event),
    /// The only message to a listener that is not let in: the reason.
    Refused(String),
}
