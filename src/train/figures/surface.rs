//! The decision surface of a model with two inputs: its prediction at every place of the plane, with the samples on it,
//! and the output of each hidden neuron over the plane.

use super::kind::Kind;
use super::subject::{Subject, spread};
use crate::data::{Batch, Dataset, Splits};
use crate::nn::buffer::Buffer;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::preset::layers::Dense;
use crate::preset::{Activation, Layer, Preset, layer_names};
use crate::train::error::Error;
use crate::train::evaluation::largest;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel, Point};

const NAME: &str = "surface";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The number of places along a side of the plane: as many as the largest terminal shows.
const SIDE: usize = 80;
/// The same for the small pictures of neurons.
const SMALL: usize = 20;
/// The most samples that are shown.
const POINTS: usize = 400;
/// The most neurons that are shown.
const NEURONS: usize = 96;

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    // Between the numbers of two words there is nothing.
    let is_of_words = matches!(preset.layers.first(), Some(Layer::ColumnEmbedding(_)));
    let is_plane = *splits.train.input_shape() == [2] && !splits.train.classes().is_empty() && !is_of_words;
    is_plane.then(|| FigureInfo {
        name: NAME.into(),
        title: "Decision surface".into(),
        knobs: {
            let hidden = hidden(preset);
            let named = hidden.iter().map(|(layer, unit, _)| format!("{layer} {}", unit + 1));
            let names = std::iter::once("the output".into()).chain(named).collect();
            vec![Knob::Item { label: "of".into(), count: 1 + hidden.len(), names }]
        },
    })
}

/// The hidden neurons: the name of the layer whose output has the neuron's value, its place there, and its activation.
fn hidden(preset: &Preset) -> Vec<(String, usize, Activation)> {
    let names = layer_names(&preset.layers);
    let last = preset.layers.len().saturating_sub(1);
    let layers = preset.layers.iter().enumerate().take(last);
    let neurons = layers.flat_map(|(place, layer)| match layer {
        // A separate activation layer may follow; the neuron's value is then that layer's output.
        Layer::Dense(Dense { units, activation, .. }) => match preset.layers.get(place + 1) {
            Some(Layer::Activation(own)) if place + 1 < last => {
                (0..*units).map(|unit| (names[place + 1].clone(), unit, own.0)).collect()
            }
            _ => (0..*units).map(|unit| (names[place].clone(), unit, *activation)).collect::<Vec<_>>(),
        },
        _ => Vec::new(),
    });
    neurons.take(NEURONS).collect()
}

/// The part of the plane that holds all samples, with some room around them: the ranges of x and y.
fn bounds(points: &[Point]) -> [(f64, f64); 2] {
    let range = |pick: fn(&Point) -> f32| {
        let start = (f32::INFINITY, f32::NEG_INFINITY);
        let (low, high) = points.iter().map(pick).fold(start, |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if low <= high { (f64::from(low), f64::from(high)) } else { (-1.0, 1.0) };
        let room = 0.12 * (high - low).max(1e-3);
        (low - room, high + room)
    };
    [range(|point| point.x), range(|point| point.y)]
}

/// The middle of each of `side` times `side` places, row by row from the top.
fn places([x, y]: [(f64, f64); 2], side: usize) -> Vec<f32> {
    let at = |(from, to): (f64, f64), place: usize| from + (to - from) * (place as f64 + 0.5) / side as f64;
    let rows = (0..side).rev();
    rows.flat_map(|row| (0..side).flat_map(move |column| [at(x, column) as f32, at(y, row) as f32])).collect()
}

fn points(set: &dyn Dataset) -> Result<Vec<Point>, Error> {
    let mut batch = Batch::default();
    let indices = spread(set, POINTS);
    set.fill(&indices, &mut batch)?;
    let pairs = batch.inputs.chunks_exact(2).zip(&indices);
    let class = |index: u32| set.class_of(index as usize).unwrap_or(0) as u8;
    let point = |(xy, index): (&[f32], &u32)| Point { x: xy[0], y: xy[1], class: class(*index) };
    Ok(pairs.map(point).collect())
}

/// The class that an output means, and how certain it is: 0 undecided, 1 certain.
fn decide(output: &[f32]) -> (u8, f32) {
    match *output {
        [p] => (u8::from(p > 0.5), (2.0 * p - 1.0).abs().min(1.0)),
        _ => {
            let (class, even) = (largest(output), 1.0 / output.len().max(1) as f32);
            (class as u8, ((output[class] - even) / (1.0 - even)).clamp(0.0, 1.0))
        }
    }
}

/// A neuron's value as if it were a class: below or above the middle of its activation, and how far from it.
fn lean(value: f32, activation: Activation, most: f32) -> (u8, f32) {
    let centred = if activation == Activation::Sigmoid { 2.0 * value - 1.0 } else { value };
    let most = if activation == Activation::Sigmoid { 1.0 } else { most };
    (u8::from(centred > 0.0), (centred.abs() / most.max(1e-9)).min(1.0))
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let samples = points(&*subject.splits.train)?;
    let area = bounds(&samples);
    let neurons = hidden(subject.preset);
    let plane = |decided: Vec<(u8, f32)>, points: Vec<Point>| Body::Surface {
        x: area[0],
        y: area[1],
        classes: decided.iter().map(|(class, _)| *class).collect(),
        sureness: decided.iter().map(|(_, sure)| *sure).collect(),
        columns: SIDE,
        points,
    };
    let classes = subject.splits.train.classes();
    let inputs = places(area, SIDE);
    let (notes, panels) = match at.item.checked_sub(1).and_then(|place| neurons.get(place)) {
        Some(&(ref name, unit, activation)) => {
            let views = subject.model.activations(Buffer::from(inputs), SIDE * SIDE)?;
            let values = output_of(&views, name).ok_or_else(|| Error::NoFigure(NAME.into()))?;
            let units = values.len() / (SIDE * SIDE);
            let course: Vec<f32> = values.iter().skip(unit).step_by(units.max(1)).copied().collect();
            let (low, high) =
                course.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
            let most = low.abs().max(high.abs());
            let decided = course.iter().map(|&value| lean(value, activation, most)).collect();
            let note =
                format!("{name}, unit {} of {units}: from {low:.3} to {high:.3} on this plane", unit + 1);
            (note, vec![Panel { title: format!("{name}, unit {}", unit + 1), body: plane(decided, samples) }])
        }
        None => {
            let width = subject.model.output_width();
            let outputs = subject.model.predict(Buffer::from(inputs), SIDE * SIDE)?;
            let decided: Vec<(u8, f32)> = outputs.chunks_exact(width).map(decide).collect();
            let shown = samples.len();
            let mut panels =
                vec![Panel { title: "What the network says".into(), body: plane(decided, samples) }];
            panels.extend(small_multiples(subject, area, &neurons)?);
            let named = classes.join(" against ");
            (format!("{named}; {shown} training samples; darker places are less certain"), panels)
        }
    };
    let at = Controls { item: at.item.min(neurons.len()), ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes: vec![notes], panels })
}

