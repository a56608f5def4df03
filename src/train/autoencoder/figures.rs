//! The figures of an autoencoder: inputs beside reconstructions, codes by class, and decoded places of the plane of
//! codes.

use super::Autoencoder;
use crate::data::{Batch, Dataset, Splits};
use crate::nn::kernel::squares::mean_square;
use crate::nn::ops::Backend;
use crate::preset::summary::thousands;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, FigureInfo, Knob, Panel, Point};
use crate::train::train_step::Drawn;

const RECONSTRUCTIONS: &str = "reconstructions";
const CODES: &str = "codes";
const PLANE: &str = "code-plane";

/// The number of samples side by side.
const ROW: usize = 10;
/// The number of test samples whose codes are shown.
const POINTS: usize = 1000;
/// The number of decoded places along a side of the plane, and their distance in standard deviations.
const SIDE: usize = 9;
const SPACING: f32 = 0.5;

/// The shape in which samples are shown, if they are images.
fn image(splits: &Splits) -> Option<[usize; 3]> {
    match *splits.train.input_shape() {
        [height, width, channels @ (1 | 3)] => Some([height, width, channels]),
        _ => None,
    }
}

pub(super) fn list(splits: &Splits) -> Vec<FigureInfo> {
    let info = |name: &str, title: &str, knobs| FigureInfo { name: name.into(), title: title.into(), knobs };
    let codes = info(CODES, "Codes of test samples", Vec::new());
    if image(splits).is_none() {
        return vec![codes];
    }
    let plane = Knob::Plane { label: "code".into(), step: 0.25 };
    vec![
        info(RECONSTRUCTIONS, "Inputs and reconstructions", vec![Knob::Sample]),
        codes,
        info(PLANE, "What codes decode to", vec![plane]),
    ]
}

pub(super) fn draw<D: Backend>(
    autoencoder: &mut Autoencoder<D>,
    name: &str,
    at: &Controls,
    splits: &Splits,
) -> Result<Option<Drawn>, Error> {
    let test = &*splits.test;
    match (name, image(splits)) {
        (CODES, _) => codes(autoencoder, test).map(Some),
        (RECONSTRUCTIONS, Some(shape)) => reconstructions(autoencoder, at, test, shape).map(Some),
        (PLANE, Some(shape)) => plane(autoencoder, at, test, shape).map(Some),
        _ => Ok(None),
    }
}

fn images(title: &str, shape: [usize; 3], pixels: Vec<f32>, columns: usize) -> Panel {
    let body = Body::Images { shape, pixels, range: (0.0, 1.0), captions: Vec::new(), columns };
    Panel { title: title.into(), body }
}

fn fill(test: &dyn Dataset, first: i64, count: usize) -> Result<Batch, Error> {
    let len = test.len().max(1) as i64;
    let count = count.min(test.len());
    let indices: Vec<u32> = (0..count as i64).map(|i| (first + i).rem_euclid(len) as u32).collect();
    let mut batch = Batch::default();
    test.fill(&indices, &mut batch)?;
    Ok(batch)
}

fn reconstructions<D: Backend>(
    autoencoder: &mut Autoencoder<D>,
    at: &Controls,
    test: &dyn Dataset,
    shape: [usize; 3],
) -> Result<Drawn, Error> {
    let batch = fill(test, at.position, ROW)?;
    let codes = autoencoder.codes(&batch)?;
    let width = codes.len() / batch.rows.max(1);
    let back = autoencoder.decode(codes, batch.rows)?;
    let error = mean_square(&batch.inputs, &back);
    let notes = vec![format!("through a code of {width} numbers: mean squared error {error:.4}")];
    let panels =
        vec![images("Inputs", shape, batch.inputs, ROW), images("Reconstructions", shape, back, ROW)];
    Ok((notes, panels))
}

/// Codes of test samples, projected onto the two numbers that vary most.
struct CodePlane {
    axes: [usize; 2],
    /// Mean of every number of the code.
    mean: Vec<f32>,
    /// Standard deviations along the axes.
    deviation: [f32; 2],
    codes: Vec<f32>,
}

