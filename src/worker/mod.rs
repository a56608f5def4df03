//! The background task that owns the engine: typed [`Command`]s in, typed [`Event`]s out.

pub mod channel;
mod engine;
mod inspector;
pub mod protocol;

pub use channel::{Client, Events, Inbox, Outbox, Waited, spawn_with};
pub use engine::spawn;
pub use protocol::{
    Command, Confusion, EpochReport, Event, Filter, Finish, Inspection, Outcome, Phase, Question, RunInfo,
    Sample, Scores, StepReport,
};
