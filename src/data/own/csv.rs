//! Tables of separated values.

use super::table::{files, imported};
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::table;
use crate::preset::Csv;

impl Import for Csv {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let table = table::read(&files(self), self, limits, &mut table::refuse)?;
        imported(self, table, notices).map(Opened::Rows)
    }
}
