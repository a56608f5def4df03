//! The weights of the first layer as images: what each unit, or each filter, looks for.

use super::kind::Kind;
use super::subject::Subject;
use super::upright::as_seen;
use crate::data::Splits;
use crate::preset::Preset;
use crate::preset::layers::{Conv2D, Layer};
use crate::train::error::Error;
use crate::train::figure::{
    Body, Controls, Figure, FigureInfo, Panel, shown_units, unit_knob, units_in_words,
};

const NAME: &str = "first-layer";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_image = matches!(splits.train.input_shape(), [_, _, 1 | 3]);
    let first = preset.layers.iter().find(|layer| !matches!(layer, Layer::Flatten(_) | Layer::Dropout(_)));
    let units = match first? {
        Layer::Dense(layer) => layer.units,
        Layer::Conv2D(layer @ Conv2D { groups: 1, .. }) => layer.filters,
        _ => return None,
    };
    is_image.then(|| FigureInfo {
        name: NAME.into(),
        title: "First layer's weights".into(),
        knobs: unit_knob(units).into_iter().collect(),
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let kernel = subject.model.find_parameter(&|path| path.ends_with("/kernel"))?;
    let (path, shape, weights) = kernel.ok_or_else(|| Error::NoFigure(NAME.into()))?;
    // Units are the last axis of the kernel, so the image of one unit is every `units`-th number.
    let units = shape.last().copied().unwrap_or(1).max(1);
    let image = match (&shape[..], subject.splits.train.input_shape()) {
        (&[height, width, channels, _], _) => [height, width, channels],
        (_, &[height, width, channels]) => [height, width, channels],
        _ => return Err(Error::NoFigure(NAME.into())),
    };
    let shown = shown_units(at, units);
    let of_unit = |unit: usize| weights.iter().skip(unit).step_by(units).copied().collect::<Vec<_>>();
    let turned = |unit: usize| as_seen(subject.preset, &image, &of_unit(unit));
    let [height, width, channels] = turned(0).0[..] else { return Err(Error::NoFigure(NAME.into())) };
    let pixels: Vec<f32> = shown.clone().flat_map(|unit| turned(unit).1).collect();
    let largest = weights.iter().fold(0.0_f32, |largest, w| largest.max(w.abs()));
    let of = units_in_words("units", &shown, units);
    Ok(Figure {
        name: NAME.into(),
        at: at.clone(),
        step: subject.step,
        notes: vec![format!("{path}: {of}, weights from {:.3} to {largest:.3}", -largest)],
        panels: vec![Panel {
            title: "What each unit looks for".into(),
            body: Body::Images {
                shape: [height, width, channels],
                pixels,
                range: (-largest, largest),
                captions: Vec::new(),
                columns: 0,
            },
        }],
    })
}
