//! Screens as snapshots, interactions as lists of messages, and random input.

pub mod builders;
mod figures;
mod random;
mod screens;
mod stories;
