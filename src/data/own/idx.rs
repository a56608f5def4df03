//! Pairs of IDX files.

use std::path::Path;
use std::sync::Arc;

use super::arrays::{broken, check_counts, class_numbers};
use super::set::Imported;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::answers::Answers;
use crate::data::import::idx;
use crate::data::import::limits::Limits;
use crate::data::import::rows::{Joined, Kind, Rows, Stored};
use crate::preset::Idx;

impl Import for Idx {
    fn open(&self, limits: &Limits, _: &mut Vec<String>) -> Result<Opened, Error> {
        let test = match (&self.test_inputs, &self.test_labels) {
            (Some(inputs), Some(labels)) => Some((&inputs[..], &labels[..])),
            (None, None) => None,
            _ => return Err(broken(&self.inputs, "test_inputs and test_labels go together".into())),
        };
        let classes = self.classes;
        let (rows, shape, mut of) = pair(&self.inputs, &self.labels, classes, limits)?;
        let first_test = test.map(|_| rows.count);
        let are_pixels = rows.number.kind == Kind::U8 && shape.len() >= 2;
        let trained = of.iter().max().map_or(0, |&largest| largest as usize + 1);
        let rows: Arc<dyn Rows> = match test {
            None => Arc::new(rows),
            Some((inputs, labels)) => {
                let (others, other_shape, other_of) = pair(inputs, labels, classes, limits)?;
                if other_shape != shape {
                    return Err(broken(
                        inputs,
                        format!("samples of shape {other_shape:?}, those to train on {shape:?}"),
                    ));
                }
                if let Some(row) = other_of.iter().position(|&class| class as usize >= trained) {
                    let class = other_of[row];
                    return Err(broken(
                        labels,
                        format!("label {}: no training sample is of class {class}", row + 1),
                    ));
                }
                of.extend(other_of);
                let others: Arc<dyn Rows> = Arc::new(others);
                Arc::new(Joined::of(Arc::new(rows), [others]))
            }
        };
        let names = (0..classes.unwrap_or(trained)).map(|class| class.to_string()).collect();
        let shape = match &shape[..] {
            [] => vec![1],
            [height, width] => vec![*height, *width, 1],
            other => other.to_vec(),
        };
        let answers = Answers::Classes { of, names };
        Ok(Opened::Rows(Imported { first_test, are_pixels, ..Imported::of(rows, shape, answers) }))
    }
}

/// Samples, the shape of one, and the class of each.
fn pair(
    inputs: &str,
    labels: &str,
    classes: Option<usize>,
    limits: &Limits,
) -> Result<(Stored, Vec<usize>, Vec<u32>), Error> {
    let (rows, shape) = idx::open(Path::new(inputs), limits)?;
    let (numbers, label_shape) = idx::open(Path::new(labels), limits)?;
    rows.check_finite()?;
    check_counts((&rows.origin, rows.count), (labels, numbers.count))?;
    let of = class_numbers(&numbers, &label_shape, classes, limits)?;
    Ok((rows, shape, of))
}
