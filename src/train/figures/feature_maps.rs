//! Feature maps: the output of each channel of a layer for the selected image.

use super::kind::Kind;
use super::subject::Subject;
use super::subject::{input, verdict};
use super::upright::as_seen;
use crate::data::Splits;
use crate::nn::buffer::Buffer;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::preset::{Layer, Preset, layer_names, output_shape};
use crate::train::error::Error;
use crate::train::figure::{
    Body, Controls, Figure, FigureInfo, Knob, Panel, shown_units, unit_knob, units_in_words,
};

const NAME: &str = "feature-maps";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_image = matches!(splits.test.input_shape(), [_, _, 1 | 3]);
    let has_maps = preset.layers.iter().any(|layer| matches!(layer, Layer::Conv2D(_)));
    let mapped = mapped(&preset.layers, splits.test.input_shape());
    let (count, most) = (mapped.len(), mapped.iter().map(|(_, channels)| *channels).max()?);
    let layer = Knob::Item { label: "layer".into(), count, names: Vec::new() };
    (is_image && has_maps).then(|| FigureInfo {
        name: NAME.into(),
        title: "Feature maps".into(),
        knobs: [Knob::Sample, layer].into_iter().chain(unit_knob(most)).collect(),
    })
}

/// The layers whose outputs are images, by name, with the number of their channels.
fn mapped(layers: &[Layer], input: &[usize]) -> Vec<(String, usize)> {
    let mut shape = input.to_vec();
    let mut found = Vec::new();
    for (layer, name) in layers.iter().zip(layer_names(layers)) {
        let Ok(next) = output_shape(layer, &shape) else { break };
        shape = next;
        // Layers that only pass numbers on have nothing new to show.
        let makes_maps = !matches!(layer, Layer::Dropout(_) | Layer::Reshape(_));
        if let ([_, _, channels], true) = (&shape[..], makes_maps) {
            found.push((name, *channels));
        }
    }
    found
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let layers = mapped(&subject.preset.layers, subject.splits.test.input_shape());
    let chosen = subject.sample(at)?;
    let item = at.item.min(layers.len().saturating_sub(1));
    let missing = || Error::NoFigure(NAME.into());
    let (name, _) = layers.get(item).ok_or_else(missing)?;
    let views = subject.model.activations(Buffer::copy_of(&chosen.batch.inputs), 1)?;
    let is_it = |view: &&LayerView| view.layer == *name && view.kind == ViewKind::Output;
    let view = views.iter().find(is_it).ok_or_else(missing)?;
    let (&[height, width, channels], values) = (&view.shape[..], &view.values) else { return Err(missing()) };
    let shown = shown_units(at, channels);
    // Channels lie side by side in each pixel.
    let map = |channel: usize| values.iter().skip(channel).step_by(channels).copied().collect::<Vec<_>>();
    let turned = |map: Vec<f32>| as_seen(subject.preset, &[height, width, 1], &map);
    let (seen, _) = turned(map(0));
    let pixels: Vec<f32> = shown.clone().flat_map(|channel| turned(map(channel)).1).collect();
    let (low, high) = pixels.iter().fold((0.0_f32, 0.0_f32), |(low, high), &x| (low.min(x), high.max(x)));
    let most = high.max(-low).max(1e-6);
    let of = units_in_words("maps", &shown, channels);
    let note = format!(
        "{}   {name}: {of} of {} x {}, numbers from {low:.2} to {high:.2}",
        chosen.name, seen[0], seen[1]
    );
    let maps = Body::Images {
        shape: [seen[0], seen[1], 1],
        pixels,
        range: if low < 0.0 { (-most, most) } else { (0.0, most) },
        captions: Vec::new(),
        columns: 0,
    };
    let prediction = subject.model.predict(Buffer::copy_of(&chosen.batch.inputs), 1)?;
    let mut panels = vec![Panel { title: format!("{name} ({} of {})", item + 1, layers.len()), body: maps }];
    panels.extend(input(subject, &chosen.batch.inputs));
    panels.push(verdict(subject.splits.test.classes(), &prediction));
    let at = Controls { position: chosen.index as i64, item, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes: vec![note], panels })
}
