//! Tables of separated values.

use std::path::Path;
use std::sync::Arc;

use super::arrays::broken;
use super::set::Imported;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::answers::Answers;
use crate::data::import::csv;
use crate::data::import::limits::Limits;
use crate::preset::{Csv, FileSource, Task};

impl Import for Csv {
    fn open(&self, limits: &Limits, _: &mut Vec<String>) -> Result<Opened, Error> {
        let options = csv::Options {
            label: self.label.clone(),
            columns: self.columns.clone(),
            task: self.task,
            separator: self.separator,
            header: self.header,
            missing: self.missing,
            limits: *limits,
        };
        let files: Vec<&Path> = self.paths().into_iter().map(Path::new).collect();
        let table = csv::read(&files, &options, &mut Err)?;
        let has_test = self.test_file.is_some();
        if has_test && (table.first_rows == 0 || table.first_rows == table.rows.count) {
            return Err(broken(&self.file, "one of the two tables has no rows".into()));
        }
        let answers = match table.labels {
            csv::Labels::Classes(of, names) => Answers::Classes { of, names },
            csv::Labels::Values(values) => Answers::values(1, values),
        };
        Ok(Opened::Rows(Imported {
            shape: vec![table.rows.width],
            rows: Arc::new(table.rows),
            answers,
            columns: table.columns,
            label: table.label,
            task_is_said: self.task != Task::Auto,
            first_test: has_test.then_some(table.first_rows),
            are_pixels: false,
        }))
    }
}
