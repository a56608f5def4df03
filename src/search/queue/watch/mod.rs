//! What a screen shows of the queue, read again as its files change.
//!
//! * `view`: the queue as a value: its items in their order, and how each stands;
//! * `progress`: how far the run of an item has come, and what came of it;
//! * `jobs`: the jobs of Slurm beside it;
//! * `reader`: reads the files that have changed;
//! * `task`: does that on a thread of its own.

mod jobs;
mod progress;
mod reader;
mod task;
mod view;

pub use jobs::Jobs;
pub use progress::{Fate, Progress};
pub use task::{LookAt, Task};
pub use view::{Chosen, QueueSnapshot, Row, Standing};
