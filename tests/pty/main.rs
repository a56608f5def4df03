//! The real binary in a real terminal, driven as a person would: keys and mouse in, the parsed screen out.
#![cfg(unix)]

mod charts;
mod config;
mod farewell;
mod files;
mod form;
mod images;
mod line;
mod looks;
mod measure;
mod mouse;
mod new_preset;
mod picture;
mod queue;
mod runs;
mod scale;
mod searches;
mod soak;
mod steer;
mod story;
mod terminal;
mod watch;
