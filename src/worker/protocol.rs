//! What the dashboard and the headless commands say to the worker, and what it says to them.
//!
//! Everything here is data that serialises, so that the same words go over the in-process channel and a socket.

use serde::{Deserialize, Serialize};

use crate::nn::Activity;
use crate::preset::{Assignment, DeviceChoice, Experiment, Preset};
pub use crate::run::Histograms;
use crate::run::{self, Manifest, OfSearch, PartOf, RunDirectory, Steered, home};
pub use crate::train::diagnostics::Finding;
pub use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Line, Panel, Point};
pub use crate::train::metrics::{Metric, Metrics, Scores};
pub use crate::train::report::{
    EpochReport, Extent, LearningRate, Outcome, StepReport, StepSeen, TrainingPhase,
};
pub use crate::train::step_time::StepTime;

/// Names a request in the reply to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RequestId {
    /// The number of the listener that asked, set by the hub; 0 for a listener that has the worker for itself.
    pub asker: u64,
    /// The asker's own count.
    pub number: u64,
}

/// A command, and the name under which it is replied to. Every request gets one [`Reply`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its name.
    pub id: RequestId,
    /// What is asked for.
    pub command: Command,
}

/// The outcome of a request. It goes to the listener that asked, and to no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The command is carried out, or will be before the next step.
    Done,
    /// The answer to [`Command::Inspect`].
    Inspected(Box<Inspection>),
    /// The weights are on disk, at this path.
    Saved(String),
    /// The same asker put a newer question of this kind, which is answered instead.
    Overtaken,
    /// The command is not carried out; training goes on as it was. Why, in a sentence.
    Refused(String),
}

/// A command of the person or script that steers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Train; refused while another training runs.
    Train(Box<TrainRequest>),
    /// Hold after the current step.
    Pause,
    /// Go on.
    Resume,
    /// One step while paused.
    Step,
    /// End training in good order after the current step.
    Stop,
    /// Change the learning rate from the next step on.
    ChangeRate(RateChange),
    /// Change another setting from the next step on; see `preset::steering`.
    Steer(Assignment),
    /// Make this many steps a second at most; `None`: as many as the machine can.
    Pace(Option<f64>),
    /// End the training after the epoch in progress, or not any more.
    StopAfterEpoch(bool),
    /// Go back to a checkpoint of the run that is trained. What came after it no longer counts, and its checkpoints are removed.
    GoBack(GoBack),
    /// Write the weights to disk now: as a checkpoint where a run is kept, else as a file, which [`Reply::Saved`] names.
    Save,
    /// Look at the model, also while it trains; answered by [`Reply::Inspected`].
    Inspect(Question),
    /// Stop training, if any, and end the worker.
    Shutdown,
    /// Leave a training that goes on without this listener; a worker that cannot live alone ends.
    Detach,
    /// Look at the run in this folder, which another process trains, instead; a training in a process of its own goes on.
    Attach(String),
    /// Look at a run that nobody trains instead; a training in a process of its own goes on.
    Open(Box<OpenRequest>),
    /// Show the network of the run that was opened as it was at the checkpoint of this step.
    GoTo(u64),
    /// Steer this training from here; the listener that steered it only looks from now on.
    TakeOver,
}

impl Command {
    /// Whether a training that gets this command ends.
    pub fn ends_training(&self) -> bool {
        match self {
            Command::Stop | Command::Shutdown | Command::Detach => true,
            Command::Train(_)
            | Command::Pause
            | Command::Resume
            | Command::Step
            | Command::ChangeRate(_)
            | Command::Steer(_)
            | Command::Pace(_)
            | Command::StopAfterEpoch(_)
            | Command::GoBack(_)
            | Command::Save
            | Command::Inspect(_)
            | Command::Attach(_)
            | Command::Open(_)
            | Command::GoTo(_)
            | Command::TakeOver => false,
        }
    }
}