fn view<D: Backend>(autoencoder: &mut Autoencoder<D>, test: &dyn Dataset) -> Result<CodePlane, Error> {
    let batch = fill(test, 0, POINTS)?;
    let codes = autoencoder.codes(&batch)?;
    let width = codes.len() / batch.rows.max(1);
    let column = |i: usize| codes.iter().skip(i).step_by(width);
    let rows = batch.rows.max(1) as f32;
    let mean: Vec<f32> = (0..width).map(|i| column(i).sum::<f32>() / rows).collect();
    let variance: Vec<f32> =
        (0..width).map(|i| column(i).map(|x| (x - mean[i]).powi(2)).sum::<f32>() / rows).collect();
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_unstable_by(|a, b| variance[*b].total_cmp(&variance[*a]).then(a.cmp(b)));
    // A code of two numbers keeps their order.
    order.truncate(2);
    order.sort_unstable();
    let axes = [order[0], *order.last().unwrap_or(&order[0])];
    Ok(CodePlane { axes, deviation: axes.map(|axis| variance[axis].sqrt()), mean, codes })
}

fn codes<D: Backend>(autoencoder: &mut Autoencoder<D>, test: &dyn Dataset) -> Result<Drawn, Error> {
    let CodePlane { axes, mean, codes, .. } = view(autoencoder, test)?;
    let class = |index: usize| test.class_of(index);
    let points = codes.chunks_exact(mean.len()).enumerate().map(|(index, code)| Point {
        x: code[axes[0]],
        y: code[axes[1]],
        class: class(index).unwrap_or(0) as u8,
    });
    let points: Vec<Point> = points.collect();
    let classes = match (0..points.len()).filter_map(class).max() {
        None => Vec::new(),
        Some(_) if !test.classes().is_empty() => test.classes().to_vec(),
        Some(largest) => (0..=largest).map(|class| class.to_string()).collect(),
    };
    let which = if mean.len() > 2 { ", the two that vary most" } else { "" };
    let notes = vec![format!(
        "{} test samples, codes of {} numbers{which}",
        thousands(points.len() as u64),
        mean.len()
    )];
    let label = |axis: usize| format!("code {}", axis + 1);
    let body =
        Body::Scatter { x_label: label(axes[0]), y_label: label(axes[1]), points, classes, diagonal: false };
    Ok((notes, vec![Panel { title: "Codes by class".into(), body }]))
}

/// The decoded point of the plane and its neighbourhood; the plane's unit is a standard deviation of the test samples.
fn plane<D: Backend>(
    autoencoder: &mut Autoencoder<D>,
    at: &Controls,
    test: &dyn Dataset,
    shape: [usize; 3],
) -> Result<Drawn, Error> {
    let CodePlane { axes, mean, deviation, .. } = view(autoencoder, test)?;
    let code = |x: f32, y: f32| {
        let mut code = mean.clone();
        code[axes[0]] += x * deviation[0];
        if axes[0] != axes[1] {
            code[axes[1]] += y * deviation[1];
        }
        code
    };
    let (x, y) = (at.x as f32, at.y as f32);
    let here = code(x, y);
    let label = |axis: usize| format!("code {} = {:.2}", axis + 1, here[axis]);
    let notes = vec![format!(
        "{}, {}; arrow keys move by a quarter of a standard deviation",
        label(axes[0]),
        label(axes[1])
    )];
    let offset = |i: usize| (i as f32 - (SIDE / 2) as f32) * SPACING;
    let around: Vec<f32> =
        (0..SIDE * SIDE).flat_map(|i| code(x + offset(i % SIDE), y - offset(i / SIDE))).collect();
    let one = autoencoder.decode(here, 1)?;
    let all = autoencoder.decode(around, SIDE * SIDE)?;
    let panels = vec![images("Around the point", shape, all, SIDE), images("At the point", shape, one, 1)];
    Ok((notes, panels))
}
