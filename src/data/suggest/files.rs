//! Files that are looked at one by one, so that the preset that names them trains at once.

use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::comment::comment;
use crate::data::import::images::Form;
use crate::data::import::limits::Limits;
use crate::data::import::{images, sounds, text};
use crate::data::speech::mel::Spectrogram;
use crate::data::{Error, own};
use crate::preset::{Colour, FileTable, Holds, Source, counted_of};

/// For so long files are looked at; a training reads all of them.
const LONGEST: Duration = Duration::from_secs(20);
/// What an image is decoded to, to see whether it decodes.
const ONE_PIXEL: Form = Form { height: 1, width: 1, colour: Colour::Grey };

/// What was found.
pub(super) struct Looked {
    /// The files to train on that can be read, as far as they were looked at.
    pub samples: usize,
    /// A sentence on those that cannot, and one on those that were not looked at.
    pub told: Vec<String>,
}

impl Looked {
    /// Whether the preset has to leave files out.
    pub fn skips(&self) -> bool {
        !self.told.is_empty()
    }

    /// What the preset says of them, a comment a line.
    pub fn comments(&self) -> Vec<String> {
        self.told.iter().map(|sentence| format!("// {}", comment(sentence))).collect()
    }
}

/// Looks at the files of a source for as long as that is no trouble.
///
/// # Errors
/// When no file of a class can be read.
pub(super) fn look(source: &Source, limits: &Limits) -> Result<Looked, Error> {
    look_for(source, limits, LONGEST)
}

fn look_for(source: &Source, limits: &Limits, longest: Duration) -> Result<Looked, Error> {
    let holds = match source {
        Source::WavFolder(_) => Holds::Sounds,
        Source::FileTable(FileTable { holds, .. }) => *holds,
        _ => Holds::Images,
    };
    let mut files = own::files_of_classes(source, limits)?;
    let (all, begun) = (files.files.len(), Instant::now());
    let read = |file: &std::path::PathBuf| (begun.elapsed() < longest).then(|| check(file, holds, limits));
    let read: Vec<Option<Result<(), Error>>> = files.files.par_iter().map(read).collect();
    let unseen = read.iter().filter(|read| read.is_none()).count();
    let read = read.into_iter().map(|read| read.unwrap_or(Ok(()))).collect();
    let mut told = Vec::new();
    files.sorted_out(read, true, &mut told)?;
    if unseen > 0 {
        told.push(format!(
            "{} looked at; those of the others that are broken are left out as well",
            counted_of(all - unseen, all, "file", ("was", "were"))
        ));
    }
    Ok(Looked { samples: files.first_test.unwrap_or(files.files.len()), told })
}

fn check(file: &Path, holds: Holds, limits: &Limits) -> Result<(), Error> {
    match holds {
        Holds::Images => images::decode(file, ONE_PIXEL, limits).map(drop),
        Holds::Sounds => sounds::read(file, Spectrogram::WORD.rate, limits).map(drop),
        Holds::TextFiles | Holds::Texts => text::read(file).and_then(|text| match text.trim() {
            "" => Err(Error::Broken { origin: file.to_string_lossy().into(), problem: "it is empty".into() }),
            _ => Ok(()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::WavFolder;

    #[test]
    fn files_that_are_not_looked_at_are_told() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/1.wav", "a/2.wav", "b/1.wav"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "RIFF").unwrap();
        }
        let source = WavFolder::of(folder.path().to_str().unwrap().to_string()).into();
        let looked = look_for(&source, &Limits::of_machine(), Duration::ZERO).unwrap();
        assert_eq!((looked.samples, looked.skips()), (3, true));
        assert!(looked.comments()[0].starts_with("// 0 of 3 files were looked at; "), "{:?}", looked.told);
        let refused = look(&source, &Limits::of_machine()).map(drop).unwrap_err().to_string();
        assert!(refused.contains("no file of the class 'a' can be read"), "{refused}");
    }
}
