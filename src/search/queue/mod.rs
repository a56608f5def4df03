//! The queue: trainings and searches that wait for their turn, so many at a time.
//!
//! ```text
//! TRAINYARD_HOME/queue/
//!   queue.ron             how many at a time, whether new ones begin
//!   items/000001.ron      what is to be done, and how it stands
//!   items/000001.lock     held while a process of it is about to begin
//!   lock                  held by the process that works the queue off
//!   log.txt               what that process says
//! ```
//!
//! `watch/` reads it again and again for a screen.

mod item;
mod runner;
mod shelf;
mod watch;

pub use item::{Item, Outcome, command_of, in_line};
pub use runner::{Heard, Prepared, Runner, work_off};
pub use shelf::{Move, Settings, Shelf};
pub use watch::{Chosen, Fate, Jobs, LookAt, Progress, QueueSnapshot, Row, Standing, Task};
