//! The files of a folder about which a network can be asked.

use std::path::Path;

use crate::data::Error;
use crate::data::import::folders::{Kind, LeftOut, ending};
use crate::data::import::{images, sounds};
use crate::data::table;
use crate::preset::{DataConfig, FileTable, Holds, Source};

/// What the names of arrays end in, which hold samples of any kind.
const ARRAYS: [&str; 5] = ["npy", "npz", "idx", "idx3-ubyte", "gz"];

/// The kind of files that a network takes; `None` where any file may be one, as for texts.
fn kind(config: &DataConfig) -> Option<&'static Kind> {
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
