//! Trainyard: a terminal workbench for deep learning.
//!
//! The rooms, and who may use whom, are drawn in `ARCHITECTURE.md`; `tests/architecture.rs` holds the code to it.

// `println!` panics when writing fails, as it does on a terminal that is gone.
#![deny(clippy::print_stdout, clippy::print_stderr)]

/// The engine's speed: reference workloads, timed.
pub mod bench;
/// The subcommands, one file each: what a script sees.
pub mod cli;
/// Data sets as batches: built-in sets, importers, splits, shuffling.
pub mod data;
/// What this machine offers to the engine, and whether it works.
pub mod doctor;
/// The engine on dfdx: devices, differentiable ops, layers, losses, optimizers.
pub mod nn;
/// The experiment as data (RON): types, parsing with located errors, validation, overrides, the library.
pub mod preset;
/// What a run leaves on disk and how it comes back.
pub mod run;
/// Many trainings: which settings are tried, what came of them, which are the best.
pub mod search;
/// What the program asks of the operating system: regular files, free memory, processors.
pub mod system;
/// Training procedures, metrics and evaluation.
pub mod train;
/// The dashboard: state and update, keymap, theme, screens, widgets.
pub mod tui;
/// The background task that owns the engine: typed commands in, typed events out.
pub mod worker;