/// A change of the learning rate. The schedule goes on with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum RateChange {
    /// The rate of every step from here on, times this.
    Times(f64),
    /// What the next step's rate is to be.
    To(f64),
}

/// To which checkpoint a training goes back, and how it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoBack {
    /// The checkpoint's step; `None` for the newest one before the present step.
    pub step: Option<u64>,
    /// With half the learning rate.
    pub halves_rate: bool,
}

/// How a training is driven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drive {
    /// The most steps a second; `None`: as many as the machine can.
    pub steps_per_second: Option<f64>,
    /// Whether it ends after the epoch in progress.
    pub stops_after_epoch: bool,
}

/// The checkpoint of another run from which a new one goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// The other run's folder.
    pub folder: String,
    /// The checkpoint's step.
    pub step: u64,
}

/// What is to be trained, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainRequest {
    /// What is to be trained.
    pub experiment: Experiment,
    /// The folder of a run of this experiment that is to go on.
    pub resume: Option<String>,
    /// Seconds between two checkpoints within an epoch.
    pub checkpoint_seconds: f64,
    /// A safetensors file with weights to start from.
    pub init_from: Option<String>,
    /// How many of the first layers with weights are not trained.
    pub freeze: usize,
    /// The learning rate from here on, instead of the preset's or the checkpoint's.
    pub learning_rate: Option<f64>,
    /// Where to train, as the command line says it; `None` where it does not.
    #[serde(default)]
    pub device: Option<DeviceChoice>,
    /// A run that is to go on takes its data as it is, also where it has changed since the run began.
    #[serde(default)]
    pub accept_changed_data: bool,
    /// What the experiment changes of the preset of the run that is to go on, as `--set` takes it; empty where nothing is.
    #[serde(default)]
    pub changes: Vec<String>,
    /// A new run that goes on from the checkpoint of another.
    #[serde(default)]
    pub branch: Option<Branch>,
    /// How it is driven at first; only the dashboard drives a training.
    #[serde(default)]
    pub drive: Drive,
    /// Holds before its first step.
    #[serde(default)]
    pub starts_paused: bool,
    /// Ends after this epoch, counted from 1 over the whole training; the run can go on to the same bits.
    #[serde(default)]
    pub until_epoch: Option<u32>,
    /// The trial of a search that it trains.
    #[serde(default)]
    pub trial: Option<OfSearch>,
    /// The number of the item of the queue that it trains.
    #[serde(default)]
    pub queued: Option<u32>,
    /// The task of a submission to Slurm that it trains.
    #[serde(default)]
    pub submitted: Option<String>,
    /// The trainings of one `--repeat` or `--folds`, of which it is one.
    #[serde(default)]
    pub part: Option<PartOf>,
    /// A person's command that is run when it has ended, in a shell, with `TRAINYARD_PRESET`, `TRAINYARD_RUN`, `TRAINYARD_OUTCOME`
    /// (`finished`, `stopped early`, `stopped`, `failed`) and `TRAINYARD_REASON` in its environment.
    #[serde(default)]
    pub on_end: Option<String>,
}

impl TrainRequest {
    /// Trains from the beginning, with a checkpoint a minute.
    pub fn new(experiment: Experiment) -> Self {
        TrainRequest {
            experiment,
            resume: None,
            checkpoint_seconds: 60.0,
            init_from: None,
            freeze: 0,
            learning_rate: None,
            device: None,
            accept_changed_data: false,
            changes: Vec::new(),
            branch: None,
            drive: Drive::default(),
            starts_paused: false,
            until_epoch: None,
            trial: None,
            queued: None,
            submitted: None,
            part: None,
            on_end: None,
        }
    }

