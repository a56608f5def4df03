//! Arrays of numbers as samples, with arrays of classes or values as what they should give.

use std::sync::Arc;

use super::Opened;
use super::set::Imported;
use crate::data::Error;
use crate::data::answers::{Answers, MOST_CLASSES, Numbering};
use crate::data::import::limits::Limits;
use crate::data::import::rows::{Kind, Rows, Stored};
use crate::preset::TargetsAs;

pub(super) fn broken(origin: &str, problem: String) -> Error {
    Error::Broken { origin: origin.into(), problem }
}

/// Checks that there are samples, and as many answers as samples; `of` names the file of the answers.
pub(super) fn check_counts(rows: &Stored, answers: usize, of: &str) -> Result<(), Error> {
    match rows.count {
        0 => Err(broken(&rows.origin, "it holds no samples".into())),
        count if count != answers => {
            Err(broken(of, format!("{answers} answers for the {count} samples in {}", rows.origin)))
        }
        count if u32::try_from(count).is_err() => {
            Err(broken(&rows.origin, "more than 4 billion samples".into()))
        }
        _ => Ok(()),
    }
}

/// Whole numbers from 0 as classes; `classes` is how many there are, where that is known.
pub(super) fn class_numbers(
    numbers: &Stored,
    shape: &[usize],
    classes: Option<usize>,
    limits: &Limits,
) -> Result<Vec<u32>, Error> {
    if numbers.width != 1 {
        return Err(broken(
            &numbers.origin,
            format!("labels of shape {shape:?}: each label must be one number"),
        ));
    }
    limits.check(4 * numbers.count as u64, "its labels take", &numbers.origin)?;
    let most = classes.unwrap_or(MOST_CLASSES);
    let mut of = Vec::with_capacity(numbers.count);
    numbers.in_order(&mut |first, labels| {
        for (place, &label) in (first + 1..).zip(labels) {
            if label.fract() != 0.0 || label < 0.0 || (label as usize) >= most {
                let last = most.saturating_sub(1);
                let problem = format!("label {place}: {label} is not one of the classes 0 to {last}");
                return Err(broken(&numbers.origin, problem));
            }
            of.push(label as u32);
        }
        Ok(())
    })?;
    Ok(of)
}

/// Samples and their targets. Whole numbers from 0 on suggest classes, other numbers values; a training may read them the
/// other way.
pub(super) fn arrays(
    (rows, shape): (Stored, Vec<usize>),
    (targets, _): (Stored, Vec<usize>),
    limits: &Limits,
) -> Result<Opened, Error> {
    rows.check_finite()?;
    targets.check_finite()?;
    check_counts(&rows, targets.count, &targets.origin)?;
    let bytes = (targets.count as u64).saturating_mul(targets.width as u64).saturating_mul(8);
    limits.check(bytes, "its targets take", &targets.origin)?;
    let mut values = vec![0.0; targets.count * targets.width];
    for (row, cells) in values.chunks_exact_mut(targets.width).enumerate() {
        targets.read(row, cells)?;
    }
    let answers = Answers::values(targets.width, values);
    let are_classes = targets.width == 1 && !targets.number.is_float();
    let wanted = if are_classes { TargetsAs::Classes } else { TargetsAs::Values };
    let answers = answers.read_as(wanted, Numbering::FromZero);
    let is_bytes = rows.number.kind == Kind::U8;
    let shape = match &shape[..] {
        [] => vec![1],
        [height, width] if is_bytes => vec![*height, *width, 1],
        other => other.to_vec(),
    };
    let are_pixels = is_bytes && shape.len() == 3;
    let rows = Arc::new(rows);
    Ok(Opened::Rows(Imported { are_pixels, ..Imported::of(rows, shape, answers) }))
}
