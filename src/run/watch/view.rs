//! What a watcher shows, and what it is asked to show.

use std::path::Path;
use std::sync::Arc;

use super::Distribution;
use super::curve::Curve;
use super::picture::Picture;
use super::sampled::Sampled;
use super::tags::{Tag, TagId};

/// A run, by its place in the list of all: runs are added at its end and stay.
pub type RunId = u32;

/// What the screen shows, and what is therefore read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interest {
    /// The runs that are read in full, the most important first.
    pub shown: Vec<RunId>,
    /// The runs whose rows are on the screen.
    pub visible: Vec<RunId>,
    /// The tags whose values are shown.
    pub tags: Vec<TagId>,
    /// The tag whose newest value stands in the table.
    pub value: Option<TagId>,
    /// How many of the kept pictures or texts are newer than the one that is shown.
    pub back: usize,
    /// The columns and rows that a picture may have.
    pub room: (usize, usize),
    /// The run whose details are shown.
    pub details: Option<RunId>,
}

/// A run in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its folder below the one that is watched, fit to be shown.
    pub name: Arc<str>,
    /// Its folder.
    pub folder: Arc<Path>,
    /// The step of its newest value.
    pub step: Option<i64>,
    /// When that was written, in seconds since 1970.
    pub time: Option<f64>,
    /// The newest value of [`Interest::value`].
    pub value: Option<f64>,
    /// Its hyperparameters in a line.
    pub hparams: Arc<str>,
    /// Its hyperparameters.
    pub settings: Arc<Vec<(String, String)>>,
    /// What its event files take on disk.
    pub bytes: u64,
    /// Places in its files that are damaged.
    pub damaged: u64,
    /// Whether its files are none of events.
    pub is_foreign: bool,
    /// Whether its newest values have been read.
    pub is_read: bool,
}

impl Row {
    /// What is wrong with its files: `no event file`, `3 damaged`; `None` where nothing is.
    pub fn problem(&self) -> Option<String> {
        match self.damaged {
            _ if self.is_foreign => Some("no event file".into()),
            0 => None,
            damaged => Some(format!("{damaged} damaged")),
        }
    }

    /// A run of this name and folder of which nothing has been read yet.
    pub fn unread(name: Arc<str>, folder: Arc<Path>) -> Self {
        Row {
            name,
            folder,
            step: None,
            time: None,
            value: None,
            hparams: "".into(),
            settings: Arc::default(),
            bytes: 0,
            damaged: 0,
            is_foreign: false,
            is_read: false,
        }
    }
}

/// The values of a run that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The run.
    pub run: RunId,
    /// The tags that it has values of, as far as it has been read.
    pub tags: Arc<Vec<TagId>>,
    /// Its values of [`Interest::tags`], of those that it has.
    pub contents: Vec<(TagId, Content)>,
    /// The share of its files that has been read.
    pub read: f64,
}

/// Values to draw.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A scalar over the steps.
    Curve(Arc<Curve>),
    /// Distributions over the steps.
    Distributions(Arc<Sampled<Distribution>>),
    /// A picture.
    Picture {
        /// The training step.
        step: i64,
        /// Which of the kept ones it is, from 0 for the oldest.
        place: usize,
        /// How many are kept.
        of: usize,
        /// The picture, or why there is none.
        picture: Result<Arc<Picture>, String>,
    },
    /// Text.
    Text {
        /// The training step.
        step: i64,
        /// Which of the kept ones it is, from 0 for the oldest.
        place: usize,
        /// How many are kept.
        of: usize,
        /// Its lines.
        lines: Vec<String>,
    },
}

/// How far the watcher has read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Folders walked.
    pub folders: usize,
    /// Whether the folders are being walked for the first time.
    pub is_walking: bool,
    /// Runs whose newest values have been read.
    pub read: usize,
}

/// All that is known of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// The run.
    pub run: RunId,
    /// Its files, and what was wrong with them: names and values.
    pub about: Vec<(String, String)>,
    /// Its hyperparameters.
    pub hparams: Arc<Vec<(String, String)>>,
    /// The newest scalar of every tag: the tag's name, the step, the value.
    pub values: Vec<(Arc<str>, i64, f64)>,
}

/// What a watcher shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WatchSnapshot {
    /// Every run, by its id.
    pub rows: Arc<Vec<Row>>,
    /// Every tag, by its id.
    pub tags: Arc<Vec<Tag>>,
    /// The runs of [`Interest::shown`].
    pub panels: Vec<Panel>,
    /// All about [`Interest::details`].
    pub details: Option<Box<Details>>,
    /// How far the watcher has read.
    pub progress: Progress,
    /// What could not be read, fit to be shown.
    pub problems: Vec<String>,
}
