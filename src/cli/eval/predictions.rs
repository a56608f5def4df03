//! A network's answers to a test set as a table.

use std::path::Path;

use super::super::{Error, csv_text};
use crate::run::{self, atomic};
use crate::worker::Comparison;

/// Writes a row a sample: the row of the data that it is, from 1 (its number in the test set where the data has no rows), a few words on it where there are some, what is true, what is
/// predicted, and the probabilities of classes.
///
/// # Errors
/// When the file cannot be written; what was there stays.
pub(super) fn write(path: &Path, answers: &Comparison) -> Result<(), Error> {
    let content = table(answers)?;
    let unwritten = run::Error::io(path, "writing");
    atomic::write_for_others(path, |out| out.write_all(&content).map_err(unwritten))?;
    Ok(())
}

fn table(answers: &Comparison) -> Result<Vec<u8>, Error> {
    let Comparison { names, places, captions, .. } = answers;
    let has_captions = captions.iter().any(Option::is_some);
    let mut head = vec!["row".to_string()];
    head.extend(has_captions.then(|| "sample".to_string()));
    match (answers.tells_classes(), &names[..]) {
        (true, names) => {
            head.extend(["truth", "prediction"].map(String::from));
            head.extend(names.iter().cloned());
        }
        (false, [_]) => head.extend(["truth", "prediction"].map(String::from)),
        (false, names) => {
            let both = |of: &'static str| names.iter().map(move |name| format!("{of} {name}"));
            head.extend(both("truth").chain(both("prediction")));
        }
    }
    let mut content = csv_text::row(&head)?;
    for (place, (row, truth)) in answers.rows_of_data().enumerate() {
        let row_of_data = places.get(place).copied().unwrap_or(place + 1);
        let mut cells = vec![row_of_data.to_string()];
        if has_captions {
            cells.push(captions.get(place).cloned().flatten().unwrap_or_default());
        }
        match answers.tells_classes() {
            true => cells.extend([truth, row].map(|numbers| names[Comparison::class(numbers)].clone())),
            false => cells.extend(truth.iter().map(ToString::to_string)),
        }
        cells.extend(row.iter().map(ToString::to_string));
        content.extend(csv_text::row(&cells)?);
    }
    Ok(content)
}