    /// Goes on with a run from its newest checkpoint; `experiment` is that of the manifest's preset.
    ///
    /// # Errors
    /// When the run's path is not UTF-8.
    pub fn resuming(
        run: &RunDirectory,
        manifest: &Manifest,
        experiment: Experiment,
    ) -> Result<Self, run::Error> {
        Ok(TrainRequest {
            resume: Some(home::utf8(run.path())?.to_string()),
            freeze: manifest.frozen,
            ..TrainRequest::new(experiment)
        })
    }
}

/// A run that nobody trains, to be looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenRequest {
    /// The run's folder.
    pub folder: String,
    /// The experiment of its manifest's preset.
    pub experiment: Experiment,
    /// The checkpoint to begin with; `None` for the best one, or else the newest.
    pub step: Option<u64>,
}

/// What to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// A test sample with the prediction for it: the `position`-th that passes the filter, counted round.
    Sample {
        /// Position among the samples that pass.
        position: i64,
        /// Which samples count.
        filter: Filter,
    },
    /// Predicted against true classes over the whole test set.
    Confusion,
    /// A figure, by its name and how its knobs stand.
    Figure {
        /// One of [`RunInfo::figures`].
        name: String,
        /// How its knobs stand.
        at: Controls,
    },
}

/// Which test samples are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Only those the model gets wrong.
    Wrong,
    /// Those that are like this, in this order.
    Chosen(Choice),
}

/// A choice of test samples, and their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Only those the model gets wrong.
    pub only_wrong: bool,
    /// Only those of this class.
    pub truth: Option<u32>,
    /// Only those that the model takes for this class.
    pub predicted: Option<u32>,
    /// Which come first.
    pub order: SampleOrder,
}

/// The order of test samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SampleOrder {
    /// As the test set has them.
    #[default]
    Given,
    /// Those of the highest loss first: the cross-entropy, `-ln` of the true class's probability.
    Loss,
    /// Those first of whose predicted class the model is the least sure.
    Unsure,
    /// Those first of whose predicted class it is the surest.
    Sure,
}

impl From<Filter> for Choice {
    fn from(filter: Filter) -> Self {
        match filter {
            Filter::All => Choice::default(),
            Filter::Wrong => Choice { only_wrong: true, ..Choice::default() },
            Filter::Chosen(choice) => choice,
        }
    }
}

impl From<Choice> for Filter {
    fn from(choice: Choice) -> Self {
        // What older programs know has their word.
        [Filter::All, Filter::Wrong]
            .into_iter()
            .find(|filter| Choice::from(*filter) == choice)
            .unwrap_or(Filter::Chosen(choice))
    }
}

/// What the worker reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The data and the model are being prepared.
    Preparing(String),
    /// Training begins.
    Started(Box<RunInfo>),
    /// What a run that goes on has reported before.
    Past(Box<Past>),
    /// A step is done. Those that a slow listener missed are summed up in the next one it gets.
    Step(StepReport),
    /// An epoch is done, validation included.
    Epoch(Box<EpochReport>),
    /// A setting has another value from the next step on.
    Steered(Box<SettingChange>),
    /// The training has gone back to a checkpoint.
    WentBack(Box<WentBack>),
    /// The training is driven in another way.
    Drive(Drive),
    /// Training holds or goes on.
    Phase(Phase),
    /// A request of this listener is replied to.
    Reply {
        /// Which.
        to: RequestId,
        /// The outcome.
        reply: Reply,
    },
    /// The training is kept on disk as this run.
    Keeping {
        /// Its name.
        run: String,
        /// Its folder.
        folder: String,
    },
    /// The run's checkpoint of this step is on disk.
    Checkpoint {
        /// Steps done.
        step: u64,
    },
    /// What of the run cannot be written and is tried again; `None` where everything is written again.
    Trouble(Option<String>),
    /// A checkpoint of the run that is resumed is damaged. An earlier one is used.
    Damaged {
        /// Its step.
        step: u64,
        /// The file, and what is wrong with it.
        problem: String,
        /// The step from which the run goes on.
        resumed_from: u64,
    },
    /// This many scalars and pictures were left out of the run's event file, since the disk is slower than the training.
    LeftOut(u64),
    /// The person's command that was to be run at the end has failed: how, and what it said last.
    CommandFailed(String),
    /// A part of a run that has ended is not on disk: which one and why. Writing it is tried as long as the process lives.
    /// This comes before [`Event::Finished`] or [`Event::Failed`].
    Unsaved(String),
    /// What a step that was measured did to the weights.
    Seen(StepSeen),
    /// Something goes wrong in the training: what was seen, and what to try.
    Found(Box<Finding>),
    /// One line for the log.
    Log(String),
    /// Training ended, by itself or on command, with the test set's result.
    Finished(Finish),
    /// Training ended with an error.
    Failed(String),
    /// The connection to the process that trains is lost, or there again.
    Connection(ConnectionState),
    /// The run that was opened, or another of its checkpoints, is shown.
    Opened(Opened),
    /// Who steers the training.
    Steering(Steering),
    /// Histograms of weights, gradients and outputs at a measured step.
    Histograms(Box<Histograms>),
    /// What the training takes of the machine.
    Usage(Box<Usage>),
}

