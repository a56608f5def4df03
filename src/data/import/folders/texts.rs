//! Folders of texts, which no source reads: they are learned from a table that names them.

use std::path::Path;

use super::kind::Kind;
use super::listing::list;
use crate::data::{Error, file_names};

const TEXTS: Kind = Kind { many: "texts", formats: "a text", endings: file_names::TEXTS, is_one: |_| false };

/// Why a folder is not read, with the way out where its folders hold texts.
pub fn or_of_texts(folder: &Path, problem: Error) -> Error {
    if list(folder, &TEXTS).is_err() {
        return problem;
    }
    Error::Broken {
        origin: folder.to_string_lossy().into_owned(),
        problem: "its folders hold texts (.txt), which are learned from a table that names them: a .csv in this folder with a line for each, \
                  such as pos/1.txt,pos, below a first line path,class; trainyard init takes that table"
            .into(),
    }
}
