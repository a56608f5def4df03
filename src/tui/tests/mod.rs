//! Screens as snapshots, interactions as lists of messages, and random input.

pub mod builders;
mod charts;
mod figures;
mod files;
mod form;
mod glitches;
mod hostile;
mod new_preset;
mod pointer;
mod queue;
mod random;
mod rates;
mod runs;
mod samples;
mod screens;
mod searches;
mod steering;
mod stories;
mod tempo;
mod tries;
mod watched;
