//! Event files that others write, read while they grow.
//!
//! A [`Watcher`] finds the runs below a folder (as TensorBoard does: a run is a folder with event files), keeps the
//! newest figures of each by reading only the ends of its files, and reads in full only the runs that are looked at.
//! What it keeps is bounded however much there is to read: curves and histograms over time are thinned, pictures are
//! sampled, and the runs that were not looked at for longest are forgotten first.

mod course;
mod discover;
mod distribution;
mod figures;
mod latest;
mod log;
mod newest;
pub mod picture;
mod scan;
mod tags;
mod task;
mod view;
mod watcher;

pub use course::{Course, Point};
pub use distribution::Distribution;
pub use figures::{Moment, Sampled};
pub use newest::{Number, newest_numbers};
pub use picture::Picture;
pub use tags::{Kind, Tag, TagId, main_number};
pub use task::Task;
pub use view::{Content, Details, Interest, Panel, Progress, Row, RunId, View};
pub use watcher::Watcher;
