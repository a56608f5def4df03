//! Words that a network has learned: one that was a kind of row in the training is an ordinary word, and says nothing of sums.

use super::cell::{self, Numbers};
use super::problem::InRow;
use crate::preset::{InputKind, TableSchema};

/// What is wrong with a row that is a sum by its words, unless the word that says so is one that its column had in the training. `inputs`
/// are the places of the schema's inputs in the row.
pub fn unless_learned(
    problem: InRow,
    schema: &TableSchema,
    inputs: &[usize],
    row: &csv::StringRecord,
    numbers: Numbers,
) -> Option<InRow> {
    let is_learned = problem.column.as_ref().is_some_and(|(column, _)| {
        let place = column - 1;
        let mut here = schema.inputs.iter().zip(inputs).filter(|(_, input)| **input == place);
        here.any(|(input, _)| match &input.kind {
            InputKind::Category(words) | InputKind::Embedding { words, .. } => {
                let word = numbers.word(cell::at(row, place));
                words.iter().any(|known| known == word)
            }
            InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Date { .. } => false,
        })
    });
    (!is_learned).then_some(problem)
}
