//! A network's answers to a test set as a table.

use std::path::Path;

use super::super::{Error, answer_columns, csv_text};
use crate::run::{self, atomic};
use crate::worker::Comparison;

/// Writes a row a sample: the file that it is, or the row of the data, from 1 (its number in the test set where the data has no
/// rows), and a few words on it where there are some; then what is true and what is predicted, of classes with a number for each.
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
    let Comparison { names, places, files, captions, .. } = answers;
    let tells_classes = answers.tells_classes();
    let has_captions = files.is_empty() && captions.iter().any(Option::is_some);
    let mut head = vec![if files.is_empty() { "row" } else { "file" }.to_string()];
    head.extend(has_captions.then(|| "sample".to_string()));
    head.extend(answer_columns::truth(tells_classes, names));
    head.extend(answer_columns::predicted(tells_classes, names));
    let mut content = csv_text::row(&head)?;
    for (place, (row, truth)) in answers.rows_of_data().enumerate() {
        let row_of_data = || places.get(place).copied().unwrap_or(place + 1).to_string();
        let mut cells = vec![files.get(place).cloned().unwrap_or_else(row_of_data)];
        if has_captions {
            cells.push(captions.get(place).cloned().flatten().unwrap_or_default());
        }
        let class = |numbers: &[f64]| tells_classes.then(|| Comparison::class(numbers));
        match class(truth) {
            Some(class) => cells.extend(names.get(class).cloned()),
            None => cells.extend(truth.iter().map(ToString::to_string)),
        }
        cells.extend(answer_columns::cells(class(row), names, row));
        content.extend(csv_text::row(&cells)?);
    }
    Ok(content)
}
