//! The files of a folder about which a network can be asked.

use std::path::Path;

use crate::data::Error;
use crate::data::import::folders::{Kind, LeftOut, ending};
use crate::data::import::limits::Limits;
use crate::data::import::named_files::find;
use crate::data::import::{file_table, images, sounds};
use crate::data::table::{self, Place};
use crate::preset::{DataConfig, FileTable, Holds, Source};

/// What the names of arrays end in, which hold samples of any kind.
pub(super) const ARRAYS: [&str; 5] = ["npy", "npz", "idx", "idx3-ubyte", "gz"];

/// The kind of files that a network takes; `None` where any file may be one, as for texts.
pub(super) fn kind(config: &DataConfig) -> Option<&'static Kind> {
    match &config.source {
        Source::Csv(_) => Some(&table::KIND),
        Source::ImageFolder(_)
        | Source::FileTable(FileTable { holds: Holds::Images, .. })
        | Source::Mnist => Some(&images::KIND),
        Source::WavFolder(_)
        | Source::FileTable(FileTable { holds: Holds::Sounds, .. })
        | Source::SpokenDigits => Some(&sounds::KIND),
        _ => None,
    }
}

/// Whether a file's name says that it is a table.
pub(super) fn is_table(file: &Path) -> bool {
    let name = file.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, ending)| table::is_ending_of_table(ending))
}

/// A file that a table names, or why a row names none.
pub type InTable = Result<String, String>;

/// The files that a table names; and what a person should know of where they are, a sentence each.
pub type OfTable = (Vec<InTable>, Vec<String>);

/// The files that a table names, where a network with this data learned from a table of files; `None` where it takes the table itself.
///
/// # Errors
/// When the table cannot be read, or lacks the column with the paths.
pub fn files_of_table(config: &DataConfig, table: &str) -> Result<Option<OfTable>, Error> {
    let Source::FileTable(FileTable {
        holds: holds @ (Holds::Images | Holds::Sounds | Holds::TextFiles),
        path,
        folder,
        ..
    }) = &config.source
    else {
        return Ok(None);
    };
    if !table::is_ending_of_table(&ending(Path::new(table.strip_suffix(".gz").unwrap_or(table)))) {
        return Ok(None);
    }
    let rows = file_table::texts(Path::new(table), path.as_deref(), "path", &Limits::of_machine()).map_err(
        |Error::Broken { origin, problem }| {
            let problem = format!(
                "{problem}; of a table this network is asked about the files that it names in this column"
            );
            Error::Broken { origin, problem }
        },
    )?;
    let cells: Vec<&str> = rows.iter().filter_map(|(_, cell)| cell.as_deref().ok()).collect();
    let look = |folder| find(Path::new(table), folder, Some(*holds), cells.iter().copied());
    let mut named = look(folder.as_deref());
    if named.found() == 0 && folder.is_some() {
        // The folder of the run's own table is none of this one's.
        named = look(None);
    }
    let told = named.told();
    let mut files = named.files.into_iter();
    let of_row = |(at, cell): (Place, Result<String, String>)| match cell {
        Ok(_) => Ok(files.next().expect("a file for each cell").to_string_lossy().into_owned()),
        Err(problem) => Err(format!("{at}{problem}")),
    };
    Ok(Some((rows.into_iter().map(of_row).collect(), told)))
}

/// Those of a folder's files that are of a kind which a network with this data takes, and what is said of the others.
///
/// # Errors
/// When the machine, not a file, keeps it from being looked into.
pub fn askable(config: &DataConfig, files: Vec<String>) -> Result<(Vec<String>, Vec<String>), Error> {
    let Some(kind) = kind(config) else { return Ok((files, Vec::new())) };
    let (mut taken, mut left_out) = (Vec::new(), LeftOut::default());
    for file in files {
        let path = Path::new(&file);
        let takes = kind
            .takes(path)
            .map_err(|error| Error::Broken { origin: file.clone(), problem: error.to_string() })?;
        if takes || ARRAYS.contains(&&ending(path)[..]) {
            taken.push(file);
        } else {
            left_out.add_other(path);
        }
    }
    Ok((taken, left_out.sentences(kind)))
}
