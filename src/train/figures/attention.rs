//! What each step attends to, for the selected sample: one map for each head. Each row shows the shares that one step
//! takes from all steps.

use super::hidden_state::steps_named;
use super::kind::Kind;
use super::subject::Subject;
use super::subject::{input, verdict};
use crate::data::Splits;
use crate::nn::buffer::Buffer;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::preset::Preset;
use crate::preset::layers::{Family, leaves};
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "attention";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The most heads that are shown.
const HEADS: usize = 8;

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let layers = leaves(&preset.layers, splits.test.input_shape());
    let count = layers.iter().filter(|layer| layer.family() == Family::Attention).count();
    (count > 0 && !splits.test.is_empty()).then(|| {
        let layers = (count > 1).then(|| Knob::Item { label: "layer".into(), count, names: Vec::new() });
        FigureInfo {
            name: NAME.into(),
            title: "Attention".into(),
            knobs: std::iter::once(Knob::Sample).chain(layers).collect(),
        }
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let chosen = subject.sample(at)?;
    let views = subject.model.activations(Buffer::copy_of(&chosen.batch.inputs), 1)?;
    let maps: Vec<&LayerView> = views.iter().filter(|view| view.kind == ViewKind::Attention).collect();
    let item = at.item.min(maps.len().saturating_sub(1));
    let missing = || Error::NoFigure(NAME.into());
    let view = maps.get(item).ok_or_else(missing)?;
    let &[heads, steps, _] = &view.shape[..] else { return Err(missing()) };
    let test = &*subject.splits.test;
    let names = steps_named(test, &chosen.batch.inputs, steps);
    let most = view.values.iter().copied().fold(1e-6_f32, f32::max);
    let head = |(number, values): (usize, &[f32])| Panel {
        title: format!("Head {} of {heads}", number + 1),
        body: Body::Heatmap {
            values: values.to_vec(),
            columns: steps,
            range: (0.0, most),
            rows_named: names.clone(),
            columns_named: names.clone(),
        },
    };
    let mut panels: Vec<Panel> =
        view.values.chunks_exact((steps * steps).max(1)).enumerate().take(HEADS).map(head).collect();
    panels.extend(input(subject, &chosen.batch.inputs));
    if let Some(last) = views.last().filter(|last| last.values.len() == test.classes().len()) {
        panels.push(verdict(test.classes(), &last.values));
    }
    let note =
        format!("{}   {}: each row shows how much one step takes from each step", chosen.name, view.layer);
    let at = Controls { position: chosen.index as i64, item, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes: vec![note], panels })
}
