//! Folders of sounds.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::arrays::broken;
use super::{Import, Opened, classed, folders};
use crate::data::Error;
use crate::data::import::folders::{self, Classed};
use crate::data::import::limits::Limits;
use crate::data::import::rows::IN_MEMORY;
use crate::data::import::wav;
use crate::data::samples::Samples;
use crate::data::speech::{self, mel::Spectrogram};
use crate::preset::{Offers, WavFolder};

impl WavFolder {
    fn sounds(&self) -> Result<(Classed, Option<usize>), Error> {
        folders(&self.folder, self.test_folder.as_deref(), list)
    }
}

fn list(folder: &Path) -> Result<Classed, Error> {
    folders::list(folder, &["wav"])
}

impl Import for WavFolder {
    fn open(&self, limits: &Limits) -> Result<Opened, Error> {
        let (sounds, first_test) = self.sounds()?;
        Ok(Opened::Samples(spectrograms(sounds, Spectrogram::lasting(self.seconds), limits)?, first_test))
    }

    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        Ok(list(path)?.files)
    }

    /// Lists the folder. Its files are not read before they are opened as a set.
    fn offers(&self, _limits: &Limits) -> Result<Offers, Error> {
        let (sounds, first_test) = self.sounds()?;
        let form = Spectrogram::lasting(self.seconds);
        Ok(classed(vec![form.frames, form.mels, 1], sounds, first_test))
    }
}

fn spectrograms(sounds: Classed, form: Spectrogram, limits: &Limits) -> Result<Samples, Error> {
    let first = sounds.files.first().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let size = (form.frames * form.mels * 4) as u64;
    if size.saturating_mul(sounds.files.len() as u64) > 16 * IN_MEMORY {
        return Err(broken(&first, format!("{} sounds are too many to keep in memory", sounds.files.len())));
    }
    // Each by itself, and then all one after the other.
    limits.check(2 * size * sounds.files.len() as u64, "the spectrograms take", &first)?;
    let pictures: Vec<Vec<f32>> = sounds
        .files
        .par_iter()
        .map(|file| Ok(speech::picture(&wav::read(file, form.rate, limits)?, form)))
        .collect::<Result<_, Error>>()?;
    let captions = sounds.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let shape = vec![form.frames, form.mels, 1];
    Ok(Samples { captions, ..Samples::of_classes(shape, pictures.concat(), sounds.of, sounds.names) })
}
