//! What a screen shows of the searches on disk, read again as their files change.
//!
//! * `table`: a search as a value: its trials, the best first, and what is known of them together;
//! * `reader`: reads files, those of trials only where they are new or can still change;
//! * `task`: does that on a thread of its own.

mod reader;
mod table;
mod task;

pub use table::{Board, Counts, Listed, Row, SearchesSnapshot, Standing};
pub use task::{LookAt, Task};
