//! `trainyard init`: a preset for data of one's own.

use std::io::Write;
use std::path::{Path, PathBuf, absolute};

use super::Error;
use super::overwriting;
use super::text::plain;
use crate::data::suggest::{Suggestion, suggest};
use crate::preset::Paths;

/// Write a preset for a file or folder of your own: what its columns are, a network that fits, and why
///
/// Takes a table (.csv, .tsv, .parquet, .xlsx, .ods; several files are one table, as those of "part-*.csv"), a table of files (a column of paths, and a class for each), a text (.txt), arrays of samples and targets (.npz, or two .npy), or a folder with a folder of images or sounds for
/// each class. The preset is a text to change; it trains at once.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file or folder; or several tables that are one, in their order; or the .npy of the samples, then that of their targets
    #[arg(required = true)]
    data: Vec<PathBuf>,
    /// The column that a table is to predict: its name, or its number from 1; the last one if left out
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// The sheet of a spreadsheet; the first one if left out
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Where to write it; `-` is standard output; NAME.ron in this folder, after the data's name, if left out
    #[arg(short, long, value_name = "PRESET.ron")]
    output: Option<PathBuf>,
}

impl Arguments {
    /// Writes the preset. A file that is there stays.
    pub fn run(self) -> Result<(), Error> {
        let output = self.output.as_deref();
        output.map_or(Ok(()), overwriting::check_folder)?;
        let is_elsewhere = output.and_then(Path::parent).is_some_and(|folder| !folder.as_os_str().is_empty());
        // A path in a preset that is put elsewhere has to mean the same there.
        let named = |path: &PathBuf| match is_elsewhere {
            true => absolute(path),
            false => Ok(path.clone()),
        };
        let data = self.data.iter().map(|path| Ok(named(path)?.to_string_lossy().into_owned()));
        let data = Paths::listed(data.collect::<std::io::Result<_>>()?)
            .ok_or_else(|| Error::Usage("no file or folder is named".into()))?;
        let Suggestion { name, text, .. } =
            suggest(&data, self.target.as_deref(), self.sheet.as_deref(), |_| false)
                .map_err(|error| Error::Failed(plain(&error.to_string())))?;
        if output == Some(Path::new("-")) {
            return Ok(std::io::stdout().write_all(text.as_bytes())?);
        }
        let output = output.map_or_else(|| PathBuf::from(format!("{name}.ron")), Path::to_path_buf);
        let shown = plain(&output.to_string_lossy());
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
        let failed = |error: std::io::Error| Error::Failed(format!("{shown}: {error}"));
        // It gets its name once it is whole.
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.persist_noclobber(&output).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Error::Usage(format!("{shown} is there already and stays as it is; -o names another file"))
            }
            _ => failed(error.error),
        })?;
        writeln!(std::io::stdout(), "{shown}: look at it, then: trainyard train {shown}")?;
        Ok(())
    }
}
