//! Tables: separated values, Parquet and spreadsheets.

use std::path::{Path, PathBuf};

use super::table::imported;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::table::{self, Files, Skipped};
use crate::preset::Csv;

impl Import for Csv {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let mut skipped = Skipped::default();
        let table = table::read(&Files::of(self)?, self, limits, &mut |problem| {
            skipped.take_by_option(problem, self.skip_broken)
        })?;
        notices.extend(skipped.in_words());
        imported(self, table, notices).map(Opened::Rows)
    }

    /// The files whose names fit the pattern, where it is one.
    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        table::expanded(&path.to_string_lossy())
    }
}
