//! Spoken digits, synthesised and embedded, as log-mel spectrograms.

mod adpcm;
pub mod mel;

use std::collections::BTreeMap;

use super::embedded::{Part, part};
use super::parts::Parts;
use super::samples::Samples;
use super::{Error, order};
use crate::preset::{DataConfig, FileTable, Holds, Source, WavFolder};
use mel::Spectrogram;
use rayon::prelude::*;

static INDEX: Part = part!("spoken_digits/index.csv", "12b61b7ecf6f320c2b21a0332e41b7cf", 61_676);
static CLIPS: Part = part!("spoken_digits/clips.ima", "771119b26ef9b22b9ead3633ca9b2739", 2_612_519);

/// The spoken digits with what is known of each clip.
pub struct Speech {
    /// `[clips, 56, 40, 1]` with the digit of each; the caption says which voice spoke it, and how.
    pub samples: Samples,
    /// The voice of each clip, by number.
    voices: Vec<u32>,
    is_test: Vec<bool>,
}

/// All clips.
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn spoken_digits() -> Result<Speech, Error> {
    let (index, clips) = (INDEX.text()?, CLIPS.unpack()?);
    let wrong = |line: &str| Error::Broken {
        origin: "the embedded spoken digits".into(),
        problem: format!("'{line}' is not expected"),
    };
    let mut numbers = BTreeMap::new();
    let (mut voices, mut is_test, mut digits, mut captions) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut coded = Vec::new();
    let mut rest = &clips[..];
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let &[voice, part, digit, accent, speed, pitch, count] = &cells[..] else { return Err(wrong(line)) };
        let (Ok(digit), Ok(count)) = (digit.parse::<u32>(), count.parse::<usize>()) else {
            return Err(wrong(line));
        };
        let (clip, others) = rest.split_at_checked(count / 2).ok_or_else(|| wrong(line))?;
        rest = others;
        coded.push(clip);
        let next = numbers.len() as u32;
        voices.push(*numbers.entry(voice.to_string()).or_insert(next));
        is_test.push(part == "test");
        digits.push(digit);
        captions.push(format!("{digit}, synthesised, voice {voice}, {accent}, speed {speed}, pitch {pitch}"));
    }
    let pictures: Vec<Vec<f32>> =
        coded.par_iter().map(|clip| picture(&decoded(clip), Spectrogram::WORD)).collect();
    let names = (0..10).map(|digit| digit.to_string()).collect();
    let Spectrogram { frames, mels, .. } = Spectrogram::WORD;
    let samples = Samples::of_classes(vec![frames, mels, 1], pictures.concat(), digits, names);
    Ok(Speech { samples: Samples { captions, ..samples }, voices, is_test })
}

fn decoded(coded: &[u8]) -> Vec<f32> {
    adpcm::decode(coded).into_iter().map(|sample| f32::from(sample) / 32768.0).collect()
}

/// What a network gets of a sound at the spectrogram's rate, before scaling: it starts just before the sound becomes
/// loud, and every sound has the same peak. The spoken digits are learned as [`Spectrogram::WORD`].
pub fn picture(samples: &[f32], form: Spectrogram) -> Vec<f32> {
    let scale = scale(samples);
    let sound: Vec<f32> = samples[start(samples)..].iter().map(|x| x * scale).collect();
    form.of(&sound)
}

/// By what a sound is multiplied to get the peak that every sound has.
fn scale(samples: &[f32]) -> f32 {
    let loudest = samples.iter().fold(0.0_f32, |loudest, x| loudest.max(x.abs()));
    if loudest > 0.0 { 0.9 / loudest } else { 1.0 }
}

/// The sample just before a sound becomes loud, with which its picture begins.
pub fn start(samples: &[f32]) -> usize {
    let scale = scale(samples);
    let is_loud = |x: &f32| (x * scale).abs() > 0.02;
    samples.iter().position(is_loud).unwrap_or(0).saturating_sub(80)
}

/// The form in which a source's sounds are learned; `None` where it has no sounds.
pub fn form_of(source: &Source) -> Option<Spectrogram> {
    match source {
        Source::SpokenDigits => Some(Spectrogram::WORD),
        Source::WavFolder(WavFolder { seconds, .. })
        | Source::FileTable(FileTable { holds: Holds::Sounds, seconds, .. }) => {
            Some(Spectrogram::lasting(*seconds))
        }
        _ => None,
    }
}

impl Speech {
    /// The test voices, and of the others some for validation: no voice is in two parts.
    pub fn cut(&self, config: &DataConfig, seed: u64) -> Parts {
        let places =
            |wanted: bool| (0..self.voices.len()).filter(move |&place| self.is_test[place] == wanted);
        let rest: Vec<u32> = places(false).map(|place| place as u32).collect();
        let voices: Vec<u32> = rest.iter().map(|&place| self.voices[place as usize]).collect();
        let (train, validation) = order::split_groups(&voices, config.validation, seed);
        let of_rest =
            |chosen: Vec<u32>| chosen.into_iter().map(|place| rest[place as usize]).collect::<Vec<_>>();
        let (train, validation) = (of_rest(train), of_rest(validation));
        let classes = self.samples.classes();
        let digits: Vec<u32> = train.iter().map(|&place| classes[place as usize]).collect();
        let (few, _) = order::split(&digits, 0.0, config.train_samples, seed);
        let few: Vec<u32> = few.into_iter().map(|place| train[place as usize]).collect();
        let few = if config.oversample { order::oversampled(few, &classes, seed) } else { few };
        Parts { train: few, validation, test: places(true).map(|place| place as u32).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_clip_decodes_as_pythons_audioop_decodes_it() {
        // The first clip, 2922 samples, by audioop.adpcm2lin(clip, 2, None).
        let decoded = adpcm::decode(&CLIPS.unpack().unwrap()[..2922 / 2]);
        assert_eq!(decoded[1000..1008], [5038, 3792, 3414, -1739, -1003, -334, -8248, -11483]);
        let sum: i64 = decoded.iter().map(|&sample| i64::from(sample)).sum();
        assert_eq!((sum, decoded.iter().max(), decoded.iter().min()), (99_898, Some(&28385), Some(&-28779)));
    }

    #[test]
    fn no_voice_is_in_two_parts_and_every_digit_in_each() {
        let speech = spoken_digits().unwrap();
        let config = DataConfig { validation: 0.15, ..DataConfig::of(Source::SpokenDigits) };
        let parts = speech.cut(&config, 1);
        assert_eq!(parts.train.len() + parts.validation.len() + parts.test.len(), 1680);
        let voices =
            |part: &[u32]| part.iter().map(|&at| speech.voices[at as usize]).collect::<BTreeSet<_>>();
        let [train, validation, test] =
            [&parts.train, &parts.validation, &parts.test].map(|part| voices(part));
        assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
        assert_eq!((test.len(), validation.len()), (17, 10));
        let classes = speech.samples.classes();
        for part in [&parts.train, &parts.validation, &parts.test] {
            assert!((0..10).all(|digit| part.iter().any(|&place| classes[place as usize] == digit)));
        }
    }
}