/// What a training takes of the machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// How many processors its process keeps busy.
    pub processors: f64,
    /// How busy each of the machine's processors is, with whatever: 0 to 100.
    #[serde(default)]
    pub cores: Vec<u8>,
    /// The memory that its process holds, in bytes.
    pub memory: u64,
    /// The memory that is free, in bytes; `None` where nobody can tell.
    #[serde(default)]
    pub free: Option<u64>,
    /// The time of the steps since the reading before.
    #[serde(default)]
    pub parts: StepTime,
    /// What its GPU does; `None` on the CPU, and where nobody can tell.
    pub gpu: Option<Activity>,
}

/// A setting that was changed while it trains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// What was changed, and when.
    pub steered: Steered,
    /// Whether it is made again, by a run that was resumed from a checkpoint before it.
    pub is_again: bool,
    /// How far the training goes now.
    pub extent: Extent,
}

/// How a training stands that has gone back to a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WentBack {
    /// Steps done there; all reports of later steps no longer count.
    pub step: u64,
    /// The settings that were changed before, which still hold.
    pub steered: Vec<Steered>,
    /// How far the training goes.
    pub extent: Extent,
}

/// A run that was opened to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its name.
    pub run: String,
    /// The steps of its checkpoints, first to last.
    pub checkpoints: Vec<u64>,
    /// The checkpoint whose weights the network has; `None` for the weights before the first step.
    pub at: Option<u64>,
}

/// Who steers a training that several may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Steering {
    /// Nobody yet: the first that gives a command does.
    Free,
    /// The listener that hears this.
    Here,
    /// Another one; the commands of the listener that hears this are refused.
    Elsewhere,
}

/// The connection to a training in another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionState {
    /// It is lost and tried again; the training goes on. Requests are refused meanwhile.
    Lost,
    /// It is there again. What follows is the training's whole story once more.
    Restored,
    /// The training is over, and its process has ended: what its network says is known again once its run is opened.
    Ended,
}

/// What the worker is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Nothing to train.
    #[default]
    Idle,
    /// Reading data, building the model.
    Preparing,
    /// Steps are being made.
    Training,
    /// Holding between steps.
    Paused,
    /// The validation or test set is being evaluated.
    Evaluating,
}

