//! Training images before augmentation, and augmented in some epochs.

use super::kind::Kind;
use super::subject::Subject;
use super::upright::as_seen;
use crate::data::{Batch, Splits};
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "augmentation";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The number of samples side by side, and of epochs one below the other.
const SAMPLES: usize = 8;
const EPOCHS: u32 = 3;

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_image = matches!(splits.train.input_shape(), [_, _, 1 | 3]);
    (is_image && preset.data.augment.is_some() && !splits.train.is_empty()).then(|| FigureInfo {
        name: NAME.into(),
        title: "Augmentation".into(),
        knobs: vec![Knob::Sample],
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let train = &*subject.splits.train;
    let &[height, width, channels] = train.input_shape() else { return Err(Error::NoFigure(NAME.into())) };
    let count = i64::try_from(train.len()).unwrap_or(i64::MAX);
    let first = at.position.checked_rem_euclid(count).ok_or(Error::NoSamples)?;
    let samples = (0..SAMPLES as i64).map(|i| first.saturating_add(i).rem_euclid(count) as u32);
    let indices: Vec<u32> = samples.take(train.len()).collect();
    let mut batch = Batch::default();
    train.fill(&indices, &mut batch)?;
    let mut all = vec![("Before".to_owned(), batch.inputs.clone())];
    for epoch in 1..=EPOCHS {
        train.fill_for_training(&indices, epoch, &mut batch)?;
        all.push((format!("In epoch {epoch}"), batch.inputs.clone()));
    }
    // Pixels are between 0 and 1; what is not (sounds, standardised images, noise that was added) makes the range wider, for all
    // panels alike.
    let numbers = all.iter().flat_map(|(_, pixels)| pixels).filter(|x| x.is_finite());
    let range = numbers.fold((0.0_f32, 1.0_f32), |(low, high), &x| (low.min(x), high.max(x)));
    let preset = subject.preset;
    let images = |title: String, pixels: Vec<f32>| {
        let size = height * width * channels;
        let seen: Vec<_> = pixels
            .chunks_exact(size.max(1))
            .map(|sample| as_seen(preset, train.input_shape(), sample))
            .collect();
        let shape = match seen.first().map(|(shape, _)| &shape[..]) {
            Some(&[height, width, channels]) => [height, width, channels],
            _ => [height, width, channels],
        };
        let pixels = seen.into_iter().flat_map(|(_, sample)| sample).collect();
        Panel { title, body: Body::Images { shape, pixels, range, captions: Vec::new(), columns: SAMPLES } }
    };
    let panels = all.into_iter().map(|(title, pixels)| images(title, pixels)).collect();
    let notes = vec![format!("training samples from {first} on")];
    let at = Controls { position: first, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}
