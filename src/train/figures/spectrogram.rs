//! The spectrogram of a sound, from a test sample or from a file of the person's own, with low tones at the bottom,
//! and what the network hears in it.

use std::path::{Path, PathBuf};

use super::kind::Kind;
use super::subject::Subject;
use super::subject::verdict;
use crate::data::speech::mel::Spectrogram;
use crate::data::table::Names;
use crate::data::{self, Dataset, Splits, asked, speech};
use crate::nn::buffer::Buffer;
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::evaluation::class_said;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "spectrogram";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_sound = speech::form_of(&preset.data.source).is_some() && !splits.test.is_empty();
    let own = Knob::Text { label: "a sound file of your own".into(), start: String::new() };
    is_sound.then(|| FigureInfo {
        name: NAME.into(),
        title: "Spectrogram".into(),
        knobs: vec![Knob::Sample, own],
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let test = &*subject.splits.test;
    let &[frames, bands, ..] = test.input_shape() else { return Err(Error::NoFigure(NAME.into())) };
    let Some(form) = speech::form_of(&subject.preset.data.source) else {
        return Err(Error::NoFigure(NAME.into()));
    };
    let size = format!("{frames} frames of {bands} mel bands");
    let chosen = subject.sample(at)?;
    let (sound, mut notes) = match typed(&at.text) {
        None => {
            let spoken = test.caption(chosen.index).or_else(|| test.file_of(chosen.index));
            let spoken = spoken.map(|spoken| format!("   {spoken}")).unwrap_or_default();
            let own = "press Enter to type the path of a sound file of your own".into();
            (chosen.batch.inputs, vec![own, format!("{}{spoken}   {size}", chosen.name)])
        }
        Some(file) => match read(subject.preset, test, &file) {
            Ok(sound) => (sound, vec![format!("{}   {size}", at.text)]),
            Err(problem) => {
                let instead = format!("showing {} instead   {size}", chosen.name);
                (chosen.batch.inputs, vec![problem, instead])
            }
        },
    };
    // The numbers are ordered by frame; on the screen, time goes to the right and pitch goes upwards.
    let values: Vec<f32> =
        (0..bands).rev().flat_map(|band| sound.iter().skip(band).step_by(bands).copied()).collect();
    let start = (f32::INFINITY, f32::NEG_INFINITY);
    let (low, high) = values.iter().fold(start, |(low, high), &x| (low.min(x), high.max(x)));
    let heat = Body::Heatmap {
        values,
        columns: frames,
        range: (low, if high > low { high } else { low + 1.0 }),
        rows_named: (0..bands).rev().map(|band| format!("{:.0}", form.hertz_of(band))).collect(),
        columns_named: moments(form, frames),
    };
    let prediction = subject.model.predict(Buffer::from(sound), 1)?;
    let heard = class_said(&prediction);
    let classes = if subject.preset.gives_targets() { test.classes() } else { &[] };
    if let Some((note, class)) = notes.last_mut().zip(classes.get(heard as usize)) {
        *note += &format!("   heard as {class}");
        if subject.preset.gives_probabilities(prediction.len()) {
            let sure = match prediction[..] {
                [second] if heard == 0 => 1.0 - second,
                [second] => second,
                _ => prediction[heard as usize],
            };
            *note += &format!(", {:.0}% sure", 100.0 * sure);
        }
    }
    if typed(&at.text).is_some() {
        notes.push("press Enter and leave the line empty to return to the test samples".into());
    }
    let panels = vec![
        Panel { title: "Log-mel spectrogram: Hz over seconds".into(), body: heat },
        verdict(test.classes(), &prediction),
    ];
    let at = Controls { position: chosen.index as i64, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}

/// The seconds above the frames: one name every tenth of a second, or as far apart as makes a dozen at most.
fn moments(form: Spectrogram, frames: usize) -> Vec<String> {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
    let whole = form.seconds_of(frames);
    let step = steps.into_iter().find(|step| whole / step <= 12.0).unwrap_or(600.0);
    let place = |frame: usize| (form.seconds_of(frame) / step + 1e-9).floor();
    let named = |frame: usize| frame == 0 || place(frame) > place(frame - 1);
    let decimals = usize::from(step < 1.0);
    (0..frames)
        .map(|frame| if named(frame) { format!("{:.decimals$}", place(frame) * step) } else { String::new() })
        .collect()
}

/// A sound in the form that the network takes. It is read from regular files only: anything else, such as a pipe, could
/// keep the training waiting.
fn read(preset: &Preset, test: &dyn Dataset, file: &Path) -> Result<Vec<f32>, String> {
    if !file.is_file() {
        return Err(format!("{}: there is no such file", file.display()));
    }
    let asked = asked::read(&preset.data, &data::preparation(test), file, Names::default(), None)
        .map_err(|error| error.to_string())?;
    Ok(asked.inputs)
}

/// The path that a person typed, where `~` is the home folder; `None` where nothing is typed.
fn typed(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    let home = || text.strip_prefix("~/").zip(std::env::home_dir()).map(|(rest, home)| home.join(rest));
    (!text.is_empty()).then(|| home().unwrap_or_else(|| PathBuf::from(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mel scale of HTK: 2595 log10(1 + f / 700). Of 40 bands up to 4 kHz the first is at 1/41 of 2146.06 mel: 33.3 Hz.
    #[test]
    fn axes_are_in_seconds_and_hertz() {
        let word = Spectrogram::WORD;
        let named: Vec<String> = moments(word, 56).into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(named, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]);
        // Frames are 16 ms apart: the seventh begins at 112 ms.
        assert_eq!(moments(word, 56)[7], "0.1");
        assert_eq!((word.hertz_of(0).round(), word.hertz_of(39).round()), (33.0, 3787.0));
    }
}
