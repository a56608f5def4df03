//! Everything that a screen shows. State never draws; only [`update`](super::update) changes it.

pub mod abscissa;
pub mod charts;
pub mod choice;
pub mod entry;
pub mod form;
pub mod history;
pub mod input;
pub mod inspect;
pub mod kept;
pub mod kind;
pub mod mark;
pub mod marked;
pub mod matching;
pub mod new_preset;
pub mod on_end;
pub mod overlay;
pub mod panes;
pub mod presets;
pub mod queue;
pub mod rates;
pub mod requests;
pub mod runs;
pub mod searches;
pub mod sorting;
pub mod tour;
pub mod training;
pub mod watched;

use ratatui::layout::Size;

pub use crate::run::text::clean;
use crate::worker::{Drive, Opened, Phase, RunInfo, Steering, TrainRequest};

use super::remap::Keymap;
use super::theme::Theme;

pub use charts::{ChartOptions, Layouts, SMOOTHING};
pub use form::Form;
pub use history::Series;
pub use inspect::Inspect;
pub use on_end::OnEnd;
pub use overlay::Overlay;
pub use presets::{Entry, Presets};
pub use queue::Queue;
pub use requests::Requests;
pub use runs::Runs;
pub use searches::Searches;
pub use tour::Tour;
pub use training::Training;

/// One of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The experiments to choose from.
    #[default]
    Presets,
    /// The curves.
    Train,
    /// Test samples and the confusion matrix.
    Inspect,
    /// The form.
    Hyper,
    /// What is on disk.
    Runs,
    /// Many trainings with different settings.
    Search,
    /// What waits for its turn.
    Queue,
}

impl Screen {
    /// All, in the order of their tabs.
    pub const ALL: [Screen; 7] = [
        Screen::Presets,
        Screen::Train,
        Screen::Inspect,
        Screen::Hyper,
        Screen::Runs,
        Screen::Search,
        Screen::Queue,
    ];

    /// The title on its tab, the short title for narrow terminals, the name in the palette, and what showing it is for.
    fn words(self) -> [&'static str; 4] {
        match self {
            Screen::Presets => ["Presets", "Presets", "presets", "Show the presets"],
            Screen::Train => ["Train", "Train", "train", "Show the curves"],
            Screen::Inspect => ["Inspect", "Inspect", "inspect", "Show test samples and predictions"],
            Screen::Hyper => {
                ["Hyperparameters", "Hyper", "hyperparameters", "Edit the chosen preset, all of it"]
            }
            Screen::Runs => ["Runs", "Runs", "runs", "Show the runs on disk"],
            Screen::Search => ["Search", "Search", "search", "Show the searches on disk and their trials"],
            Screen::Queue => ["Queue", "Queue", "queue", "Show what waits for its turn, and is trained"],
        }
    }

    /// The title on the tab.
    pub fn title(self) -> &'static str {
        self.words()[0]
    }

    /// The same where the terminal is narrow.
    pub fn short_title(self) -> &'static str {
        self.words()[1]
    }

    /// The name of the command that shows it.
    pub fn command_name(self) -> &'static str {
        self.words()[2]
    }

    /// What showing it is for, in one line.
    pub fn doc(self) -> &'static str {
        self.words()[3]
    }

    /// Its place among the tabs.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The screen `by` tabs to the right, wrapping around.
    pub fn next(self, by: isize) -> Screen {
        let tabs = Self::ALL.len() as isize;
        Self::ALL[(self as isize + by).rem_euclid(tabs) as usize]
    }
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Done.
    Info,
    /// Not done.
    Error,
}

/// A message in the footer, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How grave.
    pub severity: Severity,
    /// One line.
    pub text: String,
}

/// What begins once the running training has been ended for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// A preset, by its place in the list.
    Preset(usize),
    /// A run that goes on.
    Run(Box<TrainRequest>),
}

/// What stands below the charts of Train.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BelowCharts {
    /// Progress and the end of the log; where it is wide, the newest epochs as well.
    #[default]
    Progress,
    /// The table of epochs alone.
    Epochs,
    /// The log alone.
    Log,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Seconds since the training's first step when it came, while one runs.
    pub seconds: Option<f64>,
    /// What happened.
    pub text: String,
}

/// Lines of the log that are kept.
pub const LOG_LINES: usize = 500;

/// The dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// Its colours and glyphs.
    pub theme: Theme,
    /// Which keys do what.
    pub keymap: Keymap,
    /// What tells that a training has ended.
    pub on_end: OnEnd,
    /// The screen shown.
    pub screen: Screen,
    /// What can be trained.
    pub presets: Presets,
    /// The form.
    pub form: Form,
    /// What the worker was asked for.
    pub requests: Requests,
    /// Whether the connection to the process that trains is lost, and being tried again.
    pub is_cut_off: bool,
    /// What the worker does.
    pub phase: Phase,
    /// How it is driven.
    pub drive: Drive,
    /// Whether a training that ends is followed by one with the next seed.
    pub is_looping: bool,
    /// What it prepares.
    pub preparing: Option<String>,
    /// The training that runs, or the last one.
    pub training: Option<Training>,
    /// The training before it: a view that both have stays on the screen.
    pub previous: Option<Box<RunInfo>>,
    /// The run that was opened, while its training is shown.
    pub opened: Option<Opened>,
    /// Who steers the training that is shown.
    pub steering: Steering,
    /// The error with which the last training ended, if it did.
    pub failure: Option<String>,
    /// What starts when the running training has ended.
    pub start_next: Option<Next>,
    /// Whether a stop was asked for.
    pub stopping: bool,
    /// What the Inspect screen shows.
    pub inspect: Inspect,
    /// The runs on disk.
    pub runs: Runs,
    /// The searches on disk.
    pub searches: Searches,
    /// What waits for its turn.
    pub queue: Queue,
    /// How the curves of the training are drawn; those of marked runs are in `runs`.
    pub chart: ChartOptions,
    /// The layouts of charts that are kept, and those that have changed since.
    pub layouts: Layouts,
    /// The hint that is shown to whoever is here for the first time.
    pub tour: Option<Tour>,
    /// Popups, topmost last.
    pub overlays: Vec<Overlay>,
    /// The log, one line per event.
    pub log: std::collections::VecDeque<LogLine>,
    /// Lines between the log's end and the last one shown.
    pub log_scroll: usize,
    /// What stands below the charts of Train.
    pub below_charts: BelowCharts,
    /// Epochs between the newest and the last one shown in their table.
    pub epoch_scroll: usize,
    /// The message in the footer.
    pub notice: Option<Notice>,
    /// Counts ticks, for the spinner.
    pub ticks: u64,
}

