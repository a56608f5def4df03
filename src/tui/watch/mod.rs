//! `trainyard watch`: runs of any program, from the event files that they write for TensorBoard.
//!
//! As in the dashboard, [`State`](state::State) is what it knows, [`update`](update::update) the only place where that
//! changes, [`draw`](draw::draw) how it looks; [`run`] ties them to a terminal and to a
//! [`Task`](crate::run::watch::Task) that reads.

pub mod commands;
pub mod draw;
pub mod keymap;
pub mod layout;
pub mod message;
mod order;
mod run_loop;
pub mod state;
pub mod update;

#[cfg(test)]
mod tests;

pub use run_loop::run;
