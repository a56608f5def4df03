//! What can happen to the dashboard, and what it wants done.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::preset::{Experiment, Offers, Preset, Source};
use crate::run::difference::Difference;
use crate::run::seeds::OverSeeds;
use crate::run::watch::{Interest, WatchSnapshot};
use crate::run::{Label, Overview, RunDirectory};
use crate::search::queue::{self, Move, QueueSnapshot};
use crate::search::{LookAt, SearchesSnapshot};
use crate::tui::state::marked::MarkedCurves;
use crate::worker::{self, Trial, Tried};

use super::end::End;
use super::state::new_preset::Suggestion;

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The first frame is on the screen; this run is to be opened.
    Opened(Option<Box<Overview>>),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse moved, clicked or its wheel turned.
    Mouse(MouseEvent),
    /// The second click of two quick ones at the same place.
    DoubleClick(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// The worker reports.
    Engine(worker::Event),
    /// The worker is gone without being told to go.
    EngineGone,
    /// A preset was written, or could not be.
    PresetSaved {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
        /// Its path and what it says, or the reason.
        result: Result<(String, Box<Preset>), String>,
    },
    /// What a few steps of a draft have shown, or why that cannot be said.
    Measured {
        /// The number of the question.
        number: u64,
        /// The answer.
        result: Result<Tried, String>,
    },
    /// The editor was left with this text in a file, or could not do its work, for the reason given.
    TextEdited(Result<(PathBuf, String), String>),
    /// A path was completed as far as it goes.
    PathCompleted {
        /// What was typed.
        typed: String,
        /// What it is completed to.
        completed: String,
        /// The names that it could go on with.
        names: Vec<String>,
    },
    /// A preset was made for some data, or could not be.
    Suggested {
        /// The file or folder, as it was typed.
        data: String,
        /// The columns that were asked for.
        targets: Vec<String>,
        /// The preset, or the reason.
        result: Result<Suggestion, String>,
    },
    /// A new preset was written, or could not be.
    NewSaved {
        /// Its text.
        text: String,
        /// Its path and what it says, or the reason.
        result: Result<(String, Box<Preset>), String>,
    },
    /// The files of a source have been read.
    FilesRead {
        /// The source.
        source: Box<Source>,
        /// What it offers, or why its files cannot be used.
        found: Result<Offers, String>,
    },
    /// The runs on disk, oldest first, or why they cannot be listed.
    Runs(Result<Vec<Overview>, String>),
    /// A task with runs on disk is done.
    RunsDone(RunAnswer),
    /// The reader of event files shows what it has found.
    Watched(Box<WatchSnapshot>),
    /// The reader of event files has ended without being told to.
    WatchGone,
    /// The time now, in seconds since 1970: ages are brought up to date.
    Clock(f64),
    /// The reader of searches shows what it has found.
    Searches(Box<SearchesSnapshot>),
    /// The reader of searches has ended without being told to.
    SearchesGone,
    /// A task with searches is done.
    SearchDone(SearchAnswer),
    /// The reader of the queue shows what it has found.
    Queue(Box<QueueSnapshot>),
    /// The reader of the queue has ended without being told to.
    QueueGone,
    /// A task with the queue is done.
    QueueDone(QueueAnswer),
    /// A picture of the screen was written, at this path, or could not be.
    PictureSaved(Result<String, String>),
    /// Something outside did not work.
    Problem(String),
    /// A tenth of a second has passed.
    Tick,
}

/// Something that is done with the files of runs.
#[derive(Clone, Debug, PartialEq)]
pub enum RunTask {
    /// Move a run to the trash.
    Discard(RunDirectory),
    /// Bring a run back from the trash.
    Restore(RunDirectory),
    /// Write what a person calls a run and says about it.
    Label(RunDirectory, Box<Label>),
    /// Find what the second run differs in from the first.
    Compare(Box<[Overview; 2]>),
    /// Read the curves of a run.
    ReadCurves(RunDirectory),
}

/// What came of a [`RunTask`]; problems are sentences.
#[derive(Clone, Debug, PartialEq)]
pub enum RunAnswer {
    /// The run is in the trash, at this place, or why it is not.
    Discarded(Result<RunDirectory, String>),
    /// The run is back, or is still in the trash at the given place, and why.
    Restored(Result<RunDirectory, (RunDirectory, String)>),
    /// The label of the run of this name is written, or why not.
    Labelled(String, Result<(), String>),
    /// What two runs differ in.
    Compared {
        /// Their names.
        names: [String; 2],
        /// What differs.
        differences: Vec<Difference>,
        /// Whether their results differ by more than their seeds explain.
        seeds: Vec<OverSeeds>,
    },
    /// The curves of a run.
    Curves(MarkedCurves),
}

/// Something that is done with searches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchTask {
    /// Begin the search of a preset, in the background.
    Begin {
        /// The preset's name.
        preset: String,
        /// How many trainings go at a time.
        jobs: u16,
    },
    /// Go on with a search, in the background.
    GoOn {
        /// Its name.
        search: String,
        /// How many trainings go at a time.
        jobs: u16,
    },
    /// Ask the process that carries out the search of this name to end.
    End(String),
    /// Save the preset of a trial.
    SavePreset {
        /// The search's name.
        search: String,
        /// The trial's number.
        trial: u32,
        /// The preset's name.
        name: String,
    },
    /// Look at the run of this name.
    ReadRun(String),
}

