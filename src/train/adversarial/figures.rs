//! The figures of an adversarial training: samples from the same noise while the generator learns, and a walk through
//! its noise.

use super::Adversaries;
use crate::nn::kernel::random::derive_seed;
use crate::nn::ops::Backend;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, FigureInfo, Knob, Panel};
use crate::train::train_step::Drawn;

const SAMPLES: &str = "samples";
const WALK: &str = "latent-walk";

/// The number of samples in the fixed grid, and in a row of it.
const GRID: usize = 50;
const ROW: usize = 10;
/// The number of places along a side of the grid around the point, and their distance.
const SIDE: usize = 7;
const SPACING: f32 = 0.4;

/// The shape in which samples are shown, if they are images.
fn image(shape: &[usize]) -> Option<[usize; 3]> {
    match *shape {
        [height, width, channels @ (1 | 3)] => Some([height, width, channels]),
        _ => None,
    }
}

pub(super) fn list(shape: &[usize]) -> Vec<FigureInfo> {
    if image(shape).is_none() {
        return Vec::new();
    }
    let plane = Knob::Plane { label: "latent point".into(), step: 0.2 };
    vec![
        FigureInfo { name: SAMPLES.into(), title: "Samples from the same noise".into(), knobs: Vec::new() },
        FigureInfo { name: WALK.into(), title: "A walk through the noise".into(), knobs: vec![plane] },
    ]
}

fn images(title: &str, shape: [usize; 3], pixels: Vec<f32>, columns: usize) -> Panel {
    let body = Body::Images { shape, pixels, range: (0.0, 1.0), captions: Vec::new(), columns };
    Panel { title: title.into(), body }
}

pub(super) fn draw<D: Backend>(
    pair: &mut Adversaries<D>,
    name: &str,
    at: &Controls,
) -> Result<Option<Drawn>, Error> {
    let Some(shape) = image(&pair.shape) else { return Ok(None) };
    match name {
        SAMPLES => {
            let noise = pair.noise(GRID, derive_seed(pair.seed, 400))?;
            let samples = pair.samples(&noise.host()?, GRID)?;
            let notes = vec![format!("{GRID} points of noise, the same at every step")];
            Ok(Some((notes, vec![images("Samples", shape, samples, ROW)])))
        }
        WALK => walk(pair, at, shape).map(Some),
        _ => Ok(None),
    }
}

/// Three random directions span the walk: one to start from, two to move along. Points are scaled to the distance from
/// zero that normal noise has, so that the walk stays where the generator has learned.
fn walk<D: Backend>(pair: &mut Adversaries<D>, at: &Controls, shape: [usize; 3]) -> Result<Drawn, Error> {
    let directions = pair.noise(3, derive_seed(pair.seed, 401))?.to_vec()?;
    let width = directions.len() / 3;
    let (start, rest) = directions.split_at(width);
    let (right, up) = rest.split_at(width);
    let point = |x: f32, y: f32| {
        let sum = start.iter().zip(right).zip(up).map(|((start, right), up)| start + x * right + y * up);
        let sum: Vec<f32> = sum.collect();
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        let scale = (width as f32).sqrt() / length;
        sum.into_iter().map(move |x| x * scale).collect::<Vec<_>>()
    };
    let (x, y) = (at.x as f32, at.y as f32);
    let offset = |i: usize| (i as f32 - (SIDE / 2) as f32) * SPACING;
    let around: Vec<f32> =
        (0..SIDE * SIDE).flat_map(|i| point(x + offset(i % SIDE), y - offset(i / SIDE))).collect();
    let here = point(x, y);
    let one = pair.samples(&here, 1)?;
    let all = pair.samples(&around, SIDE * SIDE)?;
    let notes = vec![format!("at ({x:.1}, {y:.1}) of a plane through {width} numbers of noise")];
    let panels = vec![images("Around the point", shape, all, SIDE), images("At the point", shape, one, 1)];
    Ok((notes, panels))
}
