//! A list of words to choose one from, or several.

use crate::preset::Path;
use crate::preset::form::Choice;
use crate::tui::state::input::LineInput;

/// A list from which a word is chosen; typing narrows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picker {
    /// The title in the frame.
    pub title: String,
    /// All words.
    pub choices: Vec<Choice>,
    /// What was typed.
    pub input: LineInput,
    /// The chosen one of those that match.
    pub selected: usize,
    /// Those that hold now.
    pub ticked: Vec<String>,
    /// What is done with the word.
    pub purpose: Picking,
}

/// What is done with a word that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picking {
    /// The value at this path becomes it.
    Become(Path),
    /// A layer of this kind is put into the list at this path, at this place.
    Insert(Path, usize),
    /// It is put on the list of words at this path, or taken off.
    Toggle(Path),
}

impl Picker {
    /// A list with `chosen` in front.
    pub fn new(title: String, choices: Vec<Choice>, chosen: &str, purpose: Picking) -> Self {
        let selected = choices.iter().position(|choice| choice.word == chosen).unwrap_or(0);
        let ticked = if chosen.is_empty() { Vec::new() } else { vec![chosen.to_owned()] };
        Picker { title, choices, input: LineInput::default(), selected, ticked, purpose }
    }

    /// The words that match what was typed: those that begin with it, those that have it, then those whose line has it.
    pub fn matching(&self) -> Vec<Choice> {
        let typed = self.input.text().trim().to_lowercase();
        let rank = |choice: &Choice| {
            let word = choice.word.to_lowercase();
            let ranks = [
                word.starts_with(&typed),
                word.contains(&typed),
                choice.help.to_lowercase().contains(&typed),
            ];
            ranks.iter().position(|fits| *fits)
        };
        let mut found: Vec<(usize, Choice)> =
            self.choices.iter().filter_map(|choice| Some((rank(choice)?, *choice))).collect();
        if !typed.is_empty() {
            found.sort_by_key(|(rank, _)| *rank);
        }
        found.into_iter().map(|(_, choice)| choice).collect()
    }

    /// The chosen word.
    pub fn chosen(&self) -> Option<Choice> {
        self.matching().get(self.selected).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_finds_words_by_their_beginning_first() {
        let choices =
            ["GlobalMaxPool", "MaxPool", "Dense"].map(|word| Choice { word, help: "max of a window" });
        let mut picker = Picker::new(String::new(), choices.into(), "Dense", Picking::Insert(Path::top(), 0));
        assert_eq!(picker.chosen().map(|choice| choice.word), Some("Dense"));
        picker.input.insert_text("max");
        picker.selected = 0;
        let words: Vec<&str> = picker.matching().iter().map(|choice| choice.word).collect();
        assert_eq!(words, ["MaxPool", "GlobalMaxPool", "Dense"]);
    }
}
