//! Tables whose rows are pairs of two words, such as a user and an item: what a network that recommends learns from.

use std::collections::BTreeMap;

use super::Error;
use super::dataset::{Batch, Dataset, Targets};
use crate::preset::table::{InputKind, TableSchema};

/// The two columns of such a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// The user's and the item's, in the order in which the network gets them.
    pub columns: [Side; 2],
}

/// One of the two columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Its words.
    pub words: Vec<String>,
    /// The number that the network gets for each.
    pub numbers: Vec<usize>,
    /// The feature of the network that it is.
    pub feature: usize,
}

impl Side {
    /// The columns of a table for whose words the network learns vectors.
    pub fn all(schema: &TableSchema) -> Vec<Self> {
        let mut next = 0;
        let side = |input: &crate::preset::table::InputColumn| {
            let feature = next;
            next += input.width();
            let InputKind::Embedding { words, .. } = &input.kind else { return None };
            Some(Side {
                name: schema.shown(input.place),
                words: words.clone(),
                numbers: input.places_of_words(),
                feature,
            })
        };
        schema.inputs.iter().filter_map(side).collect()
    }

    /// The place among [`Side::words`] of this word, else of the first that begins with it, else of the first that has it in it; case
    /// does not matter.
    pub fn find(&self, word: &str) -> Option<usize> {
        let wanted = word.trim().to_lowercase();
        let lower: Vec<String> = self.words.iter().map(|word| word.to_lowercase()).collect();
        let place = |fits: &dyn Fn(&String) -> bool| lower.iter().position(fits);
        let exact = self.words.iter().position(|known| known == word);
        exact
            .or_else(|| place(&|known| *known == wanted))
            .or_else(|| place(&|known| known.starts_with(&wanted)))
            .or_else(|| place(&|known| known.contains(&wanted)))
    }
}

impl Pairs {
    /// `None` where the table's inputs are something else than two columns of words with vectors, or several columns are predicted.
    pub fn of(schema: &TableSchema) -> Option<Self> {
        let columns = Side::all(schema).try_into().ok()?;
        (schema.inputs.len() == 2 && schema.labels.is_empty()).then_some(Pairs { columns })
    }

    /// The network's input for the pair of a number in this column (0 or 1) and one in the other.
    pub fn row(&self, column: usize, number: usize, other: usize) -> [f32; 2] {
        let (own, other) = (number as f32, other as f32);
        if column == 0 { [own, other] } else { [other, own] }
    }

    /// The number in this column (0 or 1) of each sample of a set.
    ///
    /// # Errors
    /// When the set cannot be read.
    pub fn numbers(&self, set: &dyn Dataset, column: usize) -> Result<Vec<usize>, Error> {
        let mut numbers = Vec::with_capacity(set.len());
        each_batch(set, &mut |batch| {
            numbers.extend(batch.inputs.chunks_exact(2).map(|pair| pair[column] as usize));
        })?;
        Ok(numbers)
    }

    /// What a set says of the pairs with this number in this column (0 or 1): the number in the other column, and the target as the
    /// network is to give it. Of several rows for a pair the last one counts.
    ///
    /// # Errors
    /// When the set cannot be read.
    pub fn known(
        &self,
        set: &dyn Dataset,
        column: usize,
        number: usize,
    ) -> Result<BTreeMap<usize, f32>, Error> {
        let mut known = BTreeMap::new();
        each_batch(set, &mut |batch| {
            for (pair, target) in batch.inputs.chunks_exact(2).zip(targets(batch)) {
                if pair[column] as usize == number {
                    known.insert(pair[1 - column] as usize, target);
                }
            }
        })?;
        Ok(known)
    }
}

/// Reads a set from its first sample to its last.
fn each_batch(set: &dyn Dataset, take: &mut dyn FnMut(&Batch)) -> Result<(), Error> {
    let (mut batch, count) = (Batch::default(), set.len() as u32);
    for first in (0..count).step_by(ROWS) {
        let rows: Vec<u32> = (first..count.min(first + ROWS as u32)).collect();
        set.fill(&rows, &mut batch)?;
        take(&batch);
    }
    Ok(())
}

/// Rows that are read at a time.
const ROWS: usize = 4096;

/// The last number of each sample's target: the value, the class's number, or of a row of zeros with a one the last of them.
fn targets(batch: &Batch) -> Vec<f32> {
    match &batch.targets {
        Targets::Classes(classes) => classes.iter().map(|class| *class as f32).collect(),
        Targets::Values(values) => {
            let width = values.len() / batch.rows.max(1);
            values.chunks_exact(width.max(1)).filter_map(|row| row.last().copied()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::senate;
    use crate::preset::{Labels, Senate};

    #[test]
    fn what_a_senator_said_is_known_and_found_by_a_part_of_the_name() {
        let samples = senate::samples(&Senate::default()).unwrap();
        let pairs = Pairs::of(samples.table.as_ref().unwrap()).unwrap();
        let [senators, roll_calls] = &pairs.columns;
        assert_eq!((senators.words.len(), roll_calls.words.len()), (102, 645));
        let mccain = senators.find("mccain").unwrap();
        assert_eq!(senators.words[mccain], "MCCAIN (R AZ)");
        assert_eq!(senators.find("nobody"), None);
        let set = samples.whole(Labels::Binary);
        let known = pairs.known(&*set, 0, senators.numbers[mccain]).unwrap();
        // Counted with pandas in senate109_votes.csv: his votes, and his yeas.
        assert_eq!((known.len(), known.values().filter(|said| **said == 1.0).count()), (587, 318));
        // The other way round: the first roll call had 75 votes of which one was a yea.
        let first = pairs.known(&*set, 1, roll_calls.numbers[0]).unwrap();
        assert_eq!((first.len(), first.values().sum::<f32>()), (75, 1.0));
    }
}