/// The output of a layer.
fn output_of<'a>(views: &'a [LayerView], layer: &str) -> Option<&'a [f32]> {
    let is_it = |view: &&LayerView| view.layer == layer && view.kind == ViewKind::Output;
    views.iter().find(is_it).map(|view| &view.values[..])
}

/// The output of every hidden neuron over the plane, as a small picture.
fn small_multiples(
    subject: &mut Subject,
    area: [(f64, f64); 2],
    neurons: &[(String, usize, Activation)],
) -> Result<Option<Panel>, Error> {
    if neurons.is_empty() {
        return Ok(None);
    }
    let count = SMALL * SMALL;
    let views = subject.model.activations(Buffer::from(places(area, SMALL)), count)?;
    let mut pixels = Vec::with_capacity(neurons.len() * count);
    for &(ref name, unit, activation) in neurons {
        let Some(values) = output_of(&views, name) else { continue };
        let units = (values.len() / count).max(1);
        let course = || values.iter().skip(unit).step_by(units).copied();
        let most = course().fold(0.0_f32, |most, value| most.max(value.abs()));
        pixels.extend(course().map(|value| {
            let (side, far) = lean(value, activation, most);
            if side == 1 { far } else { -far }
        }));
    }
    let body = Body::Images {
        shape: [SMALL, SMALL, 1],
        pixels,
        range: (-1.0, 1.0),
        captions: (1..=neurons.len()).map(|number| number.to_string()).collect(),
        columns: 0,
    };
    Ok(Some(Panel { title: "What each hidden neuron says".into(), body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_from_the_top_left_to_the_bottom_right() {
        let places = places([(0.0, 4.0), (10.0, 14.0)], 2);
        assert_eq!(places, [1.0, 13.0, 3.0, 13.0, 1.0, 11.0, 3.0, 11.0]);
    }

    #[test]
    fn an_even_output_is_unsure_and_a_certain_one_is_sure() {
        assert_eq!(decide(&[0.5]).1, 0.0);
        assert_eq!(decide(&[1.0]), (1, 1.0));
        assert_eq!(decide(&[0.0]), (0, 1.0));
        assert!(decide(&[0.25, 0.25, 0.25, 0.25]).1.abs() < 1e-6);
        assert_eq!(decide(&[0.0, 0.0, 1.0]), (2, 1.0));
    }

    #[test]
    fn a_neuron_leans_by_the_middle_of_its_activation() {
        assert_eq!(lean(0.4, Activation::Sigmoid, 0.4).0, 0);
        assert_eq!(lean(0.4, Activation::Tanh, 0.8), (1, 0.5));
        assert_eq!(lean(0.0, Activation::Relu, 2.0), (0, 0.0));
    }
}
