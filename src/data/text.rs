//! A text for a language model: windows that follow each other, each token with the next one as its target.

use std::path::Path;
use std::sync::Arc;

use super::alphabet::{Alphabet, LARGEST_VOCABULARY};
use super::dataset::{Batch, Dataset, Splits, Targets};
use super::embedded::{Part, part};
use super::import::limits::Limits;
use super::{Error, import};
use crate::preset::{DataConfig, data};

static SHAKESPEARE: Part =
    part!("shakespeare/shakespeare.txt", "76b43ad40c5ae26f394c26494fedece8", 1_600_251);

/// A text as numbers of its characters.
#[derive(Clone, Debug)]
pub struct Text {
    /// The characters' numbers, in order.
    pub tokens: Arc<Vec<u16>>,
    /// The characters, by number, in ascending order.
    pub vocabulary: Arc<[String]>,
}

impl Text {
    /// Numbers a text's characters.
    ///
    /// # Errors
    /// When it has more different characters than [`LARGEST_VOCABULARY`].
    pub fn of(text: &str, origin: &str) -> Result<Self, Error> {
        let mut numbering = Numbering::default();
        numbering.push(text);
        numbering.finish(origin)
    }

    /// The text of a file, which is never in memory as a whole.
    ///
    /// # Errors
    /// As [`of`](Text::of), and when it cannot be read.
    pub fn read(file: &Path, limits: &Limits) -> Result<Self, Error> {
        let origin = file.to_string_lossy();
        let mut numbering = Numbering::default();
        import::text::pieces(file, &mut |piece| {
            numbering.push(piece);
            limits.check(2 * numbering.tokens.capacity() as u64, "its characters take", &origin)
        })?;
        numbering.finish(&origin)
    }
}

/// A text that is being numbered, by the order in which its characters appear.
#[derive(Default)]
struct Numbering {
    letters: Alphabet,
    tokens: Vec<u16>,
}

impl Numbering {
    fn push(&mut self, text: &str) {
        self.tokens.extend(text.chars().map(|letter| self.letters.number(letter)));
    }

    /// The text, numbered by the order of the characters themselves.
    fn finish(mut self, origin: &str) -> Result<Text, Error> {
        let count = self.letters.count();
        if count > LARGEST_VOCABULARY {
            let problem =
                format!("{count} different characters, at most {LARGEST_VOCABULARY} can be learned");
            return Err(Error::Broken { origin: origin.into(), problem });
        }
        let sorted = self.letters.sorted();
        let mut places = vec![0; count];
        (0..)
            .zip(&sorted)
            .for_each(|(place, &letter)| places[usize::from(self.letters.number(letter))] = place);
        self.tokens.iter_mut().for_each(|token| *token = places[usize::from(*token)]);
        let vocabulary = sorted.iter().map(ToString::to_string).collect();
        Ok(Text { tokens: Arc::new(self.tokens), vocabulary })
    }
}

/// Twelve plays.
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn shakespeare() -> Result<Text, Error> {
    Text::of(&SHAKESPEARE.text()?, "the embedded Shakespeare")
}

/// The text in windows of `steps`: the test is its tail, the validation the windows before that.
pub fn splits(text: &Text, steps: usize, config: &DataConfig) -> Splits {
    let total = text.tokens.len();
    let first_test = total - data::held_out(total, config.test_share());
    let all = data::windows(first_test, steps);
    let validation = data::held_out(all, config.validation);
    let part = |first: usize, count: usize| -> Arc<dyn Dataset> {
        Arc::new(Windows { text: text.clone(), first, count, shape: [steps] })
    };
    let train = (all - validation).min(config.train_samples.unwrap_or(usize::MAX));
    Splits {
        train: part(0, train),
        validation: part((all - validation) * steps, validation),
        test: part(first_test, data::windows(total - first_test, steps)),
        notices: Vec::new(),
    }
}

/// The whole text in windows of `steps`.
pub fn whole(text: &Text, steps: usize) -> Arc<dyn Dataset> {
    let count = data::windows(text.tokens.len(), steps);
    Arc::new(Windows { text: text.clone(), first: 0, count, shape: [steps] })
}

/// Windows of a text that follow each other without a gap.
struct Windows {
    text: Text,
    first: usize,
    count: usize,
    shape: [usize; 1],
}

impl Dataset for Windows {
    fn len(&self) -> usize {
        self.count
    }

    fn input_shape(&self) -> &[usize] {
        &self.shape
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        let [steps] = self.shape;
        let mut next = match std::mem::take(&mut batch.targets) {
            Targets::Classes(tokens) => tokens,
            Targets::Values(_) => Vec::new(),
        };
        next.clear();
        let inputs = batch.take_inputs(indices.len(), steps);
        for (row, &index) in inputs.chunks_exact_mut(steps).zip(indices) {
            assert!((index as usize) < self.count, "window {index} of {}", self.count);
            let window = &self.text.tokens[self.first + index as usize * steps..][..=steps];
            row.iter_mut().zip(window).for_each(|(x, &token)| *x = f32::from(token));
            next.extend(window[1..].iter().map(|&token| u32::from(token)));
        }
        batch.targets = Targets::Classes(next);
        Ok(())
    }

    fn classes(&self) -> &[String] {
        &[]
    }

    fn class_of(&self, _index: usize) -> Option<u32> {
        None
    }

    fn tokens(&self) -> &[String] {
        &self.text.vocabulary
    }

    fn is_stream(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::order;

    fn config() -> DataConfig {
        ron::from_str("(source: shakespeare(steps: 4), test: Some(0.25), validation: 0.2)").unwrap()
    }

    #[test]
    fn a_target_is_the_next_character_and_rows_go_on_from_batch_to_batch() {
        let text = Text::of("abcdefghijklmnopqrstuvwxyzabcdefghijklmn", "x").unwrap();
        let splits = splits(&text, 4, &config());
        // 30 characters to learn from: 7 windows, 1 of them for validation.
        assert_eq!((splits.train.len(), splits.validation.len(), splits.test.len()), (6, 1, 2));
        let order = order::of(&*splits.train, 1, 1, true, 2);
        let mut batch = Batch::default();
        let mut rows = [String::new(), String::new()];
        for indices in order.chunks(2) {
            splits.train.fill(indices, &mut batch).unwrap();
            for (row, tokens) in rows.iter_mut().zip(batch.inputs.chunks(4)) {
                tokens.iter().for_each(|&token| row.push_str(&splits.train.tokens()[token as usize]));
            }
            let Targets::Classes(next) = &batch.targets else { panic!("tokens are classes") };
            assert_eq!(next[..3], batch.inputs[1..4].iter().map(|&x| x as u32).collect::<Vec<_>>());
        }
        assert_eq!(rows, ["abcdefghijkl", "mnopqrstuvwx"]);
        splits.validation.fill(&[0], &mut batch).unwrap();
        assert_eq!(batch.inputs, [24.0, 25.0, 0.0, 1.0]);
        splits.test.fill(&[1], &mut batch).unwrap();
        assert_eq!(batch.inputs, [8.0, 9.0, 10.0, 11.0]);
    }

    #[test]
    fn the_plays_have_eighty_characters() {
        let text = shakespeare().unwrap();
        assert_eq!((text.tokens.len(), text.vocabulary.len()), (1_600_251, 80));
        let start: String =
            text.tokens[..6].iter().map(|&token| text.vocabulary[token as usize].clone()).collect();
        assert_eq!(start, "HAMLET");
    }
}
