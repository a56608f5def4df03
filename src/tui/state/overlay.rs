//! What lies on top of a screen: the topmost gets the keys.

use crate::tui::state::input::LineInput;

/// A layer on the stack.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// All keys and commands.
    Help {
        /// The first line shown.
        scroll: usize,
    },
    /// All about the chosen preset.
    Card {
        /// The first line shown.
        scroll: usize,
    },
    /// Narrows the list of presets; drawn in the list itself.
    Filter(LineInput),
    /// Runs a command by name.
    Palette {
        /// What was typed.
        input: LineInput,
        /// The chosen one of those that match.
        selected: usize,
    },
    /// Asks before something that cannot be undone.
    Confirm(Confirm),
    /// Asks for a line of text.
    Prompt(Prompt),
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
    /// The text of the figure on the screen, which follows while a person types.
    FigureText,
}
