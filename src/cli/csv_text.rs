//! Rows of tables as text that spreadsheets and pandas read.

use super::Error;

/// A row with its line's end; cells are quoted where they must be.
///
/// # Errors
/// When memory is exhausted.
pub(super) fn row(cells: &[String]) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Failed(format!("writing the table: {error}"));
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| failed(&error))?;
    writer.into_inner().map_err(|error| failed(&error))
}