/// What came of a [`SearchTask`]; problems are sentences.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchAnswer {
    /// A process carries the search out that this command line says.
    Began {
        /// The search's name, where it is known.
        search: Option<String>,
        /// The command line.
        command: String,
    },
    /// A search that was begun here has ended: its name, how, and after how many seconds.
    Ended {
        /// The search's name or its preset's.
        search: String,
        /// `finished` or `failed`.
        outcome: &'static str,
        /// Seconds since it was begun here.
        seconds: f64,
        /// What a person's command finds of it in its environment.
        variables: Vec<(&'static str, String)>,
    },
    /// The process that carries out the search of this name was asked to end.
    Ends(String),
    /// A preset with this text was written, or could not be.
    Saved {
        /// Its text.
        text: String,
        /// Its path and what it says, or the reason.
        result: Result<(String, Box<Preset>), String>,
    },
    /// The run that was asked for.
    Run(Box<Overview>),
    /// It could not be done.
    Failed(String),
}

/// Something that is done with the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueTask {
    /// Put this command at the end.
    Add {
        /// Its words, without the program's name.
        words: Vec<String>,
        /// The file of its preset and the text that was read from it; the file must still say that.
        read: Option<(PathBuf, String)>,
    },
    /// Move the item of this number.
    Move(u32, Move),
    /// Take the item of this number off; where it is trained, that is ended.
    Remove(u32),
    /// Let the item of this number go on, which failed or was stopped.
    Retry(u32),
    /// Begin nothing new.
    Pause,
    /// End a pause, and have the queue worked off.
    Start,
    /// Ask the process that works the queue off to end.
    Stop,
    /// Train so many more at a time.
    Jobs(i16),
    /// Take all items off that have ended.
    Clear,
    /// End this job of Slurm.
    Cancel(String),
    /// Look at the run of this name.
    ReadRun(String),
}

/// What came of a [`QueueTask`]; problems are sentences.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueAnswer {
    /// An item is at the end.
    Added {
        /// Its number.
        item: u32,
        /// How many others wait or are trained.
        before: usize,
        /// Whether it begins when its turn comes; the queue is paused otherwise.
        begins: bool,
    },
    /// The process of this number, which works the queue off, was asked to end.
    Ends(String),
    /// So many items are off.
    Cleared(usize),
    /// This job of Slurm was asked to end.
    Cancelled(String),
    /// It is done, as the list shows.
    Done,
    /// The run that was asked for.
    Run(Box<Overview>),
    /// It could not be done.
    Failed(String),
}

/// Something is to be done outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the worker; answered by [`worker::Event::Reply`].
    Send(worker::Request),
    /// Write the preset to the user's folder; answered by [`Message::PresetSaved`].
    SavePreset {
        /// Its name.
        name: String,
        /// Its text, which has this name.
        text: String,
        /// Whether an existing file of that name may be replaced.
        overwrite: bool,
    },
    /// Find out something by a few steps; answered by [`Message::Measured`].
    Measure {
        /// The number of the question.
        number: u64,
        /// What is to be found out.
        trial: Trial,
        /// What would be trained.
        experiment: Box<Experiment>,
    },
    /// Give up what is being measured.
    StopMeasuring,
    /// Open a text of a preset in the person's editor; answered by [`Message::TextEdited`]. A text of the preset that was no
    /// preset, and is kept, goes before it.
    EditText {
        /// The preset's name.
        name: String,
        /// The text.
        text: String,
        /// The line to begin with, from 1.
        line: Option<usize>,
    },
    /// Remove the file in which a text was edited: it is taken in.
    DropText(PathBuf),
    /// Complete a path; answered by [`Message::PathCompleted`].
    CompletePath(String),
    /// Make a preset for some data, which may take long; answered by [`Message::Suggested`].
    Suggest {
        /// The file or folder, as it was typed.
        data: String,
        /// The columns that a table is to predict, several at once; none: the one that is likely.
        targets: Vec<String>,
    },
    /// Write a new preset to the user's folder; answered by [`Message::NewSaved`].
    SaveNew {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
    },
    /// Read the files of a source, which may take long; answered by [`Message::FilesRead`].
    ReadFiles(Source),
    /// List the runs on disk; answered by [`Message::Runs`].
    ListRuns,
    /// Begin to read event files; answered by [`Message::Watched`] again and again.
    Watch,
    /// Read these of the event files.
    LookAt(Interest),
    /// Begin to read searches; answered by [`Message::Searches`] again and again.
    ReadSearches,
    /// Read these searches.
    LookAtSearches(LookAt),
    /// Do something with searches; answered by [`Message::SearchDone`].
    OnSearch(SearchTask),
    /// Begin to read the queue; answered by [`Message::Queue`] again and again.
    ReadQueue,
    /// Read this of the queue.
    LookAtQueue(queue::LookAt),
    /// Do something with the queue; answered by [`Message::QueueDone`].
    OnQueue(QueueTask),
    /// Do something with the files of runs; answered by [`Message::RunsDone`].
    OnRuns(RunTask),
    /// Keep that the tour was taken or skipped.
    KnowsTheTour,
    /// Leave.
    Quit,
    /// Leave, and let the training go on.
    Detach,
    /// Stop this process until the shell wakes it, as Ctrl-Z does.
    Suspend,
    /// Put a text on the clipboard of the terminal.
    Copy(String),
    /// Write the screen to files; answered by [`Message::PictureSaved`].
    SavePicture {
        /// The picture.
        svg: String,
        /// Its text.
        text: String,
    },
    /// Tell the person, who may look elsewhere, that a training has ended.
    TellEnd(End),
}