impl State {
    /// A dashboard before its first event.
    pub fn new(size: Size, theme: Theme, presets: Presets) -> Self {
        State {
            size,
            theme,
            keymap: Keymap::default(),
            on_end: OnEnd::default(),
            screen: Screen::Presets,
            presets,
            form: Form::default(),
            requests: Requests::default(),
            is_cut_off: false,
            phase: Phase::Idle,
            drive: Drive::default(),
            is_looping: false,
            preparing: None,
            training: None,
            previous: None,
            opened: None,
            steering: Steering::Free,
            failure: None,
            start_next: None,
            stopping: false,
            inspect: Inspect::default(),
            runs: Runs::default(),
            searches: Searches::default(),
            queue: Queue::default(),
            chart: ChartOptions::default(),
            layouts: Layouts::default(),
            tour: None,
            overlays: Vec::new(),
            log: std::collections::VecDeque::new(),
            log_scroll: 0,
            below_charts: BelowCharts::Progress,
            epoch_scroll: 0,
            notice: None,
            ticks: 0,
        }
    }

    /// Whether a training runs, is being prepared or holds.
    pub fn is_busy(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// Whether the spinner turns although nothing is reported.
    pub fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Preparing | Phase::Evaluating) || self.stopping || self.is_cut_off
    }

    /// Whether time matters although nothing is reported.
    pub fn needs_ticks(&self) -> bool {
        self.is_waiting() || self.form.pace.is_due()
    }

    /// The hint of the tour that is on the screen. Where event files are looked at, it waits.
    pub fn tour_shown(&self) -> Option<Tour> {
        let is_away = self.screen == Screen::Runs && self.runs.shows_watched();
        self.tour.filter(|_| self.overlays.is_empty() && !is_away)
    }

    /// Whether ages are on the screen, which change by themselves.
    pub fn shows_ages(&self) -> bool {
        match self.screen {
            Screen::Runs => self.runs.shows_watched(),
            Screen::Queue => self.queue.is_training(),
            Screen::Presets | Screen::Train | Screen::Inspect | Screen::Hyper | Screen::Search => false,
        }
    }

    /// The training that runs: steps can be paused and the learning rate changed.
    pub fn running(&self) -> Option<&Training> {
        self.training.as_ref().filter(|training| self.is_busy() && training.finish.is_none())
    }

    /// Chooses a row of the list on the screen in front.
    pub fn choose(&mut self, row: usize) {
        match self.screen {
            Screen::Presets => self.presets.selected = row,
            Screen::Hyper => self.form.selected = row,
            Screen::Runs => self.runs.choose(row),
            Screen::Search => self.searches.choose(row),
            Screen::Queue => self.queue.choose(row),
            Screen::Train | Screen::Inspect => {}
        }
    }

    /// Moves the choice on the screen in front by `rows` rows, or scrolls the screen.
    pub fn move_by(&mut self, rows: isize) {
        match self.screen {
            Screen::Presets => self.presets.move_by(rows),
            Screen::Train if self.below_charts == BelowCharts::Epochs => {
                self.epoch_scroll = self.epoch_scroll.saturating_add_signed(-rows);
            }
            // How far there is to go depends on the room: `update` sees to that.
            Screen::Train => self.log_scroll = self.log_scroll.saturating_add_signed(-rows),
            // Each move asks the model, which only `update` can do.
            Screen::Inspect => {}
            Screen::Hyper => self.form.move_by(rows),
            Screen::Runs => self.runs.move_by(rows),
            Screen::Search => self.searches.move_by(rows),
            Screen::Queue => self.queue.move_by(rows),
        }
    }

    /// Forgets the training that was shown: another one follows.
    pub fn drop_training(&mut self) {
        self.opened = None;
        if let Some(training) = self.training.take() {
            self.previous = Some(Box::new(training.info));
        }
    }

    /// Adds a line to the log, without control characters.
    pub fn log(&mut self, line: impl Into<String>) {
        let line: String = line.into();
        // Of a run with a past and no step since, as one that was opened, nobody knows how long it takes.
        let is_known =
            |training: &&Training| training.last.is_some() || training.training.loss.last().is_none();
        self.log_at(self.training.as_ref().filter(is_known).map(Training::elapsed), &line);
    }

    /// Adds a line that came so many seconds after the training's first step.
    pub fn log_at(&mut self, seconds: Option<f64>, line: &str) {
        self.log.push_back(LogLine { seconds, text: clean(line) });
        while self.log.len() > LOG_LINES {
            self.log.pop_front();
        }
    }

    /// Puts a message in the footer.
    pub fn inform(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { severity: Severity::Info, text: clean(&text.into()) });
    }

    /// Puts an error in the footer.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { severity: Severity::Error, text: clean(&text.into()) });
    }
}
