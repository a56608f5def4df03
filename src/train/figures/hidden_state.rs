//! The hidden state of a recurrent layer over the steps of the selected sample: one row for each unit,
//! one column for each step.

use super::kind::Kind;
use super::subject::Subject;
use super::subject::{input, verdict};
use crate::data::{Dataset, Splits};
use crate::nn::buffer::Buffer;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::preset::Preset;
use crate::preset::layers::leaves;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "hidden-state";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    // Each direction of a bidirectional layer has a state of its own.
    let layers = leaves(&preset.layers, splits.test.input_shape());
    let count = layers.iter().filter(|layer| layer.recurrent().is_some()).count();
    (count > 0 && !splits.test.is_empty()).then(|| {
        let layers = (count > 1).then(|| Knob::Item { label: "layer".into(), count, names: Vec::new() });
        FigureInfo {
            name: NAME.into(),
            title: "Hidden state".into(),
            knobs: std::iter::once(Knob::Sample).chain(layers).collect(),
        }
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let chosen = subject.sample(at)?;
    // A language model's own stream of text must not continue from this sample.
    subject.model.reset_prediction_state();
    let views = subject.model.activations(Buffer::copy_of(&chosen.batch.inputs), 1)?;
    subject.model.reset_prediction_state();
    let states: Vec<&LayerView> = views.iter().filter(|view| view.kind == ViewKind::States).collect();
    let item = at.item.min(states.len().saturating_sub(1));
    let missing = || Error::NoFigure(NAME.into());
    let view = states.get(item).ok_or_else(missing)?;
    let &[steps, units] = &view.shape[..] else { return Err(missing()) };
    let name = &view.layer;
    // The states are ordered by step; the map has one row for each unit.
    let values: Vec<f32> =
        (0..units).flat_map(|unit| view.values.iter().skip(unit).step_by(units).copied()).collect();
    let most = values.iter().fold(1e-6_f32, |most, x| most.max(x.abs()));
    let note =
        format!("{}   {name}: {units} units over {steps} steps, from {:.2} to {most:.2}", chosen.name, -most);
    let test = &*subject.splits.test;
    let heat = Body::Heatmap {
        values,
        columns: steps,
        range: (-most, most),
        rows_named: (1..=units).map(|unit| unit.to_string()).collect(),
        columns_named: steps_named(test, &chosen.batch.inputs, steps),
    };
    let mut panels = vec![Panel { title: format!("State of {name}, step by step"), body: heat }];
    panels.extend(input(subject, &chosen.batch.inputs));
    if let Some(last) = views.last().filter(|last| last.values.len() == test.classes().len()) {
        panels.push(verdict(test.classes(), &last.values));
    }
    let at = Controls { position: chosen.index as i64, item, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes: vec![note], panels })
}

/// The name of each step: the token that is read there if the data has tokens, else the step's number.
pub(super) fn steps_named(test: &dyn Dataset, inputs: &[f32], steps: usize) -> Vec<String> {
    let tokens = test.tokens();
    let name = |step: usize| match inputs.get(step).and_then(|token| tokens.get(*token as usize)) {
        Some(token) if inputs.len() == steps => token.trim().to_owned(),
        _ => (step + 1).to_string(),
    };
    (0..steps).map(name).collect()
}
