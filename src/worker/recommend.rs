//! What a network over pairs of words recommends: to a user the items, to an item the users, that its run's data does not know yet.

use std::collections::BTreeSet;

use super::trained::{Answers, Prediction, Trained, Unusable, Which};
use crate::data::pairs::{Pairs, Side};
use crate::nn::buffer::Buffer;
use crate::preset::nearest::nearest;
use crate::train;
use crate::train::assessment::{Comparison, Outputs, Ranking};

/// What is recommended.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommended {
    /// The column of the word that was asked about, and the word as the network knows it.
    pub of: (String, String),
    /// The column of what is recommended.
    pub column: String,
    /// The best first; [`Which::text`] is the word that is recommended.
    pub answers: Answers,
    /// How many words were left out, because the run's data has them with the word that was asked about.
    pub known: usize,
}

impl Trained {
    /// What it recommends to a word of the first of its two columns, or the second (`side` 0 or 1): the `top` words of the other
    /// column with the highest prediction, or the highest probability of the last class. Words that the run's data has with this one
    /// are left out, as far as the data is there.
    ///
    /// # Errors
    /// When the network does not learn from pairs of words, the word is not known, or the device fails.
    pub fn recommend(&mut self, side: usize, word: &str, top: usize) -> Result<Recommended, NotRecommended> {
        let pairs = self.pairs().ok_or(NotRecommended::NoPairs)?;
        let (own, others) = (&pairs.columns[side], &pairs.columns[1 - side]);
        let place = place_of(own, word)?;
        let number = own.numbers[place];
        let splits = self.training.splits();
        let mut known = BTreeSet::new();
        for set in [&splits.train, &splits.validation, &splits.test] {
            let rows =
                pairs.known(&**set, side, number).map_err(train::Error::from).map_err(Unusable::from)?;
            known.extend(rows.into_keys());
        }
        let open: Vec<usize> =
            (0..others.words.len()).filter(|other| !known.contains(&others.numbers[*other])).collect();
        let inputs = open.iter().flat_map(|other| pairs.row(side, number, others.numbers[*other]));
        let inputs: Vec<f32> = inputs.collect();
        let preset = self.training.preset().clone();
        let (model, _) = self.training.model_and_splits();
        model.reset_prediction_state();
        let output = model
            .predict(Buffer::from(inputs), open.len())
            .map_err(train::Error::from)
            .map_err(Unusable::from)?;
        let width = output.len().checked_div(open.len()).unwrap_or(1).max(1);
        let outputs = Outputs::of(&preset, &*self.training.splits().test, width);
        let mut predictions: Vec<Prediction> = open
            .iter()
            .zip(output.chunks_exact(width))
            .map(|(other, row)| {
                let (output, by_name) = (outputs.in_unit(row), outputs.row(row));
                let of = Which { text: Some(others.words[*other].clone()), ..Which::default() };
                Prediction { of, class: outputs.class(&by_name), meaning: None, output, by_name }
            })
            .collect();
        let rank = |one: &Prediction| one.by_name.last().copied().unwrap_or_default();
        predictions.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        predictions.truncate(top);
        Ok(Recommended {
            of: (own.name.clone(), own.words[place].clone()),
            column: others.name.clone(),
            answers: Answers {
                predictions,
                are_probabilities: preset.gives_probabilities(width),
                names: outputs.names,
                ..Answers::default()
            },
            known: known.len(),
        })
    }

    /// How well it puts the test items of each word of its first column in order; `None` where it does not learn from pairs, or there
    /// is nothing to be put in order. An item is relevant if it has the last class, or at least the mean of the test set's values.
    ///
    /// # Errors
    /// When the test set cannot be read.
    pub fn ranking(&self, answers: &Comparison) -> Result<Option<Ranking>, Unusable> {
        let Some(pairs) = self.pairs() else { return Ok(None) };
        let test = &*self.training.splits().test;
        let ranking = Ranking::of(&pairs, test, answers);
        Ok(ranking.map_err(train::Error::from)?)
    }

    fn pairs(&self) -> Option<Pairs> {
        self.preparation.table.as_ref().and_then(Pairs::of)
    }
}

/// Why nothing is recommended.
#[derive(Debug, thiserror::Error)]
pub enum NotRecommended {
    /// The network takes something else.
    #[error("this network does not learn from pairs of two columns of words, such as users and items")]
    NoPairs,
    /// The data has no such word.
    #[error("the column '{column}' has no '{word}'{near}")]
    Unknown {
        /// The column.
        column: String,
        /// What was asked.
        word: String,
        /// A word that may be meant.
        near: String,
    },
    /// The run.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// The place of a word, whose case may differ.
fn place_of(side: &Side, word: &str) -> Result<usize, NotRecommended> {
    let exact = side.words.iter().position(|known| known == word);
    let alike = || side.words.iter().position(|known| known.to_lowercase() == word.to_lowercase());
    exact.or_else(alike).ok_or_else(|| {
        let names = || side.words.iter().map(String::as_str);
        let near = side.find(word).map(|place| &side.words[place][..]).or_else(|| nearest(word, names()));
        NotRecommended::Unknown {
            column: side.name.clone(),
            word: word.into(),
            near: near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default(),
        }
    })
}
