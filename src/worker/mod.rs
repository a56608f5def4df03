//! The background task that owns the engine: typed [`Command`]s in, typed [`Event`]s out.

mod backlog;
pub mod channel;
mod check;
mod detached;
mod device;
mod engine;
mod gauge;
mod inspector;
mod keeper;
mod left_out;
mod measure;
mod opening;
mod own_data;
mod past;
mod pictures;
pub mod protocol;
mod recommend;
mod remote;
mod session;
mod settings;
pub mod socket;
mod thinning;
mod threads;
mod trained;
mod unit;

pub use crate::nn::Activity;
pub use crate::train::assessment::{
    Assessment, Average, Calibration, ClassScores, Classes, Comparison, Labels, Largest as LargestError,
    OutputScores, Ranking, Relevant, Values,
};
pub use crate::train::{RangeEnd, RateCurve, RatePoint, RateRange, Writing};
pub use channel::{Client, Events, Inbox, Outbox, Waited, spawn_with};
pub use check::{check, check_changed, check_text, of_changes};
pub use detached::{Answer, Starter, spawn_detached};
pub use device::{check_device, device_for_questions, device_of_environment, devices_shared_out};
pub use engine::{spawn, spawn_keeping};
pub use measure::{Trial, Tried, measure, try_rates};
pub use own_data::check_own_data;
pub use past::{epochs_done, trains_nothing};
pub use protocol::{
    Body, Branch, Choice, Command, Confusion, ConnectionState, Controls, Drive, EpochReport, Event, Extent,
    Figure, FigureInfo, Filter, Finding, Finish, GoBack, Histograms, Inspection, Knob, LearningRate, Line,
    Metric, Metrics, OpenRequest, Opened, Outcome, Panel, Past, PastLine, Phase, Point, Question, RateChange,
    Reply, Request, RequestId, RunInfo, Sample, SampleOrder, Scores, SettingChange, Steering, StepReport,
    StepSeen, StepTime, TrainRequest, TrainingPhase, Usage, WentBack,
};
pub use recommend::{NotRecommended, Recommended};
pub use socket::{Connection, Hub, Listener, Voice};
pub use threads::{bound_threads, excess_threads, too_many_threads};
pub use trained::{Answers, BadRow, Names, Prediction, Trained, Unusable, Which};
pub use unit::{Each, Unit};
