//! The spectrogram of a spoken digit, low tones at the bottom, and what the network hears in it.

use super::subject::verdict;
use super::{Kind, Subject};
use crate::data::Splits;
use crate::nn::buffer::Buffer;
use crate::preset::{Preset, Source};
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};
use crate::train::training::Error;

const NAME: &str = "spectrogram";

/// The kind.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_sound = matches!(preset.data.source, Source::SpokenDigits) && !splits.test.is_empty();
    is_sound.then(|| FigureInfo { name: NAME.into(), title: "Spectrogram".into(), knobs: vec![Knob::Sample] })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let chosen = subject.sample(at)?;
    let test = &*subject.splits.test;
    let &[frames, bands, ..] = test.input_shape() else { return Err(Error::NoFigure(NAME.into())) };
    let sound = &chosen.batch.inputs;
    // Frames lie one after the other; on the screen time goes to the right and tones go upwards.
    let values: Vec<f32> =
        (0..bands).rev().flat_map(|band| sound.iter().skip(band).step_by(bands).copied()).collect();
    let start = (f32::INFINITY, f32::NEG_INFINITY);
    let (low, high) = values.iter().fold(start, |(low, high), &x| (low.min(x), high.max(x)));
    let heat = Body::Heatmap {
        values,
        columns: frames,
        range: (low, if high > low { high } else { low + 1.0 }),
        rows_named: (1..=bands).rev().map(|band| band.to_string()).collect(),
        columns_named: (1..=frames).map(|frame| frame.to_string()).collect(),
    };
    let prediction = subject.model.predict(Buffer::copy_of(sound), 1)?;
    let spoken = test.caption(chosen.index).map(|caption| format!("   {caption}")).unwrap_or_default();
    let notes = vec![format!("{}{spoken}   {frames} frames of {bands} mel bands", chosen.name)];
    let panels =
        vec![Panel { title: "Log-mel spectrogram".into(), body: heat }, verdict(test.classes(), &prediction)];
    let at = Controls { position: chosen.index as i64, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}
