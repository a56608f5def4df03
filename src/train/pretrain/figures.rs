//! The figures of a stack: filters, reconstructions beside inputs, and samples from Gibbs chains.

use super::learner::Learner;
use super::stack::Stack;
use crate::nn::boltzmann::Machine;
use crate::nn::buffer::Buffer;
use crate::nn::kernel::random::derive_seed;
use crate::nn::kernel::squares::mean_square;
use crate::nn::ops::Backend;
use crate::train::error::Error;
use crate::train::figure::{
    Body, Controls, Figure, FigureInfo, Knob, Panel, shown_units, unit_knob, units_in_words,
};
use crate::train::train_step::Drawn;

const FILTERS: &str = "filters";
const RECONSTRUCTIONS: &str = "reconstructions";
const CHAINS: &str = "gibbs-chains";

/// The number of samples side by side.
const ROW: usize = 10;

/// The shape in which inputs are shown, if they are images.
fn image<D: Backend>(stack: &Stack<D>) -> Option<[usize; 3]> {
    match *stack.splits.train.input_shape() {
        [height, width, channels @ (1 | 3)] => Some([height, width, channels]),
        _ => None,
    }
}

/// The figures that the stack has.
pub(super) fn list<D: Backend>(stack: &Stack<D>) -> Vec<FigureInfo> {
    if image(stack).is_none() {
        return Vec::new();
    }
    let layer = || Knob::Item { label: "layer".into(), count: stack.hidden.len(), names: Vec::new() };
    let info = |name: &str, title: &str, knobs| FigureInfo { name: name.into(), title: title.into(), knobs };
    let most = stack.hidden.iter().map(|hidden| hidden.learner.units()).max().unwrap_or(0);
    let mut all = vec![
        info(FILTERS, "What each unit looks for", [layer()].into_iter().chain(unit_knob(most)).collect()),
        info(RECONSTRUCTIONS, "Inputs and reconstructions", vec![Knob::Sample, layer()]),
    ];
    if stack.hidden.iter().any(|hidden| matches!(hidden.learner, Learner::Rbm(_))) {
        let steps = Knob::Level { label: "Gibbs steps".into(), from: 1.0, to: 200.0, start: 25.0, step: 5.0 };
        all.push(info(CHAINS, "Samples from Gibbs chains", vec![Knob::Sample, layer(), steps]));
    }
    all
}

/// Computes a figure; `None` when there is none of that name.
pub(super) fn draw<D: Backend>(
    name: &str,
    at: &Controls,
    step: u64,
    stack: &Stack<D>,
) -> Result<Option<Figure>, Error> {
    let Some(shape) = image(stack) else { return Ok(None) };
    // A layer that has not learned yet has nothing to show.
    let place = at.item.min(stack.begun().len() - 1);
    let (notes, panels) = match name {
        FILTERS => filters(stack, place, at, shape)?,
        RECONSTRUCTIONS => reconstructions(stack, place, at, shape)?,
        CHAINS => match chains(stack, place, at, shape)? {
            Some(drawn) => drawn,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(Figure { name: name.into(), at: at.clone(), step, notes, panels }))
}

fn images(title: impl Into<String>, shape: [usize; 3], pixels: &[f32]) -> Panel {
    let body = Body::Images {
        shape,
        pixels: pixels.to_vec(),
        range: (0.0, 1.0),
        captions: Vec::new(),
        columns: ROW,
    };
    Panel { title: title.into(), body }
}

/// The weights from the input to each unit of a layer; for a higher layer, the product of the kernels up to it.
fn filters<D: Backend>(
    stack: &Stack<D>,
    place: usize,
    at: &Controls,
    shape: [usize; 3],
) -> Result<Drawn, Error> {
    use crate::nn::kernel::gemm::{Mat, gemm};
    let pixels: usize = shape.iter().product();
    let mut weights: Vec<f32> = Vec::new();
    let mut width = pixels;
    for hidden in &stack.hidden[..=place] {
        let [kernel, bias] = hidden.learner.weights()?;
        let units = bias.len();
        if weights.is_empty() {
            weights = kernel;
        } else {
            let mut product = vec![0.0; pixels * units];
            gemm(
                pixels,
                units,
                width,
                Mat::rows(&weights, width),
                Mat::rows(&kernel, units),
                &mut product,
                false,
            );
            weights = product;
        }
        width = units;
    }
    let shown = shown_units(at, width);
    let all: Vec<f32> =
        shown.clone().flat_map(|unit| weights.iter().skip(unit).step_by(width).copied()).collect();
    // With the largest weight as the range, a few very large weights would make all others grey.
    let deviation = (all.iter().map(|w| w * w).sum::<f32>() / all.len().max(1) as f32).sqrt();
    let range = (3.0 * deviation).max(1e-6);
    let name = &stack.hidden[place].name;
    let of = units_in_words("units", &shown, width);
    let notes = vec![format!("{name}: {of}, colours from {:.3} to {range:.3}", -range)];
    let body = Body::Images { shape, pixels: all, range: (-range, range), captions: Vec::new(), columns: 0 };
    Ok((notes, vec![Panel { title: "What each unit looks for".into(), body }]))
}

/// Test samples and their reconstructions from a layer: up to the layer and down again, by means.
fn reconstructions<D: Backend>(
    stack: &Stack<D>,
    place: usize,
    at: &Controls,
    shape: [usize; 3],
) -> Result<Drawn, Error> {
    let test = &*stack.splits.test;
    let first = at.position.rem_euclid(test.len().max(1) as i64) as usize;
    let inputs = stack.some(0, test, first, ROW)?;
    let code = stack.inputs_of(place + 1, inputs.clone())?;
    let back = stack.project(place + 1, code)?;
    let error = mean_square(&inputs, &back);
    let units = stack.hidden[place].learner.units();
    let notes =
        vec![format!("through {units} units of {}: mean squared error {error:.4}", stack.hidden[place].name)];
    Ok((notes, vec![images("Inputs", shape, &inputs), images("Reconstructions", shape, &back)]))
}

/// Gibbs chains of a layer's machine that start at test samples, shown after a quarter, half and all of the steps.
fn chains<D: Backend>(
    stack: &Stack<D>,
    place: usize,
    at: &Controls,
    shape: [usize; 3],
) -> Result<Option<Drawn>, Error> {
    let Learner::Rbm(machine) = &stack.hidden[place].learner else { return Ok(None) };
    let test = &*stack.splits.test;
    let first = at.position.rem_euclid(test.len().max(1) as i64) as usize;
    let mut visible = stack.some(place, test, first, ROW)?;
    let steps = at.level.clamp(1.0, 200.0) as u64;
    let mut panels = vec![images("Start: test samples", shape, &stack.project(place, visible.clone())?)];
    let mut fired = Buffer::scratch(visible.len() / machine.visible() * machine.hidden());
    let stops = [steps.div_ceil(4), steps.div_ceil(2), steps];
    for step in 1..=steps {
        machine.hidden_given(&visible, Some(&mut fired), derive_seed(step, 1))?;
        let mut sample = Buffer::scratch(visible.len());
        let means = machine.visible_given(&fired, Some(&mut sample), derive_seed(step, 2))?;
        if stops.contains(&step) {
            // The means are shown, which are clearer than samples from them.
            panels.push(images(format!("After {step} steps"), shape, &stack.project(place, means)?));
        }
        visible = sample;
    }
    panels.reverse();
    let notes = vec![format!(
        "{ROW} chains through {}: {} visible and {} hidden units",
        stack.hidden[place].name,
        machine.visible(),
        machine.hidden()
    )];
    Ok(Some((notes, panels)))
}
