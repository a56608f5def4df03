//! What lies on top of a screen: the topmost gets the keys.

use std::path::PathBuf;

use similar::{ChangeTag, TextDiff};

use crate::run::difference::Difference;
use crate::run::seeds::OverSeeds;
use crate::tui::state::form::picker::Picker;
use crate::tui::state::input::LineInput;
use crate::tui::state::new_preset::{Suggested, Targets};
use crate::tui::state::rates::Rates;

/// A layer on the stack.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// All keys and commands.
    Help {
        /// The first line shown.
        scroll: usize,
        /// Only keys with all of these words are listed.
        words: String,
    },
    /// All about the chosen preset.
    Card {
        /// The first line shown.
        scroll: usize,
    },
    /// All about the chosen run.
    Details {
        /// The first line shown.
        scroll: usize,
    },
    /// The list of all that can be drawn.
    Tags {
        /// What was typed.
        input: LineInput,
        /// The chosen one of those that match.
        selected: usize,
    },
    /// A text to read.
    Reading {
        /// What it is.
        reading: Reading,
        /// The first line shown.
        scroll: usize,
    },
    /// Narrows the list on the screen in front; drawn in the list itself.
    Filter(LineInput),
    /// Runs a command by name.
    Palette {
        /// What was typed.
        input: LineInput,
        /// The chosen one of those that match.
        selected: usize,
    },
    /// Asks for one of several words.
    Picker(Picker),
    /// Says what is wrong with a text from the editor.
    Mistake(Mistake),
    /// Asks before something that cannot be undone.
    Confirm(Confirm),
    /// Asks for a line of text.
    Prompt(Prompt),
    /// Shows at which learning rates the loss falls.
    Rates(Rates),
    /// The settings of the training that runs.
    Settings {
        /// The chosen one.
        selected: usize,
    },
    /// Asks which column a new preset is to predict.
    Targets(Targets),
    /// Asks whether to save a new preset.
    Suggested(Suggested),
}

/// A text from the editor that is no preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, and where; several lines.
    pub error: String,
    /// The line in which it is, from 1.
    pub line: Option<usize>,
    /// The file in which the text is kept.
    pub path: PathBuf,
}

/// A text with a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The title in the frame.
    pub title: String,
    /// Its lines: a heading, or what differs with the values of both runs.
    pub lines: Vec<ReadingLine>,
}

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadingLine {
    /// A heading.
    Heading(String),
    /// A name with two values.
    Values(String, [String; 2]),
    /// A sentence, in as many rows as it needs.
    Sentence(String),
    /// A line of a text that has changed.
    Changed(Change, String),
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is as it was.
    Kept,
    /// It is gone.
    Removed,
    /// It is new.
    Added,
}

impl Reading {
    /// Where a text differs from another: the lines that do, and three around them.
    pub fn of_changes(title: String, before: &str, after: &str) -> Self {
        let diff = TextDiff::from_lines(before, after);
        let mut lines = Vec::new();
        for group in diff.grouped_ops(3) {
            let first = group.first().map_or(0, |operation| operation.new_range().start);
            lines.push(ReadingLine::Heading(format!("line {}", first + 1)));
            for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
                let what = match change.tag() {
                    ChangeTag::Equal => Change::Kept,
                    ChangeTag::Delete => Change::Removed,
                    ChangeTag::Insert => Change::Added,
                };
                lines.push(ReadingLine::Changed(what, change.value().trim_end().to_owned()));
            }
        }
        Reading { title, lines }
    }

    /// What two runs of these names differ in, and whether it is more than what their seeds explain.
    pub fn of_differences(names: &[String; 2], differences: &[Difference], seeds: &[OverSeeds]) -> Self {
        let mut lines = vec![ReadingLine::Values(String::new(), names.clone())];
        if differences.is_empty() {
            lines.push(ReadingLine::Heading("no difference in settings, results, data or program".into()));
        }
        let mut kind = None;
        for difference in differences {
            if kind != Some(difference.kind) {
                kind = Some(difference.kind);
                lines.push(ReadingLine::Heading(difference.kind.title().into()));
            }
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
            let [first, second] = &difference.values;
            lines.push(ReadingLine::Values(difference.what.clone(), [value(first), value(second)]));
        }
        lines.extend(seeds.iter().map(|one| ReadingLine::Sentence(one.in_words())));
        Reading { title: "What differs".into(), lines }
    }
}

/// A question with yes and no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// The title in the frame.
    pub title: &'static str,
    /// The whole question.
    pub question: String,
    /// What yes does, as it stands beside its key: `end the training`.
    pub yes: &'static str,
    /// What yes does.
    pub purpose: Purpose,
}

/// What is done after a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// End training and leave; or leave and let the training go on.
    Quit,
    /// End training.
    StopTraining,
    /// End training, then start the chosen preset.
    StartOther,
    /// Write over a preset of that name.
    Overwrite,
    /// End training, then go on with a run.
    Resume,
    /// Remove a run.
    Discard,
    /// Go back to the checkpoint before, with half the learning rate.
    HalveRate,
    /// End the chosen search.
    EndSearch,
    /// Take an item off the queue that is being trained.
    RemoveItem,
    /// End the process that works the queue off.
    StopQueue,
}

/// A line to be typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// The title in the frame.
    pub title: String,
    /// What is valid.
    pub help: String,
    /// What was typed.
    pub input: LineInput,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What it is for.
    pub subject: Subject,
}

/// What a typed line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The name under which the chosen preset is saved.
    PresetName,
    /// The value of the chosen field of the form.
    Field,
    /// The learning rate of the training that runs.
    LearningRate,
    /// The learning rate with which the chosen run goes on.
    ResumeRate,
    /// The value of the setting at this place of the list of those that can be changed while it trains.
    Setting(usize),
    /// How many more epochs the training that runs is to have.
    MoreEpochs,
    /// The step of the checkpoint to which the training goes back.
    Checkpoint,
    /// What a new run changes of the run from whose checkpoint it goes on.
    Branch,
    /// What the chosen run is called.
    RunName,
    /// The tags of the chosen run.
    RunTags,
    /// A note on the chosen run.
    RunNote,
    /// The scalars that charts show.
    Scalars,
    /// The reference lines of the charts.
    References,
    /// The test samples that are shown.
    Samples,
    /// The file or folder for which a preset is made.
    DataPath,
    /// The text of the figure on the screen, which follows while a person types.
    FigureText,
    /// The name under which the preset of a trial is saved.
    TrialPreset,
    /// How many trainings of a search go at a time.
    SearchJobs,
}
