//! The background task that owns the engine: typed [`Command`]s in, typed [`Event`]s out.

pub mod protocol;

pub use protocol::{
    Command, Confusion, EpochReport, Event, Filter, Finish, Inspection, Outcome, Phase, Question, RunInfo,
    Sample, Scores, StepReport,
};
