//! Files of a kind that a network of images or of sounds cannot be asked about.

use std::path::Path;

use super::folder::{ARRAYS, is_table, kind};
use crate::data::Error;
use crate::data::import::folders::{START, ending};
use crate::data::import::{gzip, images, sounds};
use crate::preset::shapes::size;
use crate::preset::{DataConfig, Preparation, Source};

/// What is said of a file that is not of the kind from which a network learned; `None` where another sentence says it better: of
/// one that is damaged, or could be a table or an array.
pub(super) fn refusal(config: &DataConfig, learned: &Preparation, file: &Path) -> Option<Error> {
    let kind = kind(config).filter(|_| !matches!(config.source, Source::Csv(_)))?;
    let start = gzip::start(file, START).ok()?.0;
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let is_named_so = kind.endings.contains(&&ending(file)[..]);
    if is_named_so && !start.is_empty() && !images::is_image(&start) && !sounds::is_sound(&start) {
        return Some(broken(format!(
            "it is called as {} are, and does not begin as one: it is none of {}",
            kind.many, kind.formats
        )));
    }
    let is_known = images::is_image(&start) || sounds::is_sound(&start) || kind.takes(file).ok()?;
    if start.is_empty() || is_known || is_table(file) || ARRAYS.contains(&&ending(file)[..]) {
        return None;
    }
    // Pixels may come as numbers as well.
    let numbers = match sounds::KIND.many == kind.many {
        true => String::new(),
        false => format!(", and no table or array of {} numbers a row", size(&learned.input_shape)),
    };
    let problem = format!(
        "it is none of the {} that are read ({}){numbers}; this network learned from: {}",
        kind.many,
        kind.formats,
        config.source.title()
    );
    Some(broken(problem))
}
