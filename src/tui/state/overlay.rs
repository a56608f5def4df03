//! What lies on top of a screen: the topmost gets the keys.

use crate::tui::commands::Command;
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
    /// In the frame.
    pub title: &'static str,
    /// The whole question.
    pub question: String,
    /// What yes does.
    pub purpose: Purpose,
}

/// What is done after a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// End training and leave.
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
    /// In the frame.
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
    /// What the figure on the screen is about; it follows while one types.
    FigureText,
}

/// The commands that match what was typed in the palette, best first: every letter in order, the more of them at the
/// start of words and side by side the better.
pub fn matching(typed: &str) -> Vec<&'static Command> {
    let mut scored: Vec<(i32, &'static Command)> = crate::tui::commands::ALL
        .iter()
        .filter(|command| command.in_palette)
        .filter_map(|command| fuzzy(typed, command.name).map(|score| (score, *command)))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, command)| command).collect()
}

fn fuzzy(typed: &str, name: &str) -> Option<i32> {
    let mut score = 0;
    let mut previous_matched = false;
    let mut at_word_start = true;
    let mut wanted = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).peekable();
    for letter in name.chars() {
        if wanted.peek() == Some(&letter) {
            wanted.next();
            score += 1 + if at_word_start { 6 } else { 0 } + if previous_matched { 4 } else { 0 };
            previous_matched = true;
        } else {
            previous_matched = false;
            score -= 1;
        }
        at_word_start = letter == '-';
    }
    wanted.next().is_none().then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzzy_search_prefers_starts_of_words() {
        assert!(fuzzy("ps", "pause").is_some());
        assert!(fuzzy("xyz", "pause").is_none());
        assert!(fuzzy("lr", "learning-rate-up") > fuzzy("lr", "scroll-further"));
        assert_eq!(matching("quit").first().map(|command| command.name), Some("quit"));
    }

    #[test]
    fn an_empty_line_matches_every_command_of_the_palette() {
        let all = crate::tui::commands::ALL.iter().filter(|command| command.in_palette).count();
        assert_eq!(matching("").len(), all);
    }
}
