//! The dashboard: [`State`](state::State) is what it knows, [`update`](update::update) the only place where that
//! changes, [`screens::draw`] how it looks; [`run`] ties them to a terminal and a worker.

pub mod ascii;
pub mod availability;
pub mod bindings;
mod branching;
mod chart_keys;
mod chart_places;
mod clicks;
pub mod commands;
pub mod config;
mod editor;
pub mod end;
pub mod format;
mod frames;
pub mod graphics;
mod key_changes;
mod keyboard;
pub mod keymap;
pub mod keys;
pub mod layout;
mod link;
pub mod message;
pub mod output;
pub mod palette;
pub mod picture;
mod popup_keys;
mod queueing;
pub mod remap;
pub mod rounds;
mod run_loop;
pub mod screens;
mod signals;
pub mod state;
pub mod terminal;
pub mod theme;
mod thrift;
pub mod update;
mod watching;
pub mod widgets;
pub mod writer;

#[cfg(test)]
mod tests;

pub use link::Link;
pub use run_loop::{Error, Exit, Opening, run};
