//! Folders of sounds.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::arrays::broken;
use super::{Import, Opened, classed, folders, parts_in_words};
use crate::data::Error;
use crate::data::import::folders::Classed;
use crate::data::import::limits::Limits;
use crate::data::import::rows::IN_MEMORY;
use crate::data::import::sounds::{self, Sound};
use crate::data::samples::Samples;
use crate::data::speech::{self, mel::Spectrogram};
use crate::preset::{FileSource, Offers, WavFolder};

impl WavFolder {
    pub(super) fn sounds(&self) -> Result<Classed, Error> {
        folders(&self.folder, self.validation_folder.as_ref(), self.test_folder.as_ref(), &sounds::list)
    }
}

impl Import for WavFolder {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let sounds = self.sounds()?;
        notices.extend(sounds.left_out.sentences(&sounds::KIND));
        notices.extend(parts_in_words(&self.folder, &sounds, "wav_folder"));
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
    let samples = Samples::of(form.shape(), pictures.concat(), sounds.answers());
    let first_validation = sounds.first_validation;
    Ok(Opened::Samples(Samples { files, first_validation, ..samples }, sounds.first_test))
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
        let loud = samples.len() - speech::start(&samples);
        Ok((speech::picture(&samples, form), rate, channels, loud))
    };
    let read = sounds.files.par_iter().map(read).collect();
    let read = sounds.sorted_out(read, skip_broken, notices)?;
    let converted = read.iter().map(|&(_, rate, channels, _)| (rate, channels));
    notices.extend(sounds::converted(converted, form.rate));
    notices.extend(lengthened(read.iter().map(|&(.., loud)| loud), form));
    Ok(read.into_iter().map(|(picture, ..)| picture).collect())
}

/// Which sounds end with silence and which are cut, in a sentence, where a picture has another length than they have. `lengths` are
/// their samples from where they become loud.
fn lengthened(lengths: impl Iterator<Item = usize>, form: Spectrogram) -> Option<String> {
    let Spectrogram { rate, frame, hop, frames, .. } = form;
    let (heard, last) = (frames * hop, (frames - 1) * hop + frame);
    let (mut shorter, mut longer, mut longest) = (0, 0, 0);
    for length in lengths {
        shorter += usize::from(length < heard);
        longer += usize::from(length > last);
        longest = longest.max(length);
    }
    let seconds = |samples: usize| samples as f64 / rate as f64;
    let mut parts = Vec::new();
    if shorter > 0 {
        parts.push(format!("{shorter} shorter ones end with silence"));
    }
    if longer > 0 {
        parts.push(format!("{longer} longer ones are cut, the longest of {:.2} s", seconds(longest)));
    }
    let parts = (!parts.is_empty()).then(|| parts.join(", "))?;
    Some(format!(
        "of each sound {:.2} s are heard (`seconds`), from where it becomes loud: {parts}",
        seconds(heard)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_that_are_not_as_long_as_what_is_heard_are_counted() {
        // 56 frames, one every 128 samples: 7168 samples at 8000 Hz; the last frame ends with sample 55 * 128 + 256 = 7296.
        let told = |lengths: &[usize]| lengthened(lengths.iter().copied(), Spectrogram::WORD);
        assert_eq!(told(&[7168, 7296]), None);
        assert_eq!(
            told(&[7167, 100, 7297, 20_000]).unwrap(),
            "of each sound 0.90 s are heard (`seconds`), from where it becomes loud: 2 shorter ones end with silence, 2 longer ones \
             are cut, the longest of 2.50 s"
        );
    }
}
