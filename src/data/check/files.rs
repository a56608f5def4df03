//! Files that are looked at one by one: whether they decode, and what is done to those that do.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::report::{DataReport, ONE_PIXEL};

use crate::data::Error;
use crate::data::fingerprint;
use crate::data::import::limits::Limits;
use crate::data::import::sounds::{self, Sound};
use crate::data::import::{images, text};
use crate::data::speech::mel::Spectrogram;
use crate::preset::Holds;

/// Samples a second at which sounds are learned.
const RATE: usize = Spectrogram::WORD.rate;

/// What a network would hear of a sound.
struct Heard {
    rate: u32,
    channels: usize,
    seconds: f64,
}

impl Heard {
    fn of(sound: &Sound) -> Self {
        let &Sound { ref samples, rate, channels } = sound;
        Heard { rate, channels, seconds: samples.len() as f64 / RATE as f64 }
    }

    /// What is done to such sounds, a sentence each.
    fn in_words(heard: &[Heard]) -> Vec<String> {
        let mut lines = sounds::converted(heard.iter().map(|heard| (heard.rate, heard.channels)), RATE);
        let seconds = || heard.iter().map(|heard| heard.seconds);
        if !heard.is_empty() {
            let (least, most) = seconds().fold((f64::INFINITY, 0.0_f64), |(a, b), x| (a.min(x), b.max(x)));
            lines.push(format!(
                "sounds of {least:.2} to {most:.2} s; `seconds` (0.9 where it is left out) says how much of each is heard: shorter ones \
                 end with silence, longer ones are cut"
            ));
        }
        lines
    }
}

/// Reads each file, which holds what `held` says of it. The report gets the problems, how many files decode, and what a training
/// does to them. Gives the key of each file that decodes, by which those with the same content are found.
pub(super) fn look(
    report: &mut DataReport,
    files: &[PathBuf],
    held: impl Fn(&Path) -> Holds + Sync,
    limits: &Limits,
) -> Vec<Option<u64>> {
    let read = |file: &PathBuf| -> Result<Option<Heard>, Error> {
        match held(file) {
            Holds::Images => images::decode(file, ONE_PIXEL, limits).map(|_| None),
            Holds::Sounds => sounds::read(file, RATE, limits).map(|sound| Some(Heard::of(&sound))),
            Holds::TextFiles | Holds::Texts => text::read(file).map(|_| None),
        }
    };
    let read: Vec<_> = files.par_iter().map(|file| (read(file), fingerprint::of_content(file))).collect();
    let (mut heard, mut good, mut keys) = (Vec::new(), 0, Vec::with_capacity(files.len()));
    for (result, key) in read {
        keys.push(key.filter(|_| result.is_ok()));
        match result {
            Ok(sound) => {
                good += 1;
                heard.extend(sound);
            }
            Err(problem) => report.broken(&problem, 1),
        }
    }
    report.end_of_left_out("file");
    report.fact("that decode", good);
    let pictures: Vec<PathBuf> =
        files.iter().filter(|file| matches!(held(file), Holds::Images)).cloned().collect();
    let notes = images::seen(&pictures, limits).into_iter().chain(Heard::in_words(&heard));
    notes.for_each(|line| report.fact("note", line));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_to_sounds_is_told_once_with_counts() {
        let heard = [(8000, 1, 0.5), (44_100, 2, 1.25)];
        let heard = heard.map(|(rate, channels, seconds)| Heard { rate, channels, seconds });
        let lines = Heard::in_words(&heard);
        assert_eq!(
            lines[..2],
            ["sounds converted to 8000 Hz: 1 of 44100 Hz", "sounds whose channels are mixed: 1"]
        );
        assert!(lines[2].starts_with("sounds of 0.50 to 1.25 s; `seconds`"), "{lines:?}");
        assert!(Heard::in_words(&[]).is_empty());
    }
}
