//! Event files that others write, read while they grow.
//!
//! A [`Watcher`] finds the runs below a folder (as TensorBoard does: a run is a folder with event files), keeps the
//! newest values of each by reading only the ends of its files, and reads in full only the runs that are shown.
//! What it keeps is bounded however much there is to read: curves and histograms over time are thinned, pictures are
//! sampled, and the runs that were last shown the longest ago are forgotten first.

mod curve;
mod discover;
mod distribution;
mod latest;
mod log;
mod newest;
pub mod picture;
mod sampled;
mod scan;
mod tags;
mod task;
mod view;
mod watcher;

pub use curve::{Curve, Point};
pub use distribution::Distribution;
pub use newest::{Number, newest_numbers};
pub use picture::Picture;
pub use sampled::{AtStep, DISTRIBUTIONS, Sampled};
pub use tags::{Kind, Tag, TagId, main_number, rank};
pub use task::Task;
pub use view::{Content, Details, Interest, Panel, Progress, Row, RunId, WatchSnapshot};
pub use watcher::Watcher;
