//! The rows of tables as samples.

use std::sync::Arc;

use super::set::Imported;
use crate::data::Error;
use crate::data::answers::Answers;
use crate::data::table::{self, Labels, Table};
use crate::preset::{Csv, Missing, Task};

/// A table's rows as samples; what a person should know of them goes to `notices`.
///
/// # Errors
/// When it should have a test set and one of the two tables is empty.
pub(super) fn imported(source: &Csv, table: Table, notices: &mut Vec<String>) -> Result<Imported, Error> {
    notices.extend(table.told.iter().cloned());
    let has_test = source.test_file.is_some();
    if has_test && (table.trained == 0 || table.trained == table.rows.count) {
        let empty = if table.trained == 0 { Some(&source.file) } else { source.test_file.as_ref() };
        let origin = empty.map(ToString::to_string).unwrap_or_default();
        return Err(Error::Broken { origin, problem: "it has no rows that can be used".into() });
    }
    if let Some(test) = source.test_file.as_ref().filter(|_| has_test) {
        let (twins, all) = (table::in_both(&table)?, table.rows.count - table.trained);
        if twins > 0 {
            notices.push(table::twins_in_words(&test.to_string(), twins, all));
        }
    }
    let answers = match table.labels {
        Labels::Classes(of, names) => Answers::Classes { of, names },
        Labels::Values(values) => Answers::values(1, values),
        Labels::Several(width, values) => Answers::values(width, values).called(table.schema.label_names()),
        Labels::Nothing(count) => Answers::Nothing { count },
    };
    Ok(Imported {
        shape: vec![table.rows.width],
        rows: Arc::new(table.rows),
        answers,
        columns: table.schema.features(),
        label: table.label,
        table: Some(table.schema),
        task_is_said: table.task != Task::Auto,
        weights: table.weights,
        files: Vec::new(),
        numbers: table.numbers,
        choices: table.choices,
        first_validation: None,
        first_test: has_test.then_some(table.trained),
        are_pixels: false,
        missing: Missing::default(),
    })
}
