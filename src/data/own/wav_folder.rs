//! Folders of sounds.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::arrays::broken;
use super::{Import, Opened, classed, folders};
use crate::data::Error;
use crate::data::import::folders::Classed;
use crate::data::import::limits::Limits;
use crate::data::import::rows::IN_MEMORY;
use crate::data::import::sounds::{self, Sound};
use crate::data::samples::Samples;
use crate::data::speech::{self, mel::Spectrogram};
use crate::preset::{FileSource, Offers, WavFolder};

impl WavFolder {
    fn sounds(&self) -> Result<Classed, Error> {
        folders(&self.folder, self.test_folder.as_deref(), sounds::list)
    }
}

impl Import for WavFolder {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let sounds = self.sounds()?;
        notices.extend(sounds.left_out.sentences(&sounds::KIND));
        let folders: Vec<&Path> = self.paths().into_iter().map(Path::new).collect();
        opened(sounds, Spectrogram::lasting(self.seconds), self.skip_broken, limits, &folders, notices)
    }

    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        Ok(sounds::list(path)?.files)
    }

    /// Lists the folder. Its files are not read before they are opened as a set.
    fn offers(&self, _limits: &Limits) -> Result<Offers, Error> {
        Ok(classed(Spectrogram::lasting(self.seconds).shape(), self.sounds()?))
    }
}

/// The sounds as a set of spectrograms, from the folders `folders`.
pub(super) fn opened(
    mut sounds: Classed,
    form: Spectrogram,
    skip_broken: bool,
    limits: &Limits,
    folders: &[&Path],
    notices: &mut Vec<String>,
) -> Result<Opened, Error> {
    let pictures = spectrograms(&mut sounds, form, skip_broken, limits, notices)?;
    let files = sounds.named_in(folders);
    let samples = Samples::of_classes(form.shape(), pictures.concat(), sounds.of, sounds.names);
    Ok(Opened::Samples(Samples { files, ..samples }, sounds.first_test))
}

/// The spectrogram of each sound. With `skip_broken`, sounds that do not decode are taken out of the list.
fn spectrograms(
    sounds: &mut Classed,
    form: Spectrogram,
    skip_broken: bool,
    limits: &Limits,
    notices: &mut Vec<String>,
) -> Result<Vec<Vec<f32>>, Error> {
    let first = sounds.files.first().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let size = (form.frames * form.mels * 4) as u64;
    if size.saturating_mul(sounds.files.len() as u64) > 16 * IN_MEMORY {
        return Err(broken(&first, format!("{} sounds are too many to keep in memory", sounds.files.len())));
    }
    // Each by itself, and then all one after the other.
    limits.check(2 * size * sounds.files.len() as u64, "the spectrograms take", &first)?;
    let read = |file: &PathBuf| {
        let Sound { samples, rate, channels } = sounds::read(file, form.rate, limits)?;
        Ok((speech::picture(&samples, form), rate, channels))
    };
    let read = sounds.files.par_iter().map(read).collect();
    let read = sounds.sorted_out(read, skip_broken, notices)?;
    notices.extend(sounds::converted(read.iter().map(|&(_, rate, channels)| (rate, channels)), form.rate));
    Ok(read.into_iter().map(|(picture, ..)| picture).collect())
}