/// What is known when training begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The preset with which it began.
    pub preset: Preset,
    /// The settings that were changed since, while it trained, in the order of their steps.
    #[serde(default)]
    pub steered: Vec<Steered>,
    /// Trainable numbers of the model.
    pub parameters: u64,
    /// Training, validation and test samples.
    pub samples: (usize, usize, usize),
    /// Shape of one input, channels last.
    #[serde(default)]
    pub input_shape: Vec<usize>,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// Steps of the whole training.
    pub steps: u64,
    /// The step that ends the epoch in progress; see [`Extent::epoch_ends`].
    #[serde(default)]
    pub epoch_ends: u64,
    /// The classes' names; empty for other targets.
    pub classes: Vec<String>,
    /// What errors of real values are told in: `the unit of 'price'`; `None` where there are none, or nobody knows.
    #[serde(default)]
    pub unit: Option<String>,
    /// Epochs of all phases of the procedure.
    pub epochs: u32,
    /// Whether test samples with their classes can be looked at.
    pub predicts_classes: bool,
    /// The learning rate of the next step.
    pub learning_rate: LearningRate,
    /// What can be looked at beside curves and samples.
    pub figures: Vec<FigureInfo>,
    /// The parts of the procedure, the first one included; empty where it has only one.
    #[serde(default)]
    pub phases: Vec<TrainingPhase>,
    /// The device and the instructions it uses, for a person: `cpu, 2 threads, AVX-512`.
    pub device: String,
}

/// What a run reported before it was resumed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Its steps, as far as they were written down; their seconds are not known.
    pub steps: Vec<StepReport>,
    /// Its epochs.
    pub epochs: Vec<EpochReport>,
    /// Its measured steps.
    #[serde(default)]
    pub seen: Vec<StepSeen>,
    /// Its histograms.
    #[serde(default)]
    pub histograms: Vec<Histograms>,
    /// The newest lines of its log, of a run that is opened.
    #[serde(default)]
    pub log: Vec<PastLine>,
}

/// A line of a run's log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PastLine {
    /// Seconds since the run was begun.
    pub seconds: f64,
    /// What happened.
    pub text: String,
}

/// The end of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// Why.
    pub outcome: Outcome,
    /// The test set's scores; `None` where their evaluation was stopped.
    pub test: Option<Scores>,
    /// Epochs completed.
    pub epochs: u32,
    /// Steps done.
    pub steps: u64,
    /// Training throughput over the whole run, evaluation not counted.
    pub samples_per_second: f64,
    /// Seconds from the start of preparation to this report.
    pub seconds: f64,
}

/// An answer about the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Inspection {
    /// A test sample and the prediction for it.
    Sample(Sample),
    /// No sample passes the filter.
    Nothing(Filter),
    /// The whole test set.
    Confusion(Confusion),
    /// A figure.
    Figure {
        /// What is to be drawn.
        figure: Figure,
        /// How many seconds it took to work out, in which nothing was trained.
        seconds: f64,
    },
}

/// A test sample and the prediction for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Its number in the test set.
    pub index: usize,
    /// A few words on it, where there are some: its word, its file.
    #[serde(default)]
    pub caption: Option<String>,
    /// Its position among those that pass the filter.
    pub position: usize,
    /// How many pass.
    pub of: usize,
    /// The filter.
    pub filter: Filter,
    /// Shape of the input, channels last; that of a sound's spectrogram with time to the right and low tones at the bottom.
    pub shape: Vec<usize>,
    /// The input, as the network sees it, in this shape.
    pub input: Vec<f32>,
    /// The names of its numbers, where they are a table's columns.
    #[serde(default)]
    pub names: Vec<String>,
    /// The word that each of its numbers stands for, empty for a number of its own; no words at all where none stands for one.
    #[serde(default)]
    pub words: Vec<String>,
    /// The text that it is, where its numbers stand for letters.
    #[serde(default)]
    pub text: Option<String>,
    /// The true class.
    pub truth: Option<u32>,
    /// The predicted class.
    pub predicted: Option<u32>,
    /// The network's output: a probability a class, or values.
    pub output: Vec<f32>,
    /// The step at which the model said so.
    pub step: u64,
}

/// Predicted against true classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The classes' names.
    pub classes: Vec<String>,
    /// `counts[truth][predicted]`.
    pub counts: Vec<Vec<u32>>,
    /// The step at which the model said so.
    pub step: u64,
}
